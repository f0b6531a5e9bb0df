"""What an error must say, word for word: a refusal is read by people, so its text is tested like a number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from dissect_core.errors import UnitbrushError


@contextmanager
def refused(kind: type[UnitbrushError], message: str, *, field: str, value: object, allowed: str) -> Iterator[None]:
    """Assert that the block raises exactly this error."""
    with pytest.raises(kind) as caught:
        yield
    error = caught.value
    assert (error.message, error.field, error.value, error.allowed) == (message, field, value, allowed)
