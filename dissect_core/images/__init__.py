"""Pictures as bytes: pixels and files, and sheets of many."""
