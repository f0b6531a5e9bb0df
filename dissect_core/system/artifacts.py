"""Files that appear whole or not at all, and their SHA-256.

Everything in `precomputed/` is written through here: into a temporary file of the same folder, flushed to the disk,
then renamed over the old one, so a reader or a crash never sees half a file.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from dissect_core.errors import ArtifactMismatch, DiskFull


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically, creating its folder."""
    with enough_room(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def enough_room(path: Path) -> Iterator[None]:
    """What is written inside goes to `path`.  Raises DiskFull where there is no room for it."""
    try:
        yield
    except OSError as cause:
        if cause.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(
            f"no room left to write {path.name}; free some and run the same command again",
            field=path.name,
            value=str(path.parent),
            allowed="a disk with room left",
        ) from cause


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON object atomically, UTF-8, keys in the order given.  NaN and infinity are a ValueError."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_bytes(path, text.encode("utf-8"))


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Write a safetensors file atomically, with words about it if there are any."""
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_bytes(path, save(whole, dict(metadata) if metadata else None))


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object of a file.  Raises ArtifactMismatch naming the file."""
    try:
        check_regular(path)
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as cause:
        raise ArtifactMismatch(
            f"cannot read {path.name}: {cause}", field=path.name, value="unreadable", allowed="a JSON file"
        ) from cause
    if not isinstance(document, dict):
        raise ArtifactMismatch(
            f"{path.name} holds no object", field=path.name, value=type(document).__name__, allowed="a JSON object"
        )
    return document


def check_regular(path: Path) -> None:
    """Raise OSError for what is there but no regular file: opening a pipe would wait for ever."""
    if not path.is_file() and path.exists():
        raise OSError(errno.EINVAL, "not a regular file")


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file, on the CPU.  Raises ArtifactMismatch naming the file."""
    try:
        check_regular(path)
        return load_file(path)
    except (OSError, SafetensorError) as cause:
        raise _damaged(path, cause) from cause


def read_metadata(path: Path) -> dict[str, str]:
    """The words about a safetensors file that it holds; reads no tensor.  Raises ArtifactMismatch naming the file."""
    try:
        check_regular(path)
        with safe_open(path, "pt") as file:
            return file.metadata() or {}
    except (OSError, SafetensorError) as cause:
        raise _damaged(path, cause) from cause


def _damaged(path: Path, cause: Exception) -> ArtifactMismatch:
    return ArtifactMismatch(
        f"cannot read {path.name}: {cause}", field=path.name, value="unreadable", allowed="a whole safetensors file"
    )


def sha256_file(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require(condition: bool, file: str, *, field: str, value: object, allowed: str) -> None:
    """Raise ArtifactMismatch about a field of a file unless the condition holds."""
    if not condition:
        raise ArtifactMismatch(f"{file}: bad {field}", field=field, value=value, allowed=allowed)


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """File name -> SHA-256, for a manifest."""
    return {path.name: sha256_file(path) for path in sorted(paths)}


def check_hash(path: Path, named: Mapping[str, Any]) -> None:
    """Raise ArtifactMismatch unless the file is the one that a manifest names, as `hashes` gives it."""
    if not path.is_file():
        raise ArtifactMismatch(f"no {path.name}", field=path.name, value="missing", allowed="the file of the manifest")
    found, wanted = sha256_file(path), str(named.get(path.name))
    if found != wanted:
        raise ArtifactMismatch(
            f"{path.name} is damaged, or of another edition than its manifest",
            field=path.name,
            value=f"SHA-256 {found[:16]}…",
            allowed=f"{wanted[:16]}…",
        )
