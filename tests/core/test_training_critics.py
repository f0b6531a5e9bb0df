"""Critics and losses by hand, projected critics on a toy network, the precision, and runs that are given a time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from dissect_core.errors import UnitbrushError
from dissect_core.models import lite
from dissect_core.system import race
from dissect_core.training import precision
from dissect_core.training.generator import GeneratorTraining
from dissect_core.training.generator_config import Projection, read_generator_config
from dissect_core.training.handover import handover_file, take_over, write_handover
from dissect_core.training.losses import LOSSES
from dissect_core.training.precision import faster_precision
from dissect_core.training.projected import ProjectedCritic
from dissect_core.training.publish import critics_saw
from dissect_core.training.run import Sitting, train_generator
from dissect_core.training.schedule import Allowance, falling, schedule
from tests.core.test_training import TINY, scenes

CPU = torch.device("cpu")
BAKE_OFF = Path("precomputed/training/bake-off")


class Shrunk:
    """A frozen network whose maps are the picture at two scales."""

    name = "shrunk"
    channels = (3, 3)

    def maps(self, images: Tensor) -> list[Tensor]:
        return [F.adaptive_avg_pool2d(images, side) for side in (16, 8)]


PROJECTED = replace(TINY, projected=(Projection("efficientnet-lite0", 16),), critics_first=8)


def test_losses_by_hand() -> None:
    real, fake = [torch.tensor([0.0, 2.0])], [torch.tensor([0.0, -1.0])]
    softplus = lambda x: math.log(1 + math.exp(x))  # noqa: E731
    pairs = LOSSES["relativistic"]
    assert float(pairs.critic(real, fake)) == pytest.approx((softplus(0) + softplus(-3)) / 2)
    assert float(pairs.generator(real, fake)) == pytest.approx((softplus(0) + softplus(3)) / 2)
    hinge = LOSSES["hinge"]
    assert float(hinge.critic(real, fake)) == pytest.approx((1 + 0) / 2 + (1 + 0) / 2)
    assert float(hinge.generator(real, fake)) == pytest.approx(0.5)
    assert float(LOSSES["logistic"].generator(real, fake)) == pytest.approx((softplus(0) + softplus(1)) / 2)


def test_a_projected_critic_learns_in_its_small_critics_only() -> None:
    critic = ProjectedCritic(Shrunk(), 16, seed=0)
    pictures = torch.randn(4, 3, 16, 16, requires_grad=True)
    logits = critic(critic.look(pictures))
    assert [tuple(logit.shape) for logit in logits] == [(4, 4, 4), (4, 4, 4)]
    torch.stack([logit.sum() for logit in logits]).sum().backward()
    assert pictures.grad is not None
    learning = {name.split(".")[0] for name, parameter in critic.named_parameters() if parameter.grad is not None}
    assert learning == {"critics"}
    again = ProjectedCritic(Shrunk(), 16, seed=0)
    assert torch.equal(again.look(pictures)[0], critic.look(pictures)[0])


def test_critics_that_start_afresh_learn_before_the_generator_moves() -> None:
    training = GeneratorTraining(PROJECTED, scenes(), CPU, [Shrunk()])
    before = [parameter.clone() for parameter in training.generator.parameters()]
    run = training.run(until=4)
    shown = [next(run).shown for _ in range(3)]
    assert shown == [0, 0, 4]  # eight images for the critics, in two steps
    moved = [not torch.equal(a, b) for a, b in zip(before, training.generator.parameters(), strict=True)]
    assert any(moved)


def test_a_training_with_two_critics_resumes_exactly() -> None:
    through, first, second = (GeneratorTraining(PROJECTED, scenes(), CPU, [Shrunk()], torch.float32) for _ in range(3))
    list(through.run(until=20))
    list(first.run(until=12))
    second.load_state(first.state())
    list(second.run(until=20))
    for a, b in zip(through.average.parameters(), second.average.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_a_start_without_the_new_critic_lets_it_learn_first(tmp_path: Path) -> None:
    old = GeneratorTraining(TINY, scenes(), CPU)
    list(old.run(until=8))
    write_handover(old, tmp_path)
    new = GeneratorTraining(PROJECTED, scenes(), CPU, [Shrunk()])
    take_over(new, handover_file(tmp_path, TINY))
    assert (new.shown, new.warmed) == (8, 0)
    write_handover(new, tmp_path)
    both = GeneratorTraining(PROJECTED, scenes(), CPU, [Shrunk()])
    take_over(both, handover_file(tmp_path, TINY))
    assert both.warmed == PROJECTED.critics_first


def test_cards_say_what_the_critics_saw() -> None:
    assert set(critics_saw(PROJECTED)) == {"critic", "efficientnet-lite0"}
    assert "ImageNet" in critics_saw(PROJECTED)["efficientnet-lite0"]


def test_the_rate_falls_along_a_half_cosine() -> None:
    assert [falling(done, 0.4) for done in (0, 0.6, 0.8, 1, 2)] == pytest.approx([1, 1, 0.5, 0, 0])


def test_scenes_in_the_memory_of_a_gpu_are_the_same_pictures() -> None:
    training = GeneratorTraining(TINY, scenes(), CPU, dtype=torch.float32)
    assert training.bank is None
    moment = replace(schedule(TINY, 0), batch=8)
    read = training._real(torch.Generator().manual_seed(1), moment)
    training.bank = torch.from_numpy(scenes().images)  # as on a GPU
    assert torch.equal(training._real(torch.Generator().manual_seed(1), moment), read)


class Ticking:
    """A clock that moves by a second at every look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def test_a_run_ends_with_its_time_not_with_the_schedule() -> None:
    training = GeneratorTraining(TINY, scenes(), CPU)
    training.shown = TINY.total_images
    training.allowance = Allowance(60, Ticking())
    steps = list(training.run())
    assert 5 < len(steps) < 60
    assert steps[-1].moment.level == 2
    assert steps[0].moment.rate == 1
    assert steps[-1].moment.rate < 0.1
    assert not training.finished


def test_a_training_uses_the_time_it_is_given_and_saves_within_it(tmp_path: Path) -> None:
    """The rehearsal of a short loan of a GPU, with a tiny network."""
    sitting = Sitting(tmp_path, CPU, seconds=6.0)
    painted = Sitting(tmp_path, CPU, until=0)
    train_generator(TINY, painted)  # the scenes
    (painted.folder(TINY) / "state.pt").unlink()
    began = time.monotonic()
    training = train_generator(TINY, sitting)
    took = time.monotonic() - began
    assert 3.0 < took < 6.0
    assert training.shown > 0
    write_handover(training, tmp_path)
    elsewhere = train_generator(
        TINY, Sitting(tmp_path / "elsewhere", CPU, until=training.shown + 4, start=handover_file(tmp_path, TINY))
    )
    assert elsewhere.shown >= training.shown + 4
    again = train_generator(TINY, sitting)  # the time is over: nothing is shown, all is kept
    assert again.shown == training.shown


@pytest.mark.parametrize(("costs", "expected"), [((1.0, 0.5), torch.bfloat16), ((1.0, 0.95), torch.float32)])
def test_the_faster_precision_is_taken_and_a_near_tie_is_float32(
    monkeypatch: pytest.MonkeyPatch, costs: tuple[float, float], expected: torch.dtype
) -> None:
    now = [0.0]

    def work(dtype: torch.dtype) -> None:
        now[0] += costs[0] if dtype == torch.float32 else costs[1]

    monkeypatch.setattr(race.time, "perf_counter", lambda: now[0])
    assert faster_precision(work, CPU) == expected


def test_every_training_measures_its_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Callable[[torch.dtype], object]] = []

    def note(work: Callable[[torch.dtype], object], device: torch.device) -> torch.dtype:
        asked.append(work)
        work(torch.bfloat16)
        return torch.float32

    monkeypatch.setattr("dissect_core.training.generator.faster_precision", note)
    training = GeneratorTraining(PROJECTED, scenes(), CPU, [Shrunk()])
    assert training.dtype == torch.float32
    assert len(asked) == 1
    assert all(parameter.grad is None for parameter in training.generator.parameters())
    assert precision.WORTH > 1


@pytest.mark.parametrize("path", sorted(BAKE_OFF.glob("*.toml")), ids=lambda path: path.stem)
def test_configurations_of_the_bake_off_are_valid_and_start_alike(path: Path) -> None:
    start, config = read_generator_config(BAKE_OFF / "start.toml"), read_generator_config(path)
    assert config.id == f"bake-{path.stem}"
    assert (config.sizes, config.scenes, config.stages) == (start.sizes, start.scenes, start.stages)


def test_a_configuration_that_is_its_own_base_is_refused(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "a")):
        (tmp_path / f"{name}.toml").write_text(f'base = "{base}.toml"\n')
    with pytest.raises(UnitbrushError, match="own base"):
        read_generator_config(tmp_path / "a.toml")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('id = "bake-projected"', 'projected = [{ features = "x", sice = 8 }]\nid = "a"', "projected"),
        ("weight = 0.0", 'weight = 0.0\nloss = "cubic"', "loss"),
        ("projected = [", "projected = []\nignored = [", "config"),
    ],
)
def test_bad_critics_are_refused_by_name(tmp_path: Path, old: str, new: str, field: str) -> None:
    (tmp_path / "start.toml").write_text((BAKE_OFF / "start.toml").read_text())
    text = (BAKE_OFF / "projected.toml").read_text()
    if field == "projected":
        text = "\n".join(line for line in text.splitlines() if not line.startswith("projected"))
    (tmp_path / "bad.toml").write_text(text.replace(old, new))
    with pytest.raises(UnitbrushError) as caught:
        read_generator_config(tmp_path / "bad.toml")
    assert caught.value.field == field


def test_a_training_needs_something_to_follow(tmp_path: Path) -> None:
    (tmp_path / "start.toml").write_text((BAKE_OFF / "start.toml").read_text())
    text = (BAKE_OFF / "projected.toml").read_text()
    (tmp_path / "bad.toml").write_text("\n".join(x for x in text.splitlines() if not x.startswith("projected")))
    with pytest.raises(UnitbrushError, match="nothing for the generator to follow"):
        read_generator_config(tmp_path / "bad.toml")


def test_a_network_from_elsewhere_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(lite, "import_module", missing)
    with pytest.raises(UnitbrushError) as caught:
        lite.Lite("efficientnet-lite0")
    assert "judges" in caught.value.allowed
    with pytest.raises(UnitbrushError, match="no network 'resnet'"):
        lite.Lite("resnet")
