"""What the Bluesky channel needs to speak the AT Protocol."""
