"""The networks at hand: the cards in `<root>/models`, and loading a network by its id."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from dissect_core.errors import ArtifactMismatch, BadCheckpoint, UnknownModel
from dissect_core.models.card import Kind, ModelCard, read_card
from dissect_core.models.checkpoint import load_generator_state
from dissect_core.models.progan import Generator
from dissect_core.models.segmenter import Segmenter
from dissect_core.models.vgg import SceneClassifier
from dissect_core.models.weights import read_state


class Registry:
    """The cards of `root`/models (the shipped networks) and of further folders of the same form, read once.

    Loading reads the weights anew, checks their SHA-256 and shapes, and gives a network of its own to each caller:
    float32 whatever the file holds, evaluation mode, no gradients, channels-last (a quarter faster on a CPU).
    """

    def __init__(self, root: Path, *extra: Path) -> None:
        """Raises ArtifactMismatch for a bad card, or for two networks of one id."""
        self.root = root
        self.cards: dict[str, ModelCard] = {}
        self._folders: dict[str, Path] = {}
        for path in (path for folder in (root, *extra) for path in _cards_in(folder / "models")):
            card = read_card(path)
            if card.id in self.cards:
                both = f"{self._folders[card.id]} and {path.parent}"
                raise ArtifactMismatch(
                    f"two models {card.id}: {both}", field="id", value=card.id, allowed="one card per id"
                )
            self.cards[card.id] = card
            self._folders[card.id] = path.parent

    def card(self, model_id: str, kind: Kind) -> ModelCard:
        """The card of that id and kind, or UnknownModel."""
        card = self.cards.get(model_id)
        if card is None or card.kind != kind:
            raise UnknownModel(f"no {kind} {model_id!r}", field="model", value=model_id, allowed=self.names((kind,)))
        return card

    def names(self, kinds: Collection[Kind]) -> str:
        """The ids of the networks of some kinds as an error lists them, or where none is."""
        ids = ", ".join(id for id, card in self.cards.items() if card.kind in kinds)
        return f"one of {ids}" if ids else f"a folder of networks, which {self.root / 'models'} is not"

    def generator(self, model_id: str, device: torch.device | str = "cpu") -> Generator:
        """The generator of that id, on `device`.

        On a GPU, full float32 convolutions are switched on for the whole process (TF32 keeps 10 bits only).
        """
        card = self.card(model_id, "generator")
        generator = Generator.from_state_dict(load_generator_state(self._weights(card), card.weights.sha256))
        if generator.resolution != card.resolution:
            raise ArtifactMismatch(
                f"{card.weights.file} makes pictures of {generator.resolution} pixels, its card says {card.resolution}",
                field="resolution",
                value=card.resolution,
                allowed=f"{generator.resolution}",
            )
        if unknown := [layer for layer in card.paint_layers if layer not in generator.layers]:
            raise ArtifactMismatch(
                f"{card.id} has no layer {unknown[0]}",
                field="paint_layers",
                value=unknown[0],
                allowed=f"layers of {card.weights.file}: {', '.join(generator.layers)}",
            )
        if torch.device(device).type == "cuda":
            torch.backends.cudnn.allow_tf32 = False
        generator.eval().requires_grad_(False)
        return generator.to(device).to(memory_format=torch.channels_last)

    def segmenter(self, model_id: str, device: torch.device | str = "cpu") -> Segmenter:
        """The segmenter of that id, on `device`."""
        card = self.card(model_id, "segmenter")
        state = read_state(self._weights(card), card.weights.sha256)
        with naming(card.weights.file):
            segmenter = Segmenter.from_state_dict(state, card.architecture)
        segmenter.eval().requires_grad_(False)
        return segmenter.to(device).to(memory_format=torch.channels_last)

    def classifier(self, model_id: str, device: torch.device | str = "cpu") -> SceneClassifier:
        """The scene classifier of that id, on `device`."""
        card = self.card(model_id, "classifier")
        state = read_state(self._weights(card), card.weights.sha256)
        classes = card.architecture.get("classes")
        if not isinstance(classes, list):
            raise ArtifactMismatch(
                f"the card of {card.id} names no classes", field="classes", value=classes, allowed="a list of names"
            )
        with naming(card.weights.file):
            classifier = SceneClassifier.from_state_dict(state, classes, card.resolution)
        classifier.requires_grad_(False)
        return classifier.to(device).to(memory_format=torch.channels_last)

    def _weights(self, card: ModelCard) -> Path:
        return self._folders[card.id] / card.weights.file


def _cards_in(folder: Path) -> list[Path]:
    """The card files of a folder, none if it is not there.  Raises ArtifactMismatch if it cannot be looked into."""
    try:
        return sorted(folder / name for name in os.listdir(folder) if name.endswith(".json"))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as cause:
        raise ArtifactMismatch(
            f"cannot look into {folder}: {cause.strerror}",
            field="models",
            value=str(folder),
            allowed="a readable folder",
        ) from cause


@contextmanager
def naming(file: str) -> Iterator[None]:
    """Put the file's name before what is wrong with its content."""
    try:
        yield
    except BadCheckpoint as cause:
        message = f"{file}: {cause.message}"
        raise BadCheckpoint(message, field=cause.field, value=cause.value, allowed=cause.allowed) from cause
