"""Looking at single units: galleries, highlights, and which are strongest where."""
