"""Facebook's Graph API: asking it, its quotas, what its refusals mean, and its messages as bytes."""
