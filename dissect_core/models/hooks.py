"""Recording and editing layers of a network: the only place that registers hooks.

Hooks never outlive their block, whatever happens inside it.  They live on the network, so a network that is recorded or
edited must be run by one thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from dissect_core.errors import BadShape, LayerNeverRan, UnknownLayer

Edit = Callable[[Tensor], Tensor]
"""(N, C, h, w) -> (N, C, h, w), a new tensor: never in place."""


@contextmanager
def recorded(model: nn.Module, layers: Iterable[str]) -> Iterator[dict[str, Tensor]]:
    """Record the output of each named layer into the mapping yielded: a detached copy, taken before any edit.

    A layer that runs several times inside the block keeps its latest output.
    Raises UnknownLayer at once, BadShape when a layer gives no tensor, LayerNeverRan at the end of a block that did not
    run a layer.
    """
    named = {name: _layer(model, name) for name in layers}
    outputs: dict[str, Tensor] = {}
    handles: list[RemovableHandle] = []

    def recorder(name: str) -> Callable[[nn.Module, object, object], None]:
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            if not isinstance(output, Tensor):
                kind = type(output).__name__
                raise BadShape(f"{name} gives a {kind}", field="layer", value=kind, allowed="layers that give a tensor")
            outputs[name] = output.detach().clone()

        return hook

    try:
        for name, layer in named.items():
            # prepended, so that also inside an `edited` block the recording comes first
            handles.append(layer.register_forward_hook(recorder(name), prepend=True))
        yield outputs
    finally:
        for handle in handles:
            handle.remove()
    _check_all_ran("recorded", named.keys() - outputs.keys())


@contextmanager
def edited(model: nn.Module, edits: Mapping[str, Edit]) -> Iterator[nn.Module]:
    """Run `model` with the output of each named layer replaced by its edit of it.

    Nested blocks apply the outer edit first.
    Raises UnknownLayer at once, LayerNeverRan at the end of a block that did not run a layer.
    """
    named = {name: _layer(model, name) for name in edits}
    ran: set[str] = set()
    handles: list[RemovableHandle] = []

    def editor(name: str, edit: Edit) -> Callable[[nn.Module, object, Tensor], Tensor]:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
            ran.add(name)
            return edit(output)

        return hook

    try:
        for name, layer in named.items():
            handles.append(layer.register_forward_hook(editor(name, edits[name])))
        yield model
    finally:
        for handle in handles:
            handle.remove()
    _check_all_ran("edited", named.keys() - ran)


def traced(model: nn.Module, given: Tensor) -> dict[str, Tensor]:
    """The outputs of all modules without children, and of the model ("") itself, in the order in which they end.

    Only tensors; of a module that runs several times the latest.
    """
    outputs: dict[str, Tensor] = {}
    handles: list[RemovableHandle] = []

    def recorder(name: str) -> Callable[[nn.Module, object, object], None]:
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            if isinstance(output, Tensor):
                outputs[name] = output.detach().clone()

        return hook

    try:
        for name, module in model.named_modules():
            if not name or not list(module.children()):
                handles.append(module.register_forward_hook(recorder(name)))
        model(given)
    finally:
        for handle in handles:
            handle.remove()
    return outputs


def _layer(model: nn.Module, name: str) -> nn.Module:
    layers: dict[str, nn.Module] = {path: module for path, module in model.named_modules() if path}
    if name in layers:
        return layers[name]
    raise UnknownLayer.among(name, layers, (child for child, _ in model.named_children()))


def _check_all_ran(verb: str, missed: set[str]) -> None:
    if missed:
        names = ", ".join(sorted(missed))
        raise LayerNeverRan(
            f"{verb} but never run: {names}", field="layer", value=names, allowed="layers that run inside the block"
        )
