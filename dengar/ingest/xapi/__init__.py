"""What the collector `x` needs to speak with the X API (version 2)."""
