"""The edit of the paper as frozen data and pure functions."""
