"""Weights files as people have them: read by one loader, or refused in one sentence that says how to convert them."""

from __future__ import annotations

import argparse
import os
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from dissect_core.errors import BadCheckpoint
from dissect_core.models.state import load_checked
from dissect_core.models.weights import SUFFIXES, read_state

State = dict[str, Tensor]
OPTIMIZER = {"state": {0: {"step": torch.tensor(1.0), "exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 0.1}]}


def network() -> nn.Module:
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(3, 2, 1), norm=nn.BatchNorm2d(2)))


def state(value: float = 1.0) -> State:
    return {key: torch.full_like(tensor, value) for key, tensor in network().state_dict().items()}


def prefixed(prefix: str, tensors: State) -> State:
    return {prefix + key: tensor for key, tensor in tensors.items()}


def loaded(path: Path) -> float:
    """The value of all tensors of the network that got the weights of a file."""
    made = network()
    load_checked(made, read_state(path))
    (value,) = {float(number) for tensor in made.state_dict().values() for number in tensor.flatten()}
    return value


WRAPPED: dict[str, Any] = {
    "plain": state(),
    "state_dict": {"state_dict": state(), "epoch": 90, "arch": "resnet18", "best_acc1": torch.tensor(70.0)},
    "model": {"model": state(), "optimizer": OPTIMIZER, "epoch": 3},
    "model_state_dict": {"epoch": 3, "model_state_dict": state(), "optimizer_state_dict": OPTIMIZER, "loss": 0.5},
    "averaged": {"model": state(2.0), "ema": state(), "ema_decay": 0.999},
    "averaged, nested": {"state_dict": state(2.0), "model_ema": {"state_dict": state(), "decay": 0.999}},
    "netG": {"netG_state_dict": state(), "netD_state_dict": state(2.0)},
    "a name that nobody knows": {"painter": state(), "steps": 7},
    "DataParallel": prefixed("module.", state()),
    "DataParallel inside": {key.replace("conv.", "conv.module."): tensor for key, tensor in state().items()},
    "torch.compile": prefixed("_orig_mod.", state()),
    "both": {"model": prefixed("module._orig_mod.", state())},
    "AveragedModel": prefixed("module.", state()) | {"n_averaged": torch.tensor(3)},
    "Lightning": {"state_dict": prefixed("net.", state()) | {"loss.weight": torch.zeros(3)}, "hyper_parameters": {}},
    "two networks in one": prefixed("generator.", state()) | {"discriminator.conv.weight": torch.zeros(1)},
}


@pytest.mark.parametrize("name", WRAPPED)
def test_every_wrapping_gives_the_network_its_tensors(tmp_path: Path, name: str) -> None:
    torch.save(WRAPPED[name], tmp_path / "net.pth")
    assert loaded(tmp_path / "net.pth") == 1


def test_files_without_counted_batches_are_complete(tmp_path: Path) -> None:
    old = {key: tensor for key, tensor in state().items() if not key.endswith("num_batches_tracked")}
    torch.save({"state_dict": prefixed("module.", old)}, tmp_path / "old.pth")
    made = network()
    load_checked(made, read_state(tmp_path / "old.pth"))
    assert made.get_submodule("norm").num_batches_tracked == 0
    assert float(made.get_submodule("norm").running_var[0]) == 1


@pytest.mark.parametrize("name", ["net.pth", "net.pt", "net.pth.tar", "net.tar", "net.ckpt", "net.bin", "net.PTH"])
@pytest.mark.parametrize("new", [True, False])
def test_files_are_read_whatever_they_are_called(tmp_path: Path, name: str, new: bool) -> None:
    torch.save(state(), tmp_path / name, _use_new_zipfile_serialization=new)
    assert loaded(tmp_path / name) == 1


def test_a_file_that_python_2_wrote_is_read(tmp_path: Path) -> None:
    torch.save({"arch": "café", "state_dict": state()}, tmp_path / "new.pth", _use_new_zipfile_serialization=False)
    content = (tmp_path / "new.pth").read_bytes()
    unicode, bytes_of_python_2 = b"X\x05\x00\x00\x00caf\xc3\xa9", b"U\x04caf\xe9"
    assert unicode in content
    (tmp_path / "old.pth.tar").write_bytes(content.replace(unicode, bytes_of_python_2))
    assert loaded(tmp_path / "old.pth.tar") == 1


def refusal(path: Path) -> BadCheckpoint:
    with pytest.raises(BadCheckpoint, match=path.name) as caught:
        read_state(path)
    assert "\x1b" not in caught.value.message + caught.value.allowed
    return caught.value


@pytest.mark.parametrize(
    ("content", "found", "convert"),
    [
        ({"state_dict": state(), "args": argparse.Namespace()}, "argparse.Namespace", "checkpoint['state_dict']"),
        ({"state_dict": state(), "best": np.float32(3)}, "multiarray.scalar", "checkpoint['state_dict']"),
        (network(), "torch.nn.modules.container.Sequential", "checkpoint.state_dict()"),
    ],
)
def test_more_than_tensors_is_named_with_the_way_to_convert_it(
    tmp_path: Path, content: object, found: str, convert: str
) -> None:
    torch.save(content, tmp_path / "odd.pth")
    error = refusal(tmp_path / "odd.pth")
    assert found in error.message
    assert "nothing of it was run" in error.message
    assert convert in error.allowed
    assert "odd.pth" in error.allowed


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
def test_a_compiled_network_is_refused_with_the_way_to_convert_it(tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(network()), tmp_path / "script.pt")
    assert "torch.jit.load('script.pt').state_dict()" in refusal(tmp_path / "script.pt").allowed


def test_several_networks_of_unknown_names_are_listed(tmp_path: Path) -> None:
    torch.save({"painter": state(), "critic": state()}, tmp_path / "two.pth")
    assert refusal(tmp_path / "two.pth").value == "painter, critic"


def test_only_regular_files_of_known_kinds_are_read(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "nothing.pth").message
    os.mkfifo(tmp_path / "pipe.pth")
    assert "not a regular file" in refusal(tmp_path / "pipe.pth").message
    (tmp_path / "folder.pth").mkdir()
    assert "not a regular file" in refusal(tmp_path / "folder.pth").message
    (tmp_path / "net.pkl").write_bytes(b"")
    assert all(suffix in refusal(tmp_path / "net.pkl").allowed for suffix in SUFFIXES)
