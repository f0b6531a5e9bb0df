"""What stands and hangs in the rooms of the worlds: one thing, or one family of things, per file."""
