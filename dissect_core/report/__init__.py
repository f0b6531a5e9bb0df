"""A static report of a dissection: pages that open from disk.  The only part of the core that writes HTML."""
