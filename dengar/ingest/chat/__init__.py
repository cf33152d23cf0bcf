"""What the channels of chat programs need to read their messages."""
