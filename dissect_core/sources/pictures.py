"""Pictures to show a network, numbered from 0: what a dissection of a classifier looks at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from dissect_core.errors import BadShape
from dissect_core.images.decoding import BadPicture, decode_picture, square
from dissect_core.images.pixels import from_bytes, of_image

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
MAX_PIXELS = 64_000_000
"""The largest picture file that is decoded."""


class Pictures(Protocol):
    """A fixed list of pictures.  inputs: what decides them, for a manifest."""

    @property
    def inputs(self) -> Mapping[str, Any]: ...

    def __len__(self) -> int: ...

    def load(self, rows: Sequence[int]) -> Tensor:
        """Pictures of these numbers, (N, 3, R, R) float32 in [-1, 1]."""
        ...


class PictureFolder:
    """The PNG, JPEG and WebP files of a folder and its subfolders, in the order of their names.

    limit: at most so many of them, spread evenly over the list, so that every subfolder gets its share.
    Each is turned upright, its middle square is taken and scaled to `size` pixels (bicubic, antialiased); transparent
    places are white.
    """

    def __init__(self, folder: Path, size: int, limit: int | None = None) -> None:
        """Raises BadPicture for a folder without pictures, BadShape for a size or limit below 1."""
        if size < 1 or (limit is not None and limit < 1):
            field, value = ("size", size) if size < 1 else ("limit", limit)
            raise BadShape(f"no pictures of {field} {value}", field=field, value=value, allowed="1 or more")
        self.folder, self.size = folder, size
        found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
        files = sorted(found, key=lambda path: path.relative_to(folder).as_posix())
        count = len(files) if limit is None else min(limit, len(files))
        self.files = tuple(files[n * len(files) // count] for n in range(count))
        if not self.files:
            allowed = f"a folder with {', '.join(SUFFIXES)} files"
            raise BadPicture(f"no pictures in {folder}", field="folder", value=str(folder), allowed=allowed)

    def __len__(self) -> int:
        return len(self.files)

    @cached_property
    def inputs(self) -> Mapping[str, Any]:
        """A SHA-256 of all names and files, and the size; reads every file once."""
        digest = hashlib.sha256()
        for path in self.files:
            content = hashlib.sha256(path.read_bytes()).digest()
            digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + content)
        return {"pictures_sha256": digest.hexdigest(), "pictures_size": self.size}

    def load(self, rows: Sequence[int]) -> Tensor:
        """Pictures of these numbers, (N, 3, size, size) float32 in [-1, 1].  Raises BadPicture naming the file."""
        return from_bytes(torch.stack([self._read(self.files[row]) for row in rows]))

    def _read(self, path: Path) -> Tensor:
        picture = decode_picture(path, MAX_PIXELS, field=path.relative_to(self.folder).as_posix())
        return of_image(square(picture, self.size))
