"""What apps for complaints deliver."""
