"""Checking a state dict against the network that it is meant for, before anything is loaded.

Names may all have something in front, as wrappers put it there ("model.", "generator."), beside tensors of other
networks; DataParallel puts a "module" into them, in front or behind "features"; and files older than PyTorch 0.4.1 do
not count the batches of their normalisations.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from torch import Tensor, nn

from dissect_core.errors import BadCheckpoint

NAMED = 3
"""How many of the keys that do not fit an error names."""


COUNT, PARALLEL = "num_batches_tracked", "module"


def load_checked(network: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Load the tensors as float32 (whole numbers as they are), all of them or none.

    Raises BadCheckpoint naming the first keys that are missing, unexpected or of another shape.
    """
    expected = network.state_dict()
    state = _under_its_names(state, expected.keys())
    problems = []
    for key in sorted(expected.keys() | state.keys()):
        want = tuple(expected[key].shape) if key in expected else "no such key"
        have = tuple(state[key].shape) if key in state else "missing"
        if want != have and not (have == "missing" and key.endswith(COUNT)):
            problems.append((key, have, want))
    if problems:
        told = "; ".join(f"{key}: {have}, expected {want}" for key, have, want in problems[:NAMED])
        more = f"; and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
        key, have, want = problems[0]
        raise BadCheckpoint(told + more, field=key, value=have, allowed=f"{want}")
    whole = {**expected, **state}
    network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in whole.items()})


def _under_its_names(state: Mapping[str, Tensor], expected: Set[str]) -> Mapping[str, Tensor]:
    """The tensors under the names that the network has: without "module", and without one prefix of all its names."""
    needed = {key for key in expected if not key.endswith(COUNT)}
    single = {".".join(part for part in key.split(".") if part != PARALLEL): tensor for key, tensor in state.items()}
    for names in (state, single):
        if not needed or needed <= names.keys():
            return names
        one = min(needed)
        fitting = []
        for prefix in (key.removesuffix(one) for key in names if key.endswith(f".{one}")):
            inner = {key.removeprefix(prefix): tensor for key, tensor in names.items() if key.startswith(prefix)}
            if needed <= inner.keys() <= expected:
                fitting.append(inner)
        if len(fitting) == 1:
            return fitting[0]
    return state
