"""The science of Unitbrush: worlds, networks, edits, dissection, brushes.  Knows no HTTP.

    from dissect_core import Registry

    from dissect_core import GeneratorSource

    from dissect_core import Segments

    from dissect_core import DissectionSpec

    from dissect_core import dissect

The names below are what a notebook needs; docs/dissect.ipynb uses them.  Each is loaded when it is first asked for:
importing `dissect_core` alone loads nothing, not even torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for type checkers and editors
    from dissect_core.brushes.brush import read_brushes as read_brushes
    from dissect_core.concepts.columns import Concept as Concept
    from dissect_core.concepts.segments import Segments as Segments
    from dissect_core.dissection.files import read_dissection as read_dissection
    from dissect_core.dissection.files import write_dissection as write_dissection
    from dissect_core.dissection.result import Dissection as Dissection
    from dissect_core.dissection.result import DissectionSpec as DissectionSpec
    from dissect_core.dissection.run import dissect as dissect
    from dissect_core.errors import UnitbrushError as UnitbrushError
    from dissect_core.models.hooks import edited as edited
    from dissect_core.models.hooks import recorded as recorded
    from dissect_core.models.registry import Registry as Registry
    from dissect_core.painting.edits import LayerEdit as LayerEdit
    from dissect_core.painting.edits import UnitStroke as UnitStroke
    from dissect_core.painting.edits import compose as compose
    from dissect_core.render.renderer import Renderer as Renderer
    from dissect_core.render.renderer import Request as Request
    from dissect_core.sources.custom import load_network as load_network
    from dissect_core.sources.custom import load_segmenter as load_segmenter
    from dissect_core.sources.networks import IMAGENET as IMAGENET
    from dissect_core.sources.networks import ClassifierSource as ClassifierSource
    from dissect_core.sources.networks import GeneratorSource as GeneratorSource
    from dissect_core.sources.networks import LatentSource as LatentSource
    from dissect_core.sources.networks import Normalisation as Normalisation
    from dissect_core.sources.pictures import PictureFolder as PictureFolder
    from dissect_core.units.gallery import draw_strip as draw_strip

HOMES = {
    "IMAGENET": "sources.networks",
    "ClassifierSource": "sources.networks",
    "Concept": "concepts.columns",
    "Dissection": "dissection.result",
    "DissectionSpec": "dissection.result",
    "GeneratorSource": "sources.networks",
    "LatentSource": "sources.networks",
    "LayerEdit": "painting.edits",
    "Normalisation": "sources.networks",
    "PictureFolder": "sources.pictures",
    "Registry": "models.registry",
    "Renderer": "render.renderer",
    "Request": "render.renderer",
    "Segments": "concepts.segments",
    "UnitStroke": "painting.edits",
    "UnitbrushError": "errors",
    "compose": "painting.edits",
    "dissect": "dissection.run",
    "draw_strip": "units.gallery",
    "edited": "models.hooks",
    "load_network": "sources.custom",
    "load_segmenter": "sources.custom",
    "read_brushes": "brushes.brush",
    "read_dissection": "dissection.files",
    "recorded": "models.hooks",
    "write_dissection": "dissection.files",
}
"""Public name -> the module it is in."""


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *HOMES})
