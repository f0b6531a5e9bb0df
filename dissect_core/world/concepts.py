"""The concepts that the worlds label: objects, parts and materials, one index space each (0 = none).

Append only: label maps, segmenters and dissections store these indices.
"""

from __future__ import annotations

OBJECTS: tuple[str, ...] = (
    "none",
    # church
    "sky", "cloud", "mountain", "hill", "grass", "path", "tree", "bush", "church", "house", "fence", "person", "water",
    "gravestone",
    # kitchen
    "wall", "floor", "ceiling", "window", "cabinet", "counter", "oven", "hood", "refrigerator", "sink", "table",
    "chair", "lamp", "picture", "plant", "dishes", "pot", "rug", "curtain", "clock",
)  # fmt: skip

PARTS: tuple[str, ...] = (
    "none",
    # of buildings and outdoors
    "tower", "spire", "dome", "roof", "wall", "door", "window", "chimney", "cross", "crown", "trunk", "head", "body",
    # of a kitchen
    "cabinet door", "drawer", "handle", "oven door", "knob", "cooktop", "refrigerator door", "basin", "faucet",
    "table top", "table leg", "chair back", "seat", "chair leg", "shade", "cord", "pane", "frame", "leaves",
    "flowerpot", "canvas",
)  # fmt: skip

MATERIALS: tuple[str, ...] = (
    "none",
    "stone", "brick", "wood", "plaster", "glass", "metal", "foliage", "earth", "water", "tile", "slate", "fabric",
    "ceramic", "snow", "paper", "skin",
)  # fmt: skip

CATEGORIES: dict[str, tuple[str, ...]] = {"object": OBJECTS, "part": PARTS, "material": MATERIALS}
