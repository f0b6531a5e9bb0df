"""What stands in the landscapes of the worlds: one thing, or one family of things, per file."""
