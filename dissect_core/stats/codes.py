"""Labels as numbers to count: one code per (label map, index), all maps in one row.

A picture position has one label in each of M maps.  Its codes are M numbers in 0 ... W - 1, W the sizes of all maps
together, their index 0 ("none") included: counting is then one `bincount`, and the columns of the concepts are picked
from the counts afterwards.
"""

from __future__ import annotations

from itertools import accumulate

import torch
from torch import Tensor

from dissect_core.concepts.columns import Columns
from dissect_core.errors import BadShape


class Codes:
    """The codes of some columns.  width: W.  named: (K,) int64, the code of every concept."""

    def __init__(self, columns: Columns) -> None:
        self.sizes = [len(names) for names in columns.categories.values()]
        self.names = list(columns.categories)
        self.starts = [0, *accumulate(self.sizes)][:-1]
        self.width = sum(self.sizes)
        starts = set(self.starts)
        self.named = torch.tensor([code for code in range(self.width) if code not in starts], dtype=torch.int64)

    def of(self, labels: Tensor) -> Tensor:
        """Labels (N, M, h, w), integer, the maps in their order -> codes (N * h * w, M) int32.

        Raises BadShape for other maps or a label outside its map.
        """
        if labels.dim() != 4 or labels.shape[1] != len(self.sizes):
            shape = tuple(labels.shape)
            raise BadShape("label maps differ", field="labels", value=shape, allowed=f"(N, {len(self.sizes)}, h, w)")
        flat = labels.permute(0, 2, 3, 1).reshape(-1, len(self.sizes)).to(torch.int32).contiguous()
        if len(flat):
            low, high = flat.amin(dim=0).tolist(), flat.amax(dim=0).tolist()
            for name, size, least, most in zip(self.names, self.sizes, low, high, strict=True):
                if least < 0 or most >= size:
                    raise BadShape(
                        "a label outside its map",
                        field=f"labels.{name}",
                        value=least if least < 0 else most,
                        allowed=f"0 to {size - 1}",
                    )
        return flat + torch.tensor(self.starts, dtype=torch.int32, device=flat.device)
