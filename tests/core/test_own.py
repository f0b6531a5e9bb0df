"""Networks and segmenters by `package.module:factory`: what they become, and what is said about what they are not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from dissect_core.errors import BadCheckpoint
from dissect_core.sources.custom import BadFactory, digest, load_network, load_segmenter

MODULE = '''
"""Made for a test."""
import torch
from torch import nn

NUMBER = 3

class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)
        self.drop = nn.Dropout()

    def forward(self, x):
        return self.drop(self.conv(x))

def pair():
    return Pair()

def three():
    return 3

class Halves(nn.Module):
    categories = {"light": ("none", "dark", "bright")}

    def label(self, images):
        return {"light": 1 + (images.mean(1) > 0).to(torch.uint8)}

def nameless():
    return object()

def half():
    return Pair().half()

def double():
    return Pair().double()

def brain():
    return Pair().to(torch.bfloat16)

def compiled():
    return torch.compile(Pair())

def parallel():
    return nn.DataParallel(Pair())

def scripted():
    return torch.jit.script(Pair())

def sized(classes, *rest, width=3):
    return Pair()

def lost():
    Lost = type("Lost", (Pair,), {"__module__": "never.imported"})
    return Lost()
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with the module `workshop` and one that cannot be imported."""
    (tmp_path / "workshop.py").write_text(MODULE)
    (tmp_path / "unfinished.py").write_text("import a_package_that_nobody_has\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("workshop", "unfinished"):
        sys.modules.pop(name, None)


def weights(scale: float = 1.0) -> dict[str, torch.Tensor]:
    return {"conv.weight": torch.arange(6.0).view(2, 3, 1, 1) * scale, "conv.bias": torch.tensor([1.0, -1.0])}


def test_a_network_gets_its_weights_and_is_ready_to_look_at(folder: Path) -> None:
    save_file({key: tensor.half() for key, tensor in weights().items()}, folder / "pair.safetensors")
    own = load_network("workshop:pair", folder / "pair.safetensors")
    assert own.model == "workshop.pair"
    assert not own.network.training
    assert not any(parameter.requires_grad for parameter in own.network.parameters())
    # unit 0: 0 r + 1 g + 2 b + 1, unit 1: 3 r + 4 g + 5 b - 1
    assert own.network(torch.ones(1, 3, 1, 1)).flatten().tolist() == [4, 11]


def test_a_torch_file_and_a_training_checkpoint_give_the_same_network(folder: Path) -> None:
    torch.save(weights(), folder / "plain.pth")
    torch.save({"epoch": 3, "state_dict": weights()}, folder / "nested.pt")
    one, other = (load_network("workshop:Pair", folder / name) for name in ("plain.pth", "nested.pt"))
    assert one.sha256 == other.sha256


def test_the_digest_changes_with_every_number_and_with_the_code(folder: Path) -> None:
    torch.save(weights(), folder / "one.pth")
    torch.save(weights(2.0), folder / "two.pth")
    one, two = (load_network("workshop:pair", folder / name) for name in ("one.pth", "two.pth"))
    assert len(one.sha256) == 64
    assert one.sha256 != two.sha256
    module = sys.modules["workshop"]
    assert digest(module, one.network) == one.sha256
    (folder / "workshop.py").write_text(MODULE + "# another edition\n")
    assert digest(module, one.network) != one.sha256


def test_weights_that_do_not_fit_are_named_with_their_file(folder: Path) -> None:
    torch.save({"conv.weight": torch.zeros(2, 4, 1, 1), "extra": torch.zeros(1)}, folder / "odd.pth")
    with pytest.raises(BadCheckpoint) as caught:
        load_network("workshop:pair", folder / "odd.pth")
    assert caught.value.message == (
        "odd.pth: conv.bias: missing, expected (2,); "
        "conv.weight: (2, 4, 1, 1), expected (2, 3, 1, 1); extra: (1,), expected no such key"
    )
    many = {f"extra{n}": torch.zeros(1) for n in range(3)} | weights()
    torch.save(many | {"extra3": torch.zeros(1)}, folder / "many.pth")
    with pytest.raises(BadCheckpoint, match=r"extra2: .*; and 1 more"):
        load_network("workshop:pair", folder / "many.pth")
    torch.save(weights() | {"epoch": 3}, folder / "epoch.pth")
    with pytest.raises(BadCheckpoint, match=r"epoch\.pth: epoch is a int"):
        load_network("workshop:pair", folder / "epoch.pth")
    with pytest.raises(BadCheckpoint, match=r"nowhere\.pth: cannot be read"):
        load_network("workshop:pair", folder / "nowhere.pth")


def test_a_pickle_with_code_is_refused_and_not_run(folder: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (Path("harm-was-done"),)

    torch.save({"conv.weight": Harm()}, folder / "harm.pth")
    with pytest.raises(BadCheckpoint, match="nothing of it was run"):
        load_network("workshop:pair", folder / "harm.pth")
    assert not (folder / "harm-was-done").exists()


@pytest.mark.parametrize(
    ("spelling", "said", "allowed"),
    [
        ("workshop", "cannot read 'workshop'", "package.module:factory"),
        ("work-shop:pair", "cannot read", "package.module:factory"),
        ("nowhere.to.be.found:pair", "no module nowhere", "current"),
        ("workshop.deeper:pair", r"no module workshop\.deeper", "installed"),
        ("workshop:pear", "workshop has no pear", "pair"),
        ("workshop:Pair.make", "workshop has no make", "for example"),
        ("workshop:NUMBER", "gives an int", "called without arguments"),
        ("workshop:three", "gives an int", "torch.nn.Module"),
        ("workshop:sized", "workshop:sized needs classes", "without arguments"),
    ],
)
def test_what_makes_no_network_is_named(folder: Path, spelling: str, said: str, allowed: str) -> None:
    with pytest.raises(BadFactory, match=said) as caught:
        load_network(spelling)
    assert allowed.replace("current", str(folder)) in caught.value.allowed
    assert caught.value.field == "model"


def test_what_is_wrong_inside_the_module_keeps_its_own_traceback(folder: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="a_package_that_nobody_has"):
        load_network("unfinished:pair")


def test_a_segmenter_needs_categories_and_label(folder: Path) -> None:
    segmenter, sha256 = load_segmenter("workshop:Halves")
    assert segmenter.label(torch.ones(1, 3, 2, 2))["light"].unique().tolist() == [2]
    assert len(sha256) == 64
    for spelling in ("workshop:nameless", "workshop:pair"):
        with pytest.raises(BadFactory, match=r"gives an? ") as caught:
            load_segmenter(spelling)
        assert (caught.value.field, caught.value.allowed) == ("segmenter", "an object with `categories` and `label`")


@pytest.mark.parametrize("factory", ["half", "double", "brain", "compiled", "parallel", "lost"])
def test_networks_of_any_precision_and_wrapping_run_in_single_precision(folder: Path, factory: str) -> None:
    torch.save(weights(), folder / "pair.pth")
    own = load_network(f"workshop:{factory}", folder / "pair.pth")
    assert {parameter.dtype for parameter in own.network.parameters()} == {torch.float32}
    assert [name for name, _ in own.network.named_modules()] == ["", "conv", "drop"]
    assert own.network(torch.ones(1, 3, 1, 1)).flatten().tolist() == [4, 11]
    assert len(own.sha256) == 64


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:FutureWarning")
def test_a_compiled_network_is_refused_in_a_sentence(folder: Path) -> None:
    with pytest.raises(BadFactory, match="scripted gives a RecursiveScriptModule") as caught:
        load_network("workshop:scripted")
    assert "before torch.jit compiled it" in caught.value.allowed
