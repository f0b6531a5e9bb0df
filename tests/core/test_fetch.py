"""Downloads from a server on this machine: resumed, verified, from the first mirror that works."""

import dataclasses
import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from dissect_core.errors import BadCheckpoint, UnknownModel
from dissect_core.models import fetch as module
from dissect_core.models.fetch import PUBLISHED, FetchFailed, Published, download_verified, fetch, published
from dissect_core.models.registry import Registry
from tests.toy import TINY_SIZES, progan_state


class Mirror(ThreadingHTTPServer):
    """Serves `files` (path -> bytes); breaks the connection after `limits[path]` bytes; notes each Range in `asked`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files: dict[str, bytes] = {}
        self.limits: dict[str, int] = {}
        self.ranges = True
        self.always_from_the_start = False
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        mirror, wanted = self.server, self.headers.get("Range")
        mirror.asked.append((self.path, wanted))
        content = mirror.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = 0
        if wanted and mirror.ranges:
            found = re.fullmatch(r"bytes=(\d+)-", wanted)
            assert found is not None
            start = 0 if mirror.always_from_the_start else int(found[1])
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : mirror.limits.get(self.path)])

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Mirror() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A generator in its old names, as the mirrors have it."""
    path = tmp_path_factory.mktemp("published") / "generator.pth"
    torch.save({"state_dict": progan_state(TINY_SIZES)}, path)
    return path.read_bytes()


def item_of(content: bytes, *mirrors: str) -> Published:
    file = f"proggan_toy-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    return Published("lsun-toy", "Toy, 32 px", "other", file, mirrors)


def test_a_generator_is_downloaded_converted_and_found_by_the_registry(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url)
    mirror.files["/" + item.file] = content
    calls: list[tuple[int, int | None]] = []
    card = fetch(item, tmp_path, lambda done, total, _="": calls.append((done, total)))
    assert calls[-1] == (len(content), len(content))
    assert (card.id, card.resolution, card.weights.dtype) == ("lsun-toy", 32, "float32")
    assert card.architecture == {"family": "progan", "sizes": list(TINY_SIZES)}
    assert card.paint_layers == ("layer3", "layer4", "layer5", "layer6")
    assert "not for commercial use" in card.licence
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["models/lsun-toy.json", "models/lsun-toy.safetensors"]
    net = Registry(tmp_path).generator("lsun-toy")
    assert torch.equal(net.get_submodule("layer4.conv").weight, progan_state(TINY_SIZES)["layer4.conv.weight"])


def test_what_is_there_already_is_not_downloaded_again(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url)
    mirror.files["/" + item.file] = content
    card = fetch(item, tmp_path)
    assert fetch(item, tmp_path) == card
    assert len(mirror.asked) == 1
    (tmp_path / "models" / "lsun-toy.safetensors").write_bytes(b"damaged")
    assert fetch(item, tmp_path) == card
    assert len(mirror.asked) == 2
    assert Registry(tmp_path).generator("lsun-toy").resolution == 32


def test_a_broken_download_is_resumed_where_it_ended(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url)
    path = "/" + item.file
    mirror.files[path], mirror.limits[path] = content, 1000
    with pytest.raises(FetchFailed, match=f"broke after 1000 of {len(content)} bytes"):
        download_verified(item, tmp_path)
    assert (tmp_path / f"{item.file}.part").read_bytes() == content[:1000]
    assert not (tmp_path / item.file).exists()
    del mirror.limits[path]
    assert download_verified(item, tmp_path).read_bytes() == content
    assert mirror.asked == [(path, None), (path, "bytes=1000-")]
    assert [entry.name for entry in tmp_path.iterdir()] == [item.file]


def test_the_next_mirror_goes_on_where_the_first_broke(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url + "slow/", mirror.url + "good/")
    slow, good = f"/slow/{item.file}", f"/good/{item.file}"
    mirror.files = {slow: content, good: content}
    mirror.limits[slow] = 500
    assert download_verified(item, tmp_path).read_bytes() == content
    assert mirror.asked == [(slow, None), (good, "bytes=500-")]


def test_a_server_without_ranges_sends_everything_again(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url)
    mirror.files["/" + item.file], mirror.ranges = content, False
    (tmp_path / f"{item.file}.part").write_bytes(content[:300])
    assert download_verified(item, tmp_path).read_bytes() == content


def test_a_part_that_does_not_begin_where_asked_is_not_appended(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url)
    mirror.files["/" + item.file], mirror.always_from_the_start = content, True
    (tmp_path / f"{item.file}.part").write_bytes(content[:300])
    assert download_verified(item, tmp_path).read_bytes() == content
    assert len(mirror.asked) == 1


def test_a_finished_part_needs_no_more_bytes(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url)
    mirror.files["/" + item.file] = content
    (tmp_path / f"{item.file}.part").write_bytes(content)
    assert download_verified(item, tmp_path).read_bytes() == content


@pytest.mark.parametrize("rubbish", [b"?" * 200, b"?" * 100_000], ids=["shorter", "longer"])
def test_a_part_of_other_bytes_is_thrown_away_and_the_mirror_asked_afresh(
    mirror: Mirror, tmp_path: Path, content: bytes, rubbish: bytes
):
    item = item_of(content, mirror.url)
    mirror.files["/" + item.file] = content
    (tmp_path / f"{item.file}.part").write_bytes(rubbish)
    assert download_verified(item, tmp_path).read_bytes() == content
    assert len(mirror.asked) == 2


def test_after_a_404_the_next_mirror_is_tried(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url + "gone/", mirror.url)
    mirror.files["/" + item.file] = content
    assert fetch(item, tmp_path).id == "lsun-toy"
    assert [path for path, _ in mirror.asked] == [f"/gone/{item.file}", f"/{item.file}"]


def test_a_file_of_the_wrong_hash_is_never_kept(mirror: Mirror, tmp_path: Path, content: bytes):
    item = item_of(content, mirror.url + "bad/", mirror.url)
    mirror.files = {f"/bad/{item.file}": content[:-1] + b"?", "/" + item.file: content}
    assert download_verified(item, tmp_path).read_bytes() == content
    alone = dataclasses.replace(item, mirrors=item.mirrors[:1])
    with pytest.raises(FetchFailed, match="wrong content: SHA-256"):
        download_verified(alone, tmp_path / "other")
    assert list((tmp_path / "other").iterdir()) == []


def test_when_nothing_works_every_address_is_listed_with_its_reason(mirror: Mirror, tmp_path: Path, content: bytes):
    closed = "http://127.0.0.1:1/"
    item = item_of(content, mirror.url + "gone/", closed, mirror.url + "bad/")
    mirror.files[f"/bad/{item.file}"] = b"<html>not found</html>"
    with pytest.raises(FetchFailed) as caught:
        fetch(item, tmp_path)
    lines = caught.value.message.splitlines()
    assert lines[0] == f"cannot download {item.file}; tried"
    assert lines[1].endswith(f"gone/{item.file}: 404 Not Found")
    assert lines[2].startswith(f"  {closed}{item.file}: ")
    assert "refused" in lines[2]
    assert "wrong content" in lines[3]
    assert len(lines) == 4
    assert not (tmp_path / "models").exists()


def test_a_download_that_is_too_long_is_stopped(
    mirror: Mirror, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    item = item_of(content, mirror.url)
    mirror.files["/" + item.file] = content
    with pytest.raises(FetchFailed, match="more than 100"):
        download_verified(item, tmp_path)


def test_a_verified_file_that_is_no_generator_is_not_installed(mirror: Mirror, tmp_path: Path):
    other = b"not a checkpoint"
    item = item_of(other, mirror.url)
    mirror.files["/" + item.file] = other
    with pytest.raises(BadCheckpoint, match=re.escape(item.file)):
        fetch(item, tmp_path)
    assert not (tmp_path / "models").exists()


def test_the_published_table_is_complete():
    assert len({item.id for item in PUBLISHED}) == len({item.file for item in PUBLISHED}) == len(PUBLISHED) == 8
    for item in PUBLISHED:
        assert re.fullmatch(r"[0-9a-f]{8}", item.sha256)
        assert len(item.urls) >= 2
        assert all(url.endswith(item.file) for url in item.urls)
        assert "CC BY-NC 4.0" in item.licence
    assert published("lsun-church").sha256 == "7e701dd5"


def test_an_unknown_name_lists_what_is_published():
    with pytest.raises(UnknownModel, match="nothing published as 'lsun-garden'") as caught:
        published("lsun-garden")
    assert "lsun-church" in caught.value.allowed
    with pytest.raises(BadCheckpoint, match="cannot be verified"):
        _ = Published("x", "x", "other", "x.pth").sha256
