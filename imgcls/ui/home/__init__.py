"""What the first page alone shows."""
