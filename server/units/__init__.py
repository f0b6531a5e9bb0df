"""What the server says of units."""
