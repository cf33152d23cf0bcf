"""Servers that speak Mastodon's API: asking them, their limits and refusals, and their statuses as bytes."""
