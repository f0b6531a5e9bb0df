"""oneDNN is told how many kernels to keep, but a user's own number stays."""

import os

import pytest

from dissect_core.system.memory import KERNELS, keep_kernels

NAME = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"


@pytest.mark.parametrize(("given", "kept"), [(None, f"{KERNELS}"), ("512", "512")])
def test_kernels_are_kept_unless_the_user_says_how_many(
    given: str | None, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, "0")  # so that it is put back
    if given is None:
        monkeypatch.delenv(NAME)
    else:
        monkeypatch.setenv(NAME, given)
    keep_kernels()
    assert os.environ[NAME] == kept
