"""The pages of the analysts: what serves, labels, reports on versions, and what to do next."""
