"""The commands of `unitbrush`, one family per file."""
