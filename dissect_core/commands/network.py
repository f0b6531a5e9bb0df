"""Which network a command looks at, and on which pictures: the options that `dissect` and `report` share.

A network of the repository by its id, or one's own as `package.module:factory`; either way it comes out as a `Source`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import torch
import typer

from dissect_core.commands.options import Device, Precomputed, Threads, model_of, prepared
from dissect_core.errors import UnitbrushError, UnknownModel
from dissect_core.models.registry import Registry
from dissect_core.models.vgg import NAMES
from dissect_core.sources.bundled import shipped_source
from dissect_core.sources.custom import load_network
from dissect_core.sources.layout import LAYOUTS, Layout
from dissect_core.sources.networks import (
    ClassifierSource,
    GeneratorSource,
    LatentSource,
    Normalisation,
    Source,
)
from dissect_core.sources.pictures import PictureFolder
from dissect_core.system.places import PRECOMPUTED
from dissect_core.system.progress import Progress

IMAGES = 10_000
"""Pictures, generated or painted, that are looked at unless told."""


@dataclass(frozen=True)
class NetworkOptions:
    """The argument and the options, as typed."""

    model: Annotated[
        str, typer.Argument(help="church, kitchen, classifier, another's id, or your own as package.module:factory.")
    ]
    weights: Annotated[Path | None, typer.Option(help="Own network: a file of its tensors.")] = None
    pictures: Annotated[Path | None, typer.Option(help="Own classifier: a folder of pictures to show it.")] = None
    size: Annotated[int, typer.Option(help="Side in pixels to which these pictures are cropped and scaled.")] = 224
    skip_bad_pictures: Annotated[
        bool, typer.Option("--skip-bad-pictures", help="Leave out files that cannot be read.")
    ] = False
    mean: Annotated[str, typer.Option(help="What it expects of values in 0..1: r,g,b; [-1, 1] without.")] = ""
    std: Annotated[str, typer.Option(help="The deviation that belongs to --mean.")] = ""
    latent_size: Annotated[str, typer.Option(help="Own generator: how many random numbers, 512 or 100x1x1.")] = ""
    layout: Annotated[
        str,
        typer.Option(help=f"How its layers lay out their maps, told by the shape without: {', '.join(LAYOUTS[1:])}."),
    ] = "auto"
    precomputed: Precomputed = PRECOMPUTED
    device: Device = "auto"
    threads: Threads = 0


class Opened(NamedTuple):
    """A network ready to be dissected.

    layers: those that are dissected unless told, () if they have to be looked for (see `sources.layers`).
    needed: those that must be among them, because brushes read them.
    """

    source: Source
    layers: tuple[str, ...]
    needed: tuple[str, ...]
    registry: Registry
    own: bool


def with_network(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the fields of `NetworkOptions` on its command line, in place of its parameter `network`."""
    fields = inspect.signature(NetworkOptions, eval_str=True).parameters
    own = inspect.signature(command, eval_str=True).parameters
    both = {**fields, **{name: parameter for name, parameter in own.items() if name != "network"}}

    @wraps(command)
    def run(**given: Any) -> None:
        network = NetworkOptions(**{name: given.pop(name) for name in fields})
        command(network, **given)

    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in both.values()]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
    run.__annotations__ = {name: parameter.annotation for name, parameter in both.items()}
    return run


def open_network(options: NetworkOptions, images: int | None = None) -> Opened:
    """The network and its pictures, at most so many: without a number all of a folder, or IMAGES.

    Raises UnknownModel, BadFactory, BadCheckpoint or BadPicture, and UnitbrushError for options that do not belong
    together.
    """
    device = prepared(options.device, options.threads)
    return (_own if ":" in options.model else _shipped)(options, images, device)


def dissected(model: str, root: Path) -> str:
    """The id under which a network was dissected, from what it is called.  Raises UnknownModel naming those there."""
    there = sorted(path.parent.name for path in (root / "dissection").glob("*/manifest.json"))
    for name in (model.replace(":", "."), model_of(model)):
        if name in there:
            return name
    allowed = f"one of {', '.join(there) or 'none'}; `unitbrush dissect` makes one"
    raise UnknownModel(f"no dissection of {model}", field="model", value=model, allowed=allowed)


def _shipped(options: NetworkOptions, images: int | None, device: torch.device) -> Opened:
    usual = {"layout": "auto"}
    for name in ("weights", "pictures", "skip_bad_pictures", "latent_size", "mean", "std", "layout"):
        if getattr(options, name) not in (usual.get(name), None, False, ""):
            raise _refused(name, getattr(options, name), f"with your own network only; {options.model} has its own")
    registry = Registry(options.precomputed)
    model = model_of(options.model, registry)
    card = registry.cards.get(model)
    if card is None or card.kind == "segmenter":
        allowed = registry.names(("generator", "classifier"))
        raise UnknownModel(f"no generator or classifier {model!r}", field="model", value=model, allowed=allowed)
    source = shipped_source(registry, card, images or IMAGES, device)
    layers = source.generator.layers if isinstance(source, GeneratorSource) else NAMES
    return Opened(source, tuple(layers), card.paint_layers, registry, own=False)


def _own(options: NetworkOptions, images: int | None, device: torch.device) -> Opened:
    if (options.pictures is None) == (not options.latent_size):
        given = "neither" if options.pictures is None else "both"
        raise _refused("pictures", given, "--pictures for a classifier or --latent-size for a generator, one of them")
    registry = Registry(options.precomputed)
    normalisation, shape, layout = _normalisation(options), _latent_shape(options.latent_size), _layout(options.layout)
    own = load_network(options.model, options.weights, device)
    source: Source
    if options.pictures is None:
        source = LatentSource(own.network, shape, own.model, own.sha256, images or IMAGES, layout=layout)
    else:
        with Progress("reading the pictures", "picture") as bar:
            skip_bad = options.skip_bad_pictures
            pictures = PictureFolder(options.pictures, options.size, images, skip_bad=skip_bad, progress=bar.to)
        for name in pictures.left_out:
            typer.echo(f"left out: {name}")
        source = ClassifierSource(own.network, pictures, own.model, own.sha256, normalisation, layout)
    return Opened(source, (), (), registry, own=True)


def _normalisation(options: NetworkOptions) -> Normalisation | None:
    if not options.mean and not options.std:
        return None
    mean, deviation = _three(options.mean, "mean"), _three(options.std, "std")
    if min(deviation) <= 0:
        raise _refused("std", options.std, "numbers above 0")
    return Normalisation(mean, deviation)


def _three(text: str, field: str) -> tuple[float, float, float]:
    try:
        red, green, blue = (float(number) for number in text.split(","))
    except ValueError:
        raise _refused(field, text or "none", "three numbers, 0.5,0.5,0.5; --mean and --std together") from None
    if not all(map(math.isfinite, (red, green, blue))):
        raise _refused(field, text, "finite numbers")
    return red, green, blue


def _layout(text: str) -> Layout:
    for layout in LAYOUTS:
        if text == layout:
            return layout
    raise _refused("layout", text, f"one of {', '.join(LAYOUTS)}")


def _latent_shape(text: str) -> tuple[int, ...]:
    """ "512" -> (512,), "100x1x1" -> (100, 1, 1), "" -> ()."""
    numbers = text.split("x") if text else []
    if not all(number.isascii() and number.isdigit() and int(number) for number in numbers):
        raise _refused("latent_size", text, "a size, 512, or a shape, 100x1x1")
    return tuple(map(int, numbers))


def _refused(name: str, value: object, allowed: str) -> UnitbrushError:
    option = f"--{name.replace('_', '-')}"
    return UnitbrushError(f"cannot use {option}", field=name, value=value, allowed=allowed)
