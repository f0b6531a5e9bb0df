"""Pictures to show a network, numbered from 0: what a dissection of a classifier looks at."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, Protocol

import torch
from torch import Tensor

from dissect_core.errors import BadShape
from dissect_core.images.decoding import KIND_NAMES, SUFFIXES, BadPicture, decode_picture, square
from dissect_core.images.pixels import from_bytes, of_image
from dissect_core.system.progress import Report, silent

MAX_PIXELS = 64_000_000
"""The largest picture file that is decoded."""
NAMED = 3
"""How many of the pictures that cannot be read an error names."""


class Pictures(Protocol):
    """A fixed list of pictures.  inputs: what decides them, for a manifest."""

    @property
    def inputs(self) -> Mapping[str, Any]: ...

    def __len__(self) -> int: ...

    def load(self, rows: Sequence[int]) -> Tensor:
        """Pictures of these numbers, (N, 3, R, R) float32 in [-1, 1]."""
        ...


class PictureFolder:
    """The PNG, JPEG, WebP and GIF files of a folder and its subfolders, in the order of their names.

    Links to folders are followed; hidden files and folders are no pictures.  Each picture is turned upright, its middle
    square is taken and scaled to `size` pixels (bicubic, antialiased); transparent places are white.
    limit: at most so many of them, spread evenly over the list, so that every subfolder gets its share.
    skip_bad: leave out files that cannot be read as pictures; `left_out` names them.

    Every file is read once, here, so that a bad one is known before anything is computed.
    """

    def __init__(
        self,
        folder: Path,
        size: int,
        limit: int | None = None,
        *,
        skip_bad: bool = False,
        progress: Report = silent,
    ) -> None:
        """Raises BadPicture for a folder without pictures or one that cannot be read, BadShape for a size below 1."""
        if size < 1 or (limit is not None and limit < 1):
            field, value = ("size", size) if size < 1 else ("limit", limit)
            raise BadShape(f"no pictures of {field} {value}", field=field, value=value, allowed="1 or more")
        self.folder, self.size = folder, size
        files = listed(folder)
        count = len(files) if limit is None else min(limit, len(files))
        chosen = [files[n * len(files) // count] for n in range(count)]
        bad, self._sha256 = self._checked(chosen, progress)
        if bad and (not skip_bad or len(bad) == len(chosen)):
            raise _unreadable(bad, len(chosen))
        self.files = tuple(path for path in chosen if self._name(path) not in bad)
        self.left_out = tuple(bad)

    def __len__(self) -> int:
        return len(self.files)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """A SHA-256 of all names and files, the size, and what was left out."""
        left_out = {"pictures_left_out": list(self.left_out)} if self.left_out else {}
        return {"pictures_sha256": self._sha256, "pictures_size": self.size, **left_out}

    def load(self, rows: Sequence[int]) -> Tensor:
        """Pictures of these numbers, (N, 3, size, size) float32 in [-1, 1].  Raises BadPicture naming the file."""
        return from_bytes(torch.stack([of_image(square(self._decoded(self.files[row]), self.size)) for row in rows]))

    def _checked(self, files: Sequence[Path], progress: Report) -> tuple[dict[str, str], str]:
        """What is wrong with the files that are no pictures, by name; and a SHA-256 of the others."""
        bad: dict[str, str] = {}
        digest = hashlib.sha256()
        for number, path in enumerate(files, start=1):
            try:
                self._decoded(path)
                content = hashlib.sha256(path.read_bytes()).digest()
                digest.update(os.fsencode(path.relative_to(self.folder).as_posix()) + b"\0" + content)
            except (BadPicture, OSError) as cause:
                bad[self._name(path)] = str(cause)
            progress(number, len(files))
        return bad, digest.hexdigest()

    def _decoded(self, path: Path) -> Any:
        return decode_picture(path, MAX_PIXELS, field=self._name(path))

    def _name(self, path: Path) -> str:
        """The name of a file within the folder, as it can be written anywhere: bytes that are no UTF-8 as \\udc.."""
        return path.relative_to(self.folder).as_posix().encode("utf-8", "backslashreplace").decode()


def listed(folder: Path) -> list[Path]:
    """The picture files in a folder, by their names.  Raises BadPicture for one that is not there, or has none."""
    if not folder.is_dir():
        what = f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}"
        raise BadPicture(what, field="folder", value=str(folder), allowed="a folder of pictures")
    files = list(_walked(str(folder), frozenset()))
    found = [path for path in files if path.suffix.lower() in SUFFIXES]
    if not found:
        kinds = Counter(path.suffix.lower() or "without an ending" for path in files).most_common(NAMED)
        others = ", ".join(f"{count} {kind}" for kind, count in kinds) or "nothing"
        raise BadPicture(
            f"no pictures in {folder}", field="folder", value=others, allowed=f"{KIND_NAMES}: {', '.join(SUFFIXES)}"
        )
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _walked(folder: str, above: frozenset[tuple[int, int]]) -> Iterator[Path]:
    """The regular files in a folder and below it that are not hidden.  above: the folders that it lies in, by inode."""
    status = os.stat(folder)
    here = (status.st_dev, status.st_ino)
    if here in above:  # a link to a folder that it lies in
        return
    try:
        entries = list(os.scandir(folder))
    except OSError as cause:
        _cannot_look_into(folder, cause)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walked(entry.path, above | {here})
        elif entry.is_file():
            yield Path(entry.path)


def _cannot_look_into(folder: str, cause: OSError) -> NoReturn:
    raise BadPicture(
        f"cannot look into {folder}: {cause.strerror}", field="folder", value=folder, allowed="a readable folder"
    ) from cause


def _unreadable(bad: Mapping[str, str], count: int) -> BadPicture:
    told = "; ".join(list(bad.values())[:NAMED])
    more = f"; and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
    return BadPicture(
        f"{len(bad)} of {count} pictures cannot be used: {told}{more}",
        field=next(iter(bad)),
        value=f"{len(bad)} of {count}",
        allowed="whole picture files; --skip-bad-pictures leaves the others out",
    )
