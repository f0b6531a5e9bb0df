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
    # all worlds: landscapes
    "snow", "sand", "rock", "field", "flowers", "log", "hay", "cactus", "palm",
    # all worlds: built
    "road", "pavement", "building", "barn", "lighthouse", "crane", "pier", "bridge", "fountain", "bench", "street lamp",
    "umbrella", "ski lift", "runway", "hangar", "control tower",
    # all worlds: moving
    "car", "tractor", "boat", "aeroplane", "bird", "cow", "sheep", "deer", "skis",
    # all worlds: rooms
    "sofa", "armchair", "bed", "desk", "bookshelf", "television", "computer", "fireplace", "mirror", "towel", "bath",
    "toilet", "book",
)  # fmt: skip

PARTS: tuple[str, ...] = (
    "none",
    # of buildings and outdoors
    "tower", "spire", "dome", "roof", "wall", "door", "window", "chimney", "cross", "crown", "trunk", "head", "body",
    # of a kitchen
    "cabinet door", "drawer", "handle", "oven door", "knob", "cooktop", "refrigerator door", "basin", "faucet",
    "table top", "table leg", "chair back", "seat", "chair leg", "shade", "cord", "pane", "frame", "leaves",
    "flowerpot", "canvas",
    # of all worlds: outdoors
    "wheel", "wing", "tail", "propeller", "engine", "sail", "hull", "mast", "cabin", "leg", "post", "lantern", "cable",
    "marking", "awning",
    # of all worlds: rooms
    "mattress", "blanket", "pillow", "headboard", "cushion", "armrest", "backrest", "screen", "keyboard", "shelf",
    "books", "hearth", "mantel", "tank", "lid",
)  # fmt: skip

MATERIALS: tuple[str, ...] = (
    "none",
    "stone", "brick", "wood", "plaster", "glass", "metal", "foliage", "earth", "water", "tile", "slate", "fabric",
    "ceramic", "snow", "paper", "skin",
    "sand", "asphalt", "concrete", "rubber", "plastic", "leather", "marble", "straw", "fur",
)  # fmt: skip

CATEGORIES: dict[str, tuple[str, ...]] = {"object": OBJECTS, "part": PARTS, "material": MATERIALS}
