"""Published generators load in every wrapping, and a bad file is refused whole, by name."""

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from dissect_core.errors import BadCheckpoint
from dissect_core.models.checkpoint import load_generator_state
from dissect_core.models.latents import latents
from dissect_core.models.progan import Generator
from dissect_core.render import Renderer, Request
from tests.slow_progan import slow_render
from tests.toy import CHURCH_SIZES, TINY_SIZES, progan_state

State = dict[str, Tensor]
Wrapping = Callable[[State], dict[str, Any]]


def old_names(state: State) -> dict[str, Any]:
    """Gandissect 2019: features.i..., output..., and the constant of the equalized learning rate."""
    old: dict[str, Any] = {}
    for key, value in state.items():
        layer, _, rest = key.partition(".")
        number = f"features.{int(layer.removeprefix('layer')) - 1}" if layer.startswith("layer") else "output"
        old[f"{number}.{rest}"] = value
        if rest == "wscale.b":
            old[f"{number}.wscale.scale"] = torch.tensor(0.0209)
    return old


def genforce(state: State, fused: bool = False) -> dict[str, Any]:
    """The PGGAN zoo: layer0..., an output per resolution, `lod`, perhaps transposed kernels in upsampling layers."""
    theirs: dict[str, Any] = {"lod": torch.tensor(0.0)}
    layers = len(state) // 2 - 1
    for number in range(layers):
        weight = state[f"layer{number + 1}.conv.weight"]
        if fused and number >= 2 and number % 2 == 0:
            weight = weight.flip(2, 3).permute(1, 0, 2, 3).contiguous()
        theirs[f"layer{number}.weight"] = weight
        theirs[f"layer{number}.bias"] = state[f"layer{number + 1}.wscale.b"]
        if number % 2:
            theirs[f"output{number // 2}.weight"] = torch.ones(3, weight.shape[0], 1, 1)
            theirs[f"output{number // 2}.bias"] = torch.ones(3)
    side = 2 ** (layers // 2 + 1)
    theirs[f"output{layers // 2 - 1}.weight"] = state[f"output_{side}x{side}.conv.weight"]
    theirs[f"output{layers // 2 - 1}.bias"] = state[f"output_{side}x{side}.wscale.b"]
    return theirs


WRAPPINGS: dict[str, Wrapping] = {
    "plain": dict,
    "state_dict": lambda state: {"state_dict": state, "epoch": 7},
    "old names": old_names,
    "old names in state_dict": lambda state: {"state_dict": old_names(state)},
    "module prefix": lambda state: {f"module.{key}": value for key, value in state.items()},
    "module prefix in state_dict": lambda state: {"state_dict": {f"module.{k}": v for k, v in state.items()}},
    "parameters": lambda state: {key: torch.nn.Parameter(value) for key, value in state.items()},
    "genforce": genforce,
    "genforce fused": lambda state: genforce(state, fused=True),
    "genforce training": lambda state: {"generator": {}, "generator_smooth": genforce(state), "discriminator": {}},
}
FLAT = ("plain", "old names", "module prefix", "genforce", "genforce fused")


def saved(folder: Path, content: object, name: str = "generator.pth") -> Path:
    path = folder / name
    if path.suffix == ".safetensors":
        assert isinstance(content, dict)
        save_file({key: value.contiguous() for key, value in content.items()}, path)
    else:
        torch.save(content, path)
    return path


def tiny(**changes: Tensor | None) -> State:
    """The tiny generator's weights; a key changed to None is left out ("__" stands for ".")."""
    state = progan_state(TINY_SIZES)
    for key, value in changes.items():
        key = key.replace("__", ".")
        if value is None:
            del state[key]
        else:
            state[key] = value
    return state


def refusal(path: Path, sha256: str | None = None) -> BadCheckpoint:
    with pytest.raises(BadCheckpoint) as caught:
        load_generator_state(path, sha256)
    assert path.name in caught.value.message
    assert caught.value.allowed
    return caught.value


# --- every wrapping ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def church() -> State:
    """Random weights of the published church shapes."""
    return progan_state(CHURCH_SIZES, seed=1)


@pytest.fixture(scope="module")
def church_picture(church: State) -> np.ndarray:
    """(3, 256, 256), computed slowly and independently."""
    return slow_render(church, latents([425], 512)[0].numpy())


@pytest.mark.parametrize(
    "wrapping", ["plain", "state_dict", "old names", "module prefix", "genforce", "genforce fused"]
)
def test_the_published_church_shapes_load_and_render_in_each_wrapping(
    tmp_path: Path, church: State, church_picture: np.ndarray, wrapping: str
):
    state = load_generator_state(saved(tmp_path, WRAPPINGS[wrapping](church)))
    assert state.keys() == church.keys()
    net = Generator.from_state_dict(state).eval()
    assert net.resolution == 256
    image = Renderer(net, dtype=torch.float32).render([Request(latents([425], 512)[0])])
    np.testing.assert_allclose(image[0], church_picture, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", WRAPPINGS)
def test_every_wrapping_gives_the_same_tensors(tmp_path: Path, name: str):
    state = load_generator_state(saved(tmp_path, WRAPPINGS[name](tiny())))
    assert sorted(state) == sorted(tiny())
    for key, value in tiny().items():
        assert torch.equal(state[key], value)
        assert state[key].is_contiguous()
        assert not state[key].requires_grad


@pytest.mark.parametrize("name", FLAT)
def test_safetensors_hold_every_flat_wrapping(tmp_path: Path, name: str):
    state = load_generator_state(saved(tmp_path, WRAPPINGS[name](tiny()), "generator.safetensors"))
    assert all(torch.equal(state[key], value) for key, value in tiny().items())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_single(tmp_path: Path, dtype: torch.dtype):
    state = load_generator_state(saved(tmp_path, {key: value.to(dtype) for key, value in tiny().items()}))
    assert {value.dtype for value in state.values()} == {torch.float32}


def test_the_legacy_file_format_loads(tmp_path: Path):
    torch.save(tiny(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert load_generator_state(tmp_path / "old.pth").keys() == tiny().keys()


def test_a_generator_of_one_resolution_loads(tmp_path: Path):
    state = progan_state((5, 4))
    assert load_generator_state(saved(tmp_path, state)).keys() == state.keys()
    assert load_generator_state(saved(tmp_path, genforce(state))).keys() == state.keys()


def test_a_fused_kernel_is_the_same_layer_as_nearest_upsampling_and_its_converted_kernel(tmp_path: Path):
    fused = genforce(tiny(), fused=True)
    x = torch.randn(2, 6, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    # genforce: the padded kernel summed over its four shifts, as a transposed convolution of stride 2
    kernel = F.pad(fused["layer4.weight"].double(), (1, 1, 1, 1))
    kernel = kernel[:, :, 1:, 1:] + kernel[:, :, :-1, 1:] + kernel[:, :, 1:, :-1] + kernel[:, :, :-1, :-1]
    theirs = F.conv_transpose2d(x, kernel, stride=2, padding=1)
    ours = load_generator_state(saved(tmp_path, fused))["layer5.conv.weight"].double()
    torch.testing.assert_close(F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), ours, padding=1), theirs)


def test_square_kernels_do_not_tell_whether_they_are_fused(tmp_path: Path):
    error = refusal(saved(tmp_path, genforce(progan_state((4, 4, 4, 4)))))
    assert "fused" in error.message


# --- the tensors that should be there ----------------------------------------------------------------------------


@pytest.mark.parametrize("key", tiny())
def test_a_missing_key_is_named(tmp_path: Path, key: str):
    error = refusal(saved(tmp_path, tiny(**{key.replace(".", "__"): None})))
    assert (error.field, error.value) == (key, "missing")


@pytest.mark.parametrize("extra", ["layer4.conv.bias", "layer03.wscale.b", "output_64x64.conv.weight", "noise"])
def test_an_unexpected_key_is_named(tmp_path: Path, extra: str):
    error = refusal(saved(tmp_path, tiny() | {extra: torch.ones(4)}))
    assert (error.field, error.value) == (extra, "unexpected")


@pytest.mark.parametrize(
    ("key", "shape", "expected"),
    [
        ("layer1.conv.weight", (6, 8, 3, 3), "(6, 8, 4, 4)"),
        ("layer1.conv.weight", (6, 8), "(units, z, 4, 4)"),
        ("layer5.conv.weight", (6, 5, 3, 3), "(5, 6, 3, 3)"),
        ("layer6.wscale.b", (6,), "(5,)"),
        ("layer3.wscale.b", (6, 1), "one number per unit"),
        ("output_32x32.conv.weight", (1, 4, 1, 1), "(3, 4, 1, 1)"),
    ],
)
def test_a_wrong_shape_is_named_with_the_expected_one(tmp_path: Path, key: str, shape: tuple[int, ...], expected: str):
    error = refusal(saved(tmp_path, tiny(**{key.replace(".", "__"): torch.ones(shape)})))
    assert error.field == key
    assert str(shape) in error.message
    assert expected in error.allowed


def test_numbers_that_are_whole_or_not_finite_are_named(tmp_path: Path):
    error = refusal(saved(tmp_path, tiny(layer2__wscale__b=torch.ones(6, dtype=torch.int64))))
    assert (error.field, error.value, error.allowed) == (
        "layer2.wscale.b",
        "of type torch.int64",
        "floating point numbers",
    )
    error = refusal(saved(tmp_path, tiny(layer2__wscale__b=torch.full((6,), float("nan")))))
    assert (error.field, error.allowed) == ("layer2.wscale.b", "finite numbers")


def test_a_small_file_cannot_claim_a_huge_tensor(tmp_path: Path):
    huge = torch.ones(1).expand(1 << 40)
    changes = {f"layer{number}__wscale__b": huge for number in (1, 2)}
    weights = {"layer1__conv__weight": torch.ones(1, 1, 1, 1).expand(1 << 40, 8, 4, 4)}
    error = refusal(saved(tmp_path, tiny(**changes, **weights)))
    assert (error.field, error.value) == ("layer1.conv.weight", "not stored in full")


@pytest.mark.filterwarnings("ignore:Validating sparse tensor")
def test_a_sparse_tensor_is_refused(tmp_path: Path):
    error = refusal(saved(tmp_path, tiny(layer2__wscale__b=torch.ones(6).to_sparse())))
    assert (error.field, error.value) == ("layer2.wscale.b", "not stored in full")


@pytest.mark.parametrize(
    "content",
    [{}, {"state_dict": {}}, {"conv1.weight": torch.ones(1)}, [torch.ones(1)], torch.ones(1), 7],
    ids=["empty", "empty state_dict", "another network", "list", "tensor", "number"],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: object):
    refusal(saved(tmp_path, content))


def test_an_entry_that_is_no_tensor_is_named(tmp_path: Path):
    error = refusal(saved(tmp_path, tiny() | {"layer1.wscale.b": 3.5}))
    assert (error.field, error.value, error.allowed) == ("layer1.wscale.b", "float", "a tensor")


# --- the file ----------------------------------------------------------------------------------------------------


class Attack:
    """Unpickling this runs a command."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.proof),)


def test_a_pickle_with_code_is_refused_and_not_run(tmp_path: Path):
    proof = tmp_path / "the code ran"
    path = saved(tmp_path, tiny() | {"layer1.wscale.b": Attack(proof)})
    error = refusal(path)
    assert "nothing of it was run" in error.message
    assert error.allowed.startswith("tensors only; if you trust the file")
    assert not proof.exists()
    # the attack is real: an ordinary load runs it
    torch.load(path, weights_only=False)
    assert proof.exists()


def test_a_bare_pickle_with_code_is_refused_and_not_run(tmp_path: Path):
    proof = tmp_path / "the code ran"
    path = tmp_path / "bare.pth"
    path.write_bytes(pickle.dumps(Attack(proof), protocol=2))
    refusal(path)
    assert not proof.exists()


@pytest.mark.parametrize("name", ["generator.pth", "generator.safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path: Path, name: str, share: float):
    path = saved(tmp_path, tiny(), name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refusal(path)


@pytest.mark.parametrize("name", ["generator.pth", "generator.safetensors"])
def test_a_file_of_noise_is_refused(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(np.random.RandomState(0).bytes(5000))
    refusal(path)


def test_the_right_hash_is_accepted_and_a_wrong_one_named(tmp_path: Path):
    path = saved(tmp_path, tiny())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert load_generator_state(path, digest).keys() == tiny().keys()
    error = refusal(path, "0" * 64)
    assert error.value == digest
    assert "0" * 64 in error.allowed
    refusal(path, "")


@pytest.mark.parametrize("name", ["church-7e701dd5.pth", "ckpt-00010000.pth", "resnet-20240115.pth"])
def test_digits_in_the_name_of_a_file_promise_nothing(tmp_path: Path, name: str):
    assert load_generator_state(saved(tmp_path, tiny(), name)).keys() == tiny().keys()
