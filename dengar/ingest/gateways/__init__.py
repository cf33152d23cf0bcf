"""SMS gateways: what they hand in, and how they are asked to send."""
