"""Thin handlers: read the request, ask the studio or the catalogue, write the answer."""
