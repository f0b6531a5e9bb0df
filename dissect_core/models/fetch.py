"""Downloading the published Progressive GAN generators, on request only.

    fetch(published("lsun-church"), folder)

downloads from the first mirror that works, checks the SHA-256 that the file's name promises, and writes the weights as
safetensors with a model card into `folder`/models, where a `Registry` finds them.  A broken download is resumed by the
next call or the next mirror; a file is used only when it is whole and verified.
"""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from dissect_core.errors import BadCheckpoint, UnitbrushError, UnknownModel
from dissect_core.models.card import Domain, ModelCard, Weights, read_card, write_card
from dissect_core.models.checkpoint import load_generator_state
from dissect_core.models.progan import Generator
from dissect_core.system.artifacts import sha256_file, write_tensors
from dissect_core.system.progress import Report, silent

HOSTS = ("https://dissect.csail.mit.edu/models/", "http://gandissect.csail.mit.edu/models/")
"""Folders that hold the same files; others hold older files of other content, which cannot be verified."""
LICENCE = "CC BY-NC 4.0: weights of T. Karras et al., NVIDIA; not for commercial use"
ORIGIN = "Progressive GAN (Karras et al. 2018) on LSUN or CelebA-HQ, converted by D. Bau et al. for GAN Dissection"
PAINT_LAYERS = ("layer3", "layer4", "layer5", "layer6")

TIMEOUT_S = 30
"""Longest silence of a server, in seconds."""
MAX_BYTES = 1 << 30
"""Longest download; the published files have 73 to 93 MB."""
BLOCK_BYTES = 1 << 18


class FetchFailed(UnitbrushError):
    """No mirror gave the file; the message lists every address with the reason."""

    code = "fetch_failed"


@dataclass(frozen=True)
class Published:
    """A published generator.  file: its name at every mirror, with the first digits of its SHA-256."""

    id: str
    title: str
    domain: Domain
    file: str
    mirrors: tuple[str, ...] = HOSTS
    licence: str = LICENCE
    origin: str = ORIGIN

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address of the file, to be tried in this order."""
        return tuple(mirror + self.file for mirror in self.mirrors)

    @property
    def sha256(self) -> str:
        """The first digits of the SHA-256, eight or more: this list says so, names of other files promise nothing."""
        found = re.search(r"-([0-9a-f]{8,64})\.\w+$", self.file)
        if found is None:
            raise BadCheckpoint(
                f"{self.file}: cannot be verified", field="file", value=self.file, allowed="NAME-SHA256DIGITS.pth"
            )
        return found[1]


PUBLISHED = (
    Published("lsun-church", "LSUN churches, 256 px", "church", "proggan_churchoutdoor-7e701dd5.pth"),
    Published("lsun-kitchen", "LSUN kitchens, 256 px", "kitchen", "proggan_kitchen-67f1e16c.pth"),
    Published("lsun-bedroom", "LSUN bedrooms, 256 px", "other", "proggan_bedroom-d8a89ff1.pth"),
    Published("lsun-conferenceroom", "LSUN conference rooms, 256 px", "other", "proggan_conferenceroom-21e85882.pth"),
    Published("lsun-diningroom", "LSUN dining rooms, 256 px", "other", "proggan_diningroom-3aa0ab80.pth"),
    Published("lsun-livingroom", "LSUN living rooms, 256 px", "other", "proggan_livingroom-5ef336dd.pth"),
    Published("lsun-restaurant", "LSUN restaurants, 256 px", "other", "proggan_restaurant-b8578299.pth"),
    Published("celeba-hq", "CelebA-HQ faces, 1024 px", "other", "proggan_celebhq-620d161c.pth"),
)


def published(model_id: str) -> Published:
    """The published generator of that id, or UnknownModel."""
    for item in PUBLISHED:
        if item.id == model_id:
            return item
    ids = ", ".join(item.id for item in PUBLISHED)
    raise UnknownModel(f"nothing published as {model_id!r}", field="model", value=model_id, allowed=f"one of {ids}")


def fetch(item: Published, folder: Path, progress: Report = silent) -> ModelCard:
    """Download and verify `item`, and write it to `folder`/models; at once if it is there already.

    Raises FetchFailed if no mirror gives the verified file, BadCheckpoint if it is no generator.
    """
    card_path = folder / "models" / f"{item.id}.json"
    weights_path = card_path.with_suffix(".safetensors")
    if card_path.exists() and weights_path.exists():
        card = read_card(card_path)
        if sha256_file(weights_path) == card.weights.sha256:
            return card
    download = download_verified(item, folder / "downloads", progress)
    state = load_generator_state(download, item.sha256)
    generator = Generator.from_state_dict(state)
    write_tensors(weights_path, state)
    card = ModelCard(
        id=item.id,
        kind="generator",
        domain=item.domain,
        title=item.title,
        resolution=generator.resolution,
        weights=Weights(weights_path.name, sha256_file(weights_path), "float32", weights_path.stat().st_size),
        licence=item.licence,
        origin=f"{item.origin}; {item.file}",
        paint_layers=tuple(layer for layer in PAINT_LAYERS if layer in generator.layers),
        architecture={"family": "progan", "sizes": list(generator.sizes)},
    )
    write_card(card, card_path)
    download.unlink()
    return card


def download_verified(item: Published, folder: Path, progress: Report = silent) -> Path:
    """`folder`/`item.file`, downloaded from the first mirror that gives the right bytes.  Raises FetchFailed."""
    target, part = folder / item.file, folder / f"{item.file}.part"
    expected = item.sha256
    if target.exists() and sha256_file(target).startswith(expected):
        return target
    folder.mkdir(parents=True, exist_ok=True)
    tried = []
    for url in item.urls:
        # a second time from the start if the bytes of an earlier attempt, which it continued, were the wrong ones
        for _ in range(2):
            continued = part.exists()
            try:
                _download(url, part, progress)
            except (OSError, http.client.HTTPException) as cause:
                tried.append(f"{url}: {_reason(cause)}")
                break
            found = sha256_file(part)
            if found.startswith(expected):
                part.replace(target)
                return target
            part.unlink()
            tried.append(f"{url}: wrong content: SHA-256 {found[:16]}…, expected {expected}…")
            if not continued:
                break
    listing = "".join(f"\n  {line}" for line in tried)
    raise FetchFailed(
        f"cannot download {item.file}; tried{listing}", field="model", value=item.id, allowed="a mirror that answers"
    )


def _download(url: str, part: Path, progress: Report) -> None:
    """Bring `part` to its full length from `url`, going on where it ends.  Raises OSError or HTTPException."""
    done = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not done:
            raise
        return  # nothing follows what is there: whole, or too long, which its hash tells
    with response:
        if response.status != http.client.PARTIAL_CONTENT or _first_byte(response) != done:
            done = 0  # the server sends everything
        length = response.headers.get("Content-Length")
        total = done + int(length) if length else None
        if max(total or 0, done) > MAX_BYTES:
            raise OSError(f"{total} bytes are more than {MAX_BYTES}")
        with part.open("ab" if done else "wb") as file:
            while block := response.read(BLOCK_BYTES):
                file.write(block)
                done += len(block)
                if done > MAX_BYTES:
                    raise OSError(f"more than {MAX_BYTES} bytes")
                if total:
                    progress(done, total)
    if total is not None and done < total:
        raise OSError(f"the connection broke after {done} of {total} bytes")


def _first_byte(response: http.client.HTTPResponse) -> int | None:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _reason(cause: Exception) -> str:
    if isinstance(cause, urllib.error.HTTPError):
        return f"{cause.code} {cause.reason}"
    if isinstance(cause, urllib.error.URLError):
        return str(cause.reason)
    return str(cause) or type(cause).__name__
