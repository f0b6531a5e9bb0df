"""Checking a state dict against the network that it is meant for, before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from dissect_core.errors import BadCheckpoint

NAMED = 3
"""How many of the keys that do not fit an error names."""


def load_checked(network: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Load the tensors as float32 (whole numbers as they are), all of them or none.

    Raises BadCheckpoint naming the first keys that are missing, unexpected or of another shape.
    """
    expected = network.state_dict()
    problems = []
    for key in sorted(expected.keys() | state.keys()):
        want = tuple(expected[key].shape) if key in expected else "no such key"
        have = tuple(state[key].shape) if key in state else "missing"
        if want != have:
            problems.append((key, have, want))
    if problems:
        told = "; ".join(f"{key}: {have}, expected {want}" for key, have, want in problems[:NAMED])
        more = f"; and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
        key, have, want = problems[0]
        raise BadCheckpoint(told + more, field=key, value=have, allowed=f"{want}")
    network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
