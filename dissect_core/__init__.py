"""The science of Unitbrush: worlds, networks, edits, dissection, brushes.  Knows no HTTP."""
