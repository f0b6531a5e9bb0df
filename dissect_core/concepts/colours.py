"""The eleven basic colours: a name for every pixel, by a table from RGB values to names.

The terms are those of Berlin and Kay (1969).  What people call them on a screen is taken from the colour survey of
R. Munroe (2010, blog.xkcd.com/2010/05/03/color-survey-results; five million answers of 222,500 visitors; the list of
names and sRGB values at xkcd.com/color/rgb.txt is in the public domain, CC0): every name of it that is a basic term,
alone or behind words of tone ("light", "dusty") or of another basic colour ("greyish"), stands for its last word.  Left
out are "very ...", most of which are nearly white or black, and "pale grey", which is white (#fdfdfe).  A colour gets
the term of the nearest of these in CIELAB (Euclidean, D65).

The paper names colours by another table from RGB to the same eleven names, which van de Weijer et al. (2009) learnt
from web photographs; like theirs, ours has 32 levels a channel.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from torch import Tensor

NAMED = {
    "black": "000000 070d0d",
    "grey": """929591 d8dcd6 363737 7d7f7c 95a3a6 978a84 748b97 89a0b0 758da3 607c8e 866f85 7a687f 947e94 77926f 96ae8d
        7ea07a 86775f 8d8468 c8aca9 997570""",
    "white": "ffffff ffffe4",
    "red": """e50000 ff000d 840000 9a0200 ff474c d9544d bb3f3f b9484e d3494e db5856 ff073a fe2f4a a90308 922b05 9e3623
        f43605 fa4224 fd411e f5054f f10c45 fc2647 990147 b0054b""",
    "orange": """f97306 ff5b00 c65102 dc4d01 fdaa48 ffa756 d8863b f0833a f0944d ff964f c87606 b96902 cb7723 ca6b02
        f8481c fd3c06 fcb001 ffab0f ff724c""",
    "brown": """653700 341c02 410200 ad8150 b1916e 876e4b 7f5112 964e02 8b2e16 7f2b0a 6e1005 be6400 b16002 b25f03
        b79400 9b7a01 ae8b0c 544e03 696112 696006 7f7053 7a6a4f 6b4247 673a3f b17261""",
    "yellow": """ffff14 fffd01 d5b60a fffe7a ffff84 fffe71 eedc5b feff7f cdc50a cfff04 f1f33f b29705 c9b003 ffad01
        fdb915 c9ff27 cdfd02 c6f808""",
    "green": """15b01a 01ff07 033500 02590f 96f97b c7fdb5 b0ff9d 74a662 76a973 5fa052 7bb274 6fc276 667e2c 39ad48
        50a747 287c37 61e160 0cff0c 2fef10 0add08 33b864 6ba353 137e6d 10a674 2bb179 c0fb2d b0dd16 bff128 706c11
        6a6e09 6f6c0a 789b73 82a67d""",
    "blue": """0343df 0165fc 00035b 040273 95d0fc d0fefe a2bffe 49759c 5a86ad 3b719f 658cbb 6488ea 3f829d 2c6fbb
        276ab3 014182 3d7afd 04d9ff 152eff 0339f8 4984b8 4b57db 5684ae 06b48b 0b8b87 42b395 6b8ba4 5e819d 632de9
        601ef9 661aee 0c06f7 021bf9""",
    "purple": """7e1e9c be03fd 35063e 36013f bf77f6 b790d4 caa0ff 84597e 825f87 805b87 916e99 a66fb5 734a65 9e43a2
        751973 a552e6 bc13fe 9900fa ad03de 720058 952e8f 820747 910951 5729ce 703be7 6241c7 db4bda d648d7 c94cbe
        826d8c 887191 76424e""",
    "pink": """ff81c0 fe01b1 cb416b cb0162 ffd1df ffcfdc ffbacd d5869d d58a94 d1768f de9dac fdb0c0 ca7b80 f36196
        da467d fe019a ff0789 fb5581 fa2a55 fe2c54 ff6f52 e03fd8 ce5dae c83cb9 f075e6 c3909b c88d94 c27e79""",
}
"""Basic term -> the sRGB values of its names in the survey."""

COLOURS = ("none", *NAMED)
"""Index order of the labels.  Every pixel has a colour, so 0 never occurs."""

RULE = "nearest basic term of the xkcd colour survey (2010) in CIELAB, 32 levels a channel"
"""What a manifest says about where the colours come from."""

LEVELS = 32
"""Steps of each axis of the table; a step is named at its centre."""

SRGB_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))  # IEC 61966-2-1
WHITE_D65 = (0.9505, 1.0, 1.089)

Floats = NDArray[np.float64]


def colour_labels(images: Tensor) -> Tensor:
    """(N, 3, H, W) in [-1, 1] -> uint8 (N, H, W), indices into COLOURS, of the bytes that a viewer sees."""
    steps = images.detach().float().mul(127.5).add(128).clamp(0, 255).to(torch.int64) * LEVELS // 256
    return colour_table().to(images.device)[(steps[:, 0] * LEVELS + steps[:, 1]) * LEVELS + steps[:, 2]]


@lru_cache(maxsize=1)
def colour_table() -> Tensor:
    """uint8 (LEVELS^3,): the colour of every step of red, green and blue, blue running fastest."""
    centres = (np.arange(LEVELS) + 0.5) * 256 / LEVELS - 0.5
    rgb = np.stack(np.meshgrid(centres, centres, centres, indexing="ij"), axis=-1).reshape(-1, 3)
    known = [(index, value) for index, values in enumerate(NAMED.values(), start=1) for value in values.split()]
    prototypes = np.array([list(bytes.fromhex(value)) for _, value in known], dtype=np.float64)
    nearest = cKDTree(cielab(prototypes)).query(cielab(rgb))[1]
    return torch.from_numpy(np.array([index for index, _ in known], dtype=np.uint8)[nearest])


def cielab(rgb: Floats) -> Floats:
    """(M, 3) sRGB, 0..255 -> (M, 3) CIELAB for the white point D65: L* 0..100, a*, b*."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = linear @ np.array(SRGB_TO_XYZ).T / np.array(WHITE_D65)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (xyz * 24389 / 27 + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
