"""Devices by name."""

from __future__ import annotations

import pytest

from dissect_core.errors import UnitbrushError
from dissect_core.system.devices import pick_device


def test_devices() -> None:
    assert pick_device("cpu").type == "cpu"
    assert pick_device("auto").type in ("cpu", "cuda")
    for bad in ("gpu", "cuda:99", "mps"):
        with pytest.raises(UnitbrushError) as caught:
            pick_device(bad)
        assert caught.value.field == "device"
        assert "cpu" in caught.value.allowed
