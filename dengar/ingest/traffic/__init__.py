"""What Waze says: its entries and its codes."""
