"""What Open311 servers answer, in JSON and XML."""
