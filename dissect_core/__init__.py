"""The science of Unitbrush: worlds, networks, edits, dissection, brushes.  Knows no HTTP.

    from dissect_core import Registry, GeneratorSource, Segments, DissectionSpec, dissect

The names below are what a notebook needs; docs/dissect.ipynb uses them.  Each is loaded when it is first asked for:
importing `dissect_core` alone loads nothing, not even torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for type checkers and editors
    from dissect_core.brushes import read_brushes as read_brushes
    from dissect_core.concepts import Concept as Concept
    from dissect_core.dissection import Dissection as Dissection
    from dissect_core.dissection import DissectionSpec as DissectionSpec
    from dissect_core.dissection_files import read_dissection as read_dissection
    from dissect_core.dissection_files import write_dissection as write_dissection
    from dissect_core.dissection_run import dissect as dissect
    from dissect_core.edits import LayerEdit as LayerEdit
    from dissect_core.edits import UnitStroke as UnitStroke
    from dissect_core.edits import compose as compose
    from dissect_core.errors import UnitbrushError as UnitbrushError
    from dissect_core.gallery import draw_strip as draw_strip
    from dissect_core.hooks import edited as edited
    from dissect_core.hooks import recorded as recorded
    from dissect_core.models.registry import Registry as Registry
    from dissect_core.own import load_network as load_network
    from dissect_core.own import load_segmenter as load_segmenter
    from dissect_core.pictures import PictureFolder as PictureFolder
    from dissect_core.render.renderer import Renderer as Renderer
    from dissect_core.render.renderer import Request as Request
    from dissect_core.segments import Segments as Segments
    from dissect_core.sources import IMAGENET as IMAGENET
    from dissect_core.sources import ClassifierSource as ClassifierSource
    from dissect_core.sources import GeneratorSource as GeneratorSource
    from dissect_core.sources import LatentSource as LatentSource
    from dissect_core.sources import Normalisation as Normalisation

HOMES = {
    "IMAGENET": "sources",
    "ClassifierSource": "sources",
    "Concept": "concepts",
    "Dissection": "dissection",
    "DissectionSpec": "dissection",
    "GeneratorSource": "sources",
    "LatentSource": "sources",
    "LayerEdit": "edits",
    "Normalisation": "sources",
    "PictureFolder": "pictures",
    "Registry": "models.registry",
    "Renderer": "render.renderer",
    "Request": "render.renderer",
    "Segments": "segments",
    "UnitStroke": "edits",
    "UnitbrushError": "errors",
    "compose": "edits",
    "dissect": "dissection_run",
    "draw_strip": "gallery",
    "edited": "hooks",
    "load_network": "own",
    "load_segmenter": "own",
    "read_brushes": "brushes",
    "read_dissection": "dissection_files",
    "recorded": "hooks",
    "write_dissection": "dissection_files",
}
"""Public name -> the module it is in."""


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *HOMES})
