"""From the strokes of a request to the bytes of a picture."""
