"""Networks are found by their cards, verified and loaded ready to use."""

import dataclasses
import hashlib
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from dissect_core.errors import ArtifactMismatch, BadCheckpoint, UnknownModel
from dissect_core.models.card import ModelCard, Weights, write_card
from dissect_core.models.latents import latents
from dissect_core.models.registry import Registry
from dissect_core.models.segmenter import Segmenter
from tests.toy import TINY_SIZES, progan_state, tiny_progan


def stored(root: Path, card: ModelCard, state: dict[str, torch.Tensor]) -> ModelCard:
    folder = root / "models"
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{card.id}.safetensors"
    save_file({key: value.half() if value.is_floating_point() else value for key, value in state.items()}, path)
    content = path.read_bytes()
    weights = Weights(path.name, hashlib.sha256(content).hexdigest(), "float16", len(content))
    card = dataclasses.replace(card, weights=weights)
    write_card(card, folder / f"{card.id}.json")
    return card


def a_card(model_id: str = "toy-church", **changes: object) -> ModelCard:
    card = ModelCard(
        id=model_id,
        kind="generator",
        domain="church",
        title="Toy",
        resolution=32,
        weights=Weights("unset.safetensors", "0" * 64, "float16", 0),
        licence="MIT",
        origin="random numbers",
        paint_layers=("layer3", "layer4"),
    )
    return dataclasses.replace(card, **changes)


def a_segmenter() -> Segmenter:
    return Segmenter({"object": ["none", "tree"], "part": ["none"], "material": ["none", "wood"]}, (2, 2, 3, 3, 4))


def rewritten(root: Path, **changes: object) -> Registry:
    card = Registry(root).cards["toy-church"]
    write_card(dataclasses.replace(card, **changes), root / "models" / "toy-church.json")
    return Registry(root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    stored(tmp_path, a_card(), progan_state(TINY_SIZES))
    network = a_segmenter()
    card = a_card("toy-segmenter", kind="segmenter", domain="both", paint_layers=(), architecture=network.architecture)
    stored(tmp_path, card, network.state_dict())
    return tmp_path


def test_the_cards_are_there_by_id(root: Path):
    registry = Registry(root)
    assert sorted(registry.cards) == ["toy-church", "toy-segmenter"]
    assert registry.cards["toy-church"].paint_layers == ("layer3", "layer4")


def test_a_root_without_models_has_no_cards(tmp_path: Path):
    assert Registry(tmp_path).cards == {}


def test_a_generator_is_ready_to_render(root: Path):
    net = Registry(root).generator("toy-church")
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}
    assert not any(parameter.requires_grad for parameter in net.parameters())
    assert not any(module.training for module in net.modules())
    assert net.get_submodule("layer4.conv").weight.is_contiguous(memory_format=torch.channels_last)
    z = latents(range(2), TINY_SIZES[0])
    with torch.inference_mode():
        images, expected = net(z), tiny_progan()(z)
    torch.testing.assert_close(images, expected, rtol=0, atol=0.05)  # the weights went through half precision


def test_each_caller_gets_a_network_of_its_own(root: Path):
    registry = Registry(root)
    assert registry.generator("toy-church") is not registry.generator("toy-church")


def test_a_segmenter_is_ready_to_label(root: Path):
    segmenter = Registry(root).segmenter("toy-segmenter")
    assert not any(parameter.requires_grad for parameter in segmenter.parameters())
    assert not segmenter.training
    labels = segmenter.label(torch.zeros(1, 3, 32, 32))
    assert {name: tuple(label.shape) for name, label in labels.items()} == dict.fromkeys(labels, (1, 32, 32))


def test_further_folders_add_their_models(root: Path, tmp_path: Path):
    extra = tmp_path / "user"
    stored(extra, a_card("my-church"), progan_state(TINY_SIZES, seed=1))
    registry = Registry(root, extra)
    assert sorted(registry.cards) == ["my-church", "toy-church", "toy-segmenter"]
    assert registry.generator("my-church").resolution == 32


def test_two_models_of_one_id_are_an_error(root: Path, tmp_path: Path):
    extra = tmp_path / "user"
    stored(extra, a_card("toy-church"), progan_state(TINY_SIZES))
    with pytest.raises(ArtifactMismatch, match="two models toy-church"):
        Registry(root, extra)


@pytest.mark.parametrize(
    ("kind", "name"), [("generator", "toy-segmenter"), ("segmenter", "toy-church"), ("generator", "?")]
)
def test_an_unknown_model_names_those_of_its_kind(root: Path, kind: str, name: str):
    with pytest.raises(UnknownModel) as caught:
        getattr(Registry(root), kind)(name)
    assert (caught.value.field, caught.value.value) == ("model", name)
    assert caught.value.allowed == ("one of toy-church" if kind == "generator" else "one of toy-segmenter")


@pytest.mark.parametrize(("kind", "name"), [("generator", "toy-church"), ("segmenter", "toy-segmenter")])
def test_changed_weights_are_refused(root: Path, kind: str, name: str):
    path = root / "models" / f"{name}.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadCheckpoint, match=f"{name}.safetensors: wrong content: SHA-256"):
        getattr(Registry(root), kind)(name)


def test_missing_weights_are_named(root: Path):
    (root / "models" / "toy-church.safetensors").unlink()
    with pytest.raises(BadCheckpoint, match=r"toy-church\.safetensors: cannot be read"):
        Registry(root).generator("toy-church")


def test_a_card_that_does_not_fit_its_weights_is_an_error(root: Path):
    with pytest.raises(ArtifactMismatch, match="32 pixels, its card says 64"):
        rewritten(root, resolution=64).generator("toy-church")
    with pytest.raises(ArtifactMismatch, match="no layer layer40"):
        rewritten(root, resolution=32, paint_layers=("layer4", "layer40")).generator("toy-church")


def test_a_segmenter_of_another_shape_names_the_file_and_the_key(root: Path):
    registry = Registry(root)
    card = registry.cards["toy-segmenter"]
    wider = {**card.architecture, "widths": [2, 2, 3, 3, 5]}
    write_card(dataclasses.replace(card, architecture=wider), root / "models" / "toy-segmenter.json")
    with pytest.raises(BadCheckpoint, match=r"toy-segmenter\.safetensors: \w+"):
        Registry(root).segmenter("toy-segmenter")


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "listdir", refused)
    with pytest.raises(ArtifactMismatch, match=r"cannot look into .*models: Permission denied"):
        Registry(tmp_path)
