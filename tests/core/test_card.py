"""Model cards are read as written, and a bad one names its file and field."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest

from dissect_core.errors import ArtifactMismatch
from dissect_core.models.card import ModelCard, Weights, read_card, write_card

CARD = ModelCard(
    id="storybook-church",
    kind="generator",
    domain="church",
    title="Storybook churches",
    resolution=128,
    weights=Weights("storybook-church.safetensors", "ab" * 32, "float16", 1234),
    licence="MIT",
    origin="trained on painted scenes — by us",
    paint_layers=("layer3", "layer4"),
    architecture={"family": "progan", "sizes": [256, 256]},
    training={"steps": 10},
    quality={"frechet": 1.5},
)


def changed(path: Path, **changes: Any) -> Path:
    write_card(CARD, path)
    document = json.loads(path.read_text("utf-8")) | changes
    path.write_text(json.dumps({key: value for key, value in document.items() if value is not ...}), "utf-8")
    return path


def test_a_card_survives_the_file(tmp_path: Path):
    path = tmp_path / "storybook-church.json"
    write_card(CARD, path)
    assert read_card(path) == CARD
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_the_file_follows_the_schema(tmp_path: Path):
    write_card(CARD, tmp_path / "card.json")
    document = json.loads((tmp_path / "card.json").read_text("utf-8"))
    assert document["schema"] == 1
    assert document["paint_layers"] == ["layer3", "layer4"]
    assert document["weights"] == {
        "file": "storybook-church.safetensors",
        "sha256": "ab" * 32,
        "dtype": "float16",
        "bytes": 1234,
    }


def test_a_card_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        CARD.id = "other"


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("schema", {"schema": 2}),
        ("title", {"title": ...}),
        ("colour", {"colour": "red"}),
        ("resolution", {"resolution": "128"}),
        ("resolution", {"resolution": True}),
        ("kind", {"kind": "painter"}),
        ("domain", {"domain": "garden"}),
        ("paint_layers[0]", {"paint_layers": [3]}),
        ("id", {"id": "../storybook-church"}),
        ("paint_layers", {"paint_layers": "layer3"}),
        ("weights", {"weights": None}),
        ("weights.bytes", {"weights": {"file": "a.safetensors", "sha256": "ab" * 32, "dtype": "float16"}}),
        ("weights.sha256", {"weights": {"file": "a.safetensors", "sha256": "ab", "dtype": "float16", "bytes": 1}}),
        ("weights.file", {"weights": {"file": "../a.safetensors", "sha256": "ab" * 32, "dtype": "f", "bytes": 1}}),
        ("weights.file", {"weights": {"file": "a.pth", "sha256": "ab" * 32, "dtype": "float16", "bytes": 1}}),
    ],
)
def test_a_bad_card_names_the_file_and_the_field(tmp_path: Path, field: str, changes: dict[str, Any]):
    with pytest.raises(ArtifactMismatch) as caught:
        read_card(changed(tmp_path / "some-card.json", **changes))
    assert caught.value.field == field
    assert "some-card.json" in caught.value.message
    assert caught.value.allowed


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1]", b"[" * 200_000, b'{"quality":' * 200_000])
def test_a_file_that_is_no_card_is_an_error(tmp_path: Path, content: bytes):
    path = tmp_path / "some-card.json"
    path.write_bytes(content)
    with pytest.raises(ArtifactMismatch, match=r"some-card\.json"):
        read_card(path)


def test_a_card_that_is_no_regular_file_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "some-card.json")
    with pytest.raises(ArtifactMismatch, match=r"some-card\.json"):
        read_card(tmp_path / "some-card.json")


def test_a_bad_card_is_not_written(tmp_path: Path):
    with pytest.raises(ArtifactMismatch):
        write_card(
            dataclasses.replace(CARD, weights=Weights("a.safetensors", "?", "float16", 1)), tmp_path / "card.json"
        )
    assert list(tmp_path.iterdir()) == []
