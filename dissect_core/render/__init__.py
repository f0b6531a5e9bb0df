"""Rendering: pictures from latents and edits, exact and fast.  `Renderer` is what the rest of the project uses."""

from dissect_core.render.renderer import Renderer, Request

__all__ = ["Renderer", "Request"]
