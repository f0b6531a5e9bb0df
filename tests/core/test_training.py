"""Training: the fast arithmetic is the published one, the schedule is what it says, and runs resume exactly."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dissect_core.errors import BadShape, UnitbrushError
from dissect_core.models.doubling import spread
from dissect_core.models.segmenter import Segmenter
from dissect_core.training.augment import lines
from dissect_core.training.balance import most_even, scene_weights
from dissect_core.training.config import SegmenterConfig, read_segmenter_config
from dissect_core.training.dataset import PaintedScenes, painted_scenes
from dissect_core.training.generator import GeneratorTraining
from dissect_core.training.generator_config import GeneratorConfig, PixelCritic, Stage, read_generator_config
from dissect_core.training.growing import Discriminator, GrowingGenerator, normalise
from dissect_core.training.handover import handover_file, take_over, write_handover
from dissect_core.training.losses import surprise
from dissect_core.training.publish import publish_generator, rounded
from dissect_core.training.run import Sitting, train_generator
from dissect_core.training.schedule import cost_per_image, remaining_cost, schedule
from dissect_core.training.segmenter import SegmenterTraining, held_out_quality
from dissect_core.training.state_file import load_state, save_state
from dissect_core.world.concepts import CATEGORIES, OBJECTS

TINY = GeneratorConfig(
    id="tiny",
    history="",
    world="church",
    seed=5,
    sizes=(8, 8, 8, 8),
    scenes=16,
    balance={},
    stages=(Stage(4, 0, 8, 4), Stage(8, 8, 8, 4), Stage(16, 8, 16, 4)),
    learning_rate=0.002,
    decay_share=0.5,
    average_images=100.0,
    pixels=PixelCritic(sizes=(8, 8, 8), places=(4, 8), r1_weight=1.0, penalty_every=2),
)


def scenes(count: int = 16, size: int = 16) -> PaintedScenes:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, 3, size, size), dtype=np.uint8)
    labels = random.integers(0, 3, (count, 3, size, size), dtype=np.uint8)
    return PaintedScenes(images, labels)


def test_spread_kernel_doubles_the_grid_like_nearest_then_convolution() -> None:
    x, weight = torch.randn(2, 3, 5, 5), torch.randn(4, 3, 3, 3)
    expected = F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), weight, padding=1)
    fused = F.conv_transpose2d(x, spread(weight.flip(2, 3)).transpose(0, 1), stride=2, padding=1)
    torch.testing.assert_close(fused, expected, atol=1e-5, rtol=1e-5)


def test_spread_kernel_halves_the_grid_like_convolution_then_mean() -> None:
    x, weight = torch.randn(2, 3, 8, 8), torch.randn(4, 3, 3, 3)
    expected = F.avg_pool2d(F.conv2d(x, weight, padding=1), 2)
    fused = F.conv2d(x, spread(weight) / 4, stride=2, padding=1)
    torch.testing.assert_close(fused, expected, atol=1e-5, rtol=1e-5)


def test_normalise_has_the_gradient_of_the_formula() -> None:
    x = torch.randn(2, 5, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(normalise, (x,), atol=1e-4, rtol=1e-4)


def test_growing_generator_at_full_size_is_the_published_generator() -> None:
    torch.manual_seed(0)
    growing = GrowingGenerator([16, 12, 8, 4])
    for parameter in growing.parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, std=0.3)
    z = torch.randn(3, 16)
    with torch.no_grad():
        torch.testing.assert_close(growing(z, 2, 1.0), growing.generator(z), atol=1e-5, rtol=1e-5)


def test_generator_cut_at_a_level_is_the_growing_one_there() -> None:
    torch.manual_seed(0)
    growing = GrowingGenerator([8, 8, 8, 4])
    z = torch.randn(2, 8)
    with torch.no_grad():
        for level in range(3):
            torch.testing.assert_close(growing.at_level(level)(z), growing(z, level, 1.0), atol=1e-5, rtol=1e-5)


def test_fading_mixes_the_two_newest_resolutions() -> None:
    torch.manual_seed(0)
    growing = GrowingGenerator([8, 8, 8])
    z = torch.randn(2, 8)
    with torch.no_grad():
        old = F.interpolate(growing(z, 0, 1.0), scale_factor=2, mode="nearest")
        torch.testing.assert_close(growing(z, 1, 0.25), 0.75 * old + 0.25 * growing(z, 1, 1.0))


def test_minibatch_deviation_is_the_hand_computed_one() -> None:
    critic = Discriminator([2], group=2)
    x = torch.tensor([[1.0, 5.0], [3.0, 5.0]]).view(2, 2, 1, 1)
    # channel 0 has values 1, 3: deviation 1; channel 1 has 5, 5: deviation 0 (1e-4 from the epsilon); mean 0.50005
    assert critic._deviation(x).flatten().tolist() == pytest.approx([0.50005, 0.50005], abs=1e-5)


def test_places_of_the_critic_see_what_is_around_them() -> None:
    torch.manual_seed(0)
    critic = Discriminator([4, 4, 4, 4], places=(8, 16))
    images = torch.randn(4, 3, 32, 32)
    changed = images.clone()
    changed[:, :, 0, 0] += 1
    with torch.no_grad():
        before, after = critic(images, 3, 1.0), critic(changed, 3, 1.0)
    assert [tuple(logit.shape) for logit in before] == [(4,), (4, 16, 16), (4, 8, 8)]
    for one, other in zip(before[1:], after[1:], strict=True):
        assert not torch.equal(one[:, 0, 0], other[:, 0, 0])
        assert torch.equal(one[:, 4:, 4:], other[:, 4:, 4:])
    with torch.no_grad():
        assert len(critic(images[:, :, :8, :8], 1, 1.0)) == 1  # 8x8 pictures: no grid below them is asked for


def test_surprise_adds_the_means_of_pictures_and_places() -> None:
    logits = [torch.zeros(2), torch.full((2, 1, 2), float(np.log(3)))]
    # probabilities of being real 1/2 and 3/4: -log(1/2) - log(3/4), and -log(1/2) - log(1/4)
    assert float(surprise(logits, real=True)) == pytest.approx(0.9808, abs=1e-4)
    assert float(surprise(logits, real=False)) == pytest.approx(2.0794, abs=1e-4)


def test_schedule_names_level_fade_and_rate() -> None:
    at = [schedule(TINY, shown) for shown in (0, 8, 12, 16, 24, 40, 44, 47)]
    assert [moment.level for moment in at] == [0, 1, 1, 1, 2, 2, 2, 2]
    assert [moment.fade for moment in at] == [1.0, 0.5, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0]
    assert at[4].rate == 1.0
    assert at[-1].rate < at[-2].rate < at[-3].rate < 1.0  # falls over the last half of the last stage


def test_cost_counts_down_to_zero() -> None:
    assert remaining_cost(TINY, TINY.total_images) == 0
    assert remaining_cost(TINY, 0) == pytest.approx(
        8 * cost_per_image(TINY, 0) + 16 * cost_per_image(TINY, 1) + 24 * cost_per_image(TINY, 2)
    )


def test_interrupted_training_resumes_exactly() -> None:
    through, first, second = (
        GeneratorTraining(TINY, scenes(), torch.device("cpu"), dtype=torch.float32) for _ in range(3)
    )
    list(through.run())
    list(first.run(until=20))
    second.load_state(first.state())
    list(second.run())
    for a, b in zip(through.average.parameters(), second.average.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-5)


def test_run_folder_refuses_another_configuration(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path, torch.device("cpu"), until=4)
    train_generator(TINY, sitting)
    with pytest.raises(UnitbrushError, match="critics_first"):
        train_generator(replace(TINY, critics_first=8), sitting)
    assert list(sitting.folder(TINY).glob("sheet-*.png"))


def test_a_training_goes_on_from_its_own_state_only(tmp_path: Path) -> None:
    path, config = tmp_path / "state.pt", {"seed": 1, "sizes": (2, 3), "steps": 5}
    save_state(path, {"step": 4}, config, ["church"])
    assert load_state(path, config, ["church"])["step"] == 4
    assert load_state(path, {**config, "steps": 9}, ["church"], ("steps",))["step"] == 4
    with pytest.raises(UnitbrushError, match="sizes") as caught:
        load_state(path, {**config, "sizes": (2, 4)}, ["church"])
    assert (caught.value.field, caught.value.value) == ("sizes", "(2, 4)")
    with pytest.raises(UnitbrushError, match="kitchen: no longer as when"):
        load_state(path, config, ["kitchen"])


@pytest.mark.parametrize("until", [8, 20, 44])  # at the first level, while the second fades in, near the end
def test_training_goes_on_from_a_handover(tmp_path: Path, until: int) -> None:
    first = GeneratorTraining(TINY, scenes(), torch.device("cpu"))
    list(first.run(until=until))
    publish_generator(first, tmp_path)
    second = GeneratorTraining(TINY, scenes(), torch.device("cpu"))
    take_over(second, handover_file(tmp_path, TINY))
    assert (second.shown, second.steps) == (first.shown, first.steps)
    halved = {key: value.half().float() for key, value in first.average.state_dict().items()}
    for network in (second.average, second.generator):
        for key, value in network.state_dict().items():
            assert torch.equal(value, halved[key]), key
    (critic,), (original,) = second.opponents, first.opponents
    for key, value in critic.network.state_dict().items():
        assert torch.equal(value, original.network.state_dict()[key].half().float()), key
    list(second.run(until=until + 4))


def test_a_run_without_state_takes_the_handover_and_a_finished_one_leaves_none(tmp_path: Path) -> None:
    first = train_generator(TINY, Sitting(tmp_path / "a", torch.device("cpu"), until=8))
    publish_generator(first, tmp_path)
    path = handover_file(tmp_path, TINY)
    second = train_generator(TINY, Sitting(tmp_path / "b", torch.device("cpu"), until=8, start=path))
    assert second.shown == 8
    second.shown = TINY.total_images
    publish_generator(second, tmp_path)
    assert not path.exists()


def test_a_handover_must_fit(tmp_path: Path) -> None:
    first = GeneratorTraining(TINY, scenes(), torch.device("cpu"))
    list(first.run(until=4))
    write_handover(first, tmp_path)
    path = handover_file(tmp_path, TINY)
    other = GeneratorTraining(replace(TINY, sizes=(8, 8, 4, 8)), scenes(), torch.device("cpu"))
    with pytest.raises(UnitbrushError, match=r"early_outputs\.1\.conv\.weight"):
        take_over(other, path)
    path.write_bytes(b"damaged")
    with pytest.raises(UnitbrushError, match=r"tiny\.handover\.safetensors"):
        take_over(first, path)


def test_painted_scenes_are_painted_once(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    first = painted_scenes("kitchen", 5, 16, tmp_path, progress=lambda done, total, _="": seen.append((done, total)))
    again = painted_scenes("kitchen", 5, 16, tmp_path, progress=lambda done, total, _="": pytest.fail("painted twice"))
    assert seen[-1] == (5, 5)
    assert np.array_equal(first.images, again.images)
    assert first.label_maps(torch.tensor([0, 4])).shape == (2, 3, 16, 16)
    fewer = painted_scenes("kitchen", 3, 16, tmp_path, progress=lambda done, total, _="": pytest.fail("painted twice"))
    assert np.array_equal(first.images[:3], fewer.images)


def test_segmenter_learns_a_trivial_rule_and_reports_it() -> None:
    """Dark or bright half: a few steps must beat chance by far."""
    labels = np.zeros((8, 3, 16, 16), dtype=np.uint8)
    labels[:, :, :, 8:] = 1
    labels[:, :, :, :8] = 2
    images = np.where(labels == 1, 230, 30).astype(np.uint8)
    config = SegmenterConfig("tiny", "", {"church": 8}, 0, (4, 4, 8, 8, 8), 16, 1, 8, 150, 0.01)
    training = SegmenterTraining(config, {"church": PaintedScenes(images, labels)}, torch.device("cpu"))
    losses = [training.advance() for _ in range(config.steps)]
    assert losses[-1] < losses[0] / 2
    quality = held_out_quality(training.segmenter.eval(), {"church": PaintedScenes(images, labels)})
    assert quality["object"]["pixel_accuracy"] > 0.9
    assert quality["worlds"]["church"] == {key: quality[key] for key in CATEGORIES}


def test_segmenter_round_trips_through_its_state() -> None:
    segmenter = Segmenter(CATEGORIES, (4, 4, 8, 8, 8), 32).eval()
    again = Segmenter.from_state_dict(segmenter.state_dict(), segmenter.architecture)
    images = torch.randn(2, 3, 32, 32)
    for name in CATEGORIES:
        assert torch.equal(segmenter.label(images)[name], again.label(images)[name])
    assert segmenter.features(images).shape == (2, 24)


def test_segmenter_reads_pictures_of_every_size() -> None:
    segmenter = Segmenter(CATEGORIES, (4, 4, 8, 8, 8), 32).eval()
    flat = torch.full((1, 3, 64, 64), 0.5)
    assert segmenter.label(flat)["object"].shape == (1, 64, 64)
    assert segmenter.label(flat[..., :16, :16])["part"].shape == (1, 16, 16)
    torch.testing.assert_close(segmenter.features(flat), segmenter.features(flat[..., :32, :32]))
    with pytest.raises(BadShape):
        segmenter.label(torch.zeros(1, 3, 32, 16))


@pytest.mark.parametrize("domain", ["church", "kitchen"])
def test_committed_generator_configurations_are_valid(domain: str) -> None:
    config = read_generator_config(Path("precomputed/training") / f"storybook-{domain}.toml")
    assert config.resolution >= 128
    assert min(config.sizes[:4]) >= 128


@pytest.mark.parametrize("share", ["0", "1.5", '"all"'])
def test_a_world_without_pictures_in_a_batch_is_refused(tmp_path: Path, share: str) -> None:
    good = Path("precomputed/training/storybook-segmenter.toml").read_text(encoding="utf-8")
    (tmp_path / "bad.toml").write_text(good.replace("beach = 1", f"beach = {share}"), encoding="utf-8")
    with pytest.raises(UnitbrushError, match="every world") as refused:
        read_segmenter_config(tmp_path / "bad.toml")
    assert "beach" in str(refused.value.value)


def test_committed_segmenter_configuration_is_valid() -> None:
    assert read_segmenter_config(Path("precomputed/training/storybook-segmenter.toml")).widths


def test_configuration_errors_name_the_setting(tmp_path: Path) -> None:
    source = Path("precomputed/training/storybook-church.toml").read_text()
    broken = tmp_path / "broken.toml"
    broken.write_text(source.replace("decay_share", "decay_part"))
    with pytest.raises(UnitbrushError, match="decay_part, decay_share"):
        read_generator_config(broken)
    broken.write_text(re.sub("places = .*", "places = [128]", source))
    with pytest.raises(UnitbrushError, match="no such grids in the critic"):
        read_generator_config(broken)


def test_a_network_is_measured_with_the_numbers_that_are_written() -> None:
    network = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1))
    with torch.no_grad():
        network[0].weight.fill_(1 / 3)
    assert rounded(network) is network
    assert network[0].weight.item() == torch.tensor(1 / 3).half().item()
    assert network[1].num_batches_tracked.dtype == torch.int64


def test_lines_run_across_the_whole_picture_at_unit_strength() -> None:
    plaid = lines(torch.Size((64, 3, 32, 32)), torch.Generator().manual_seed(1))
    assert plaid.shape == (64, 3, 32, 32)
    assert 0.8 < float(plaid.std()) < 1.2
    residue = plaid - plaid.mean(2, keepdim=True) - plaid.mean(3, keepdim=True) + plaid.mean((2, 3), keepdim=True)
    assert float(residue.std()) < 0.5 * float(plaid.std())  # rows and columns explain most of it


def half_sky(count: int = 16) -> PaintedScenes:
    """Black scenes that are all sky, and as many white ones without any."""
    images, labels = (np.zeros((count, 3, 16, 16), dtype=np.uint8) for _ in range(2))
    images[count // 2 :] = 255
    labels[: count // 2, 0] = OBJECTS.index("sky")
    return PaintedScenes(images, labels)


def test_weights_of_scenes_worked_out_by_hand() -> None:
    shares = np.array([[1.0], [1.0], [0.0], [0.0]])  # mean .5; asked are .75, so three parts of four with it
    assert most_even(shares, np.array([1.5])) == pytest.approx([0.375, 0.375, 0.125, 0.125], abs=5e-4)
    # weights 1, 2, 4 for shares in equal steps have the mean (1 + 4) / 7 = 1/2 * 10/7
    steps = np.array([[0.0], [0.5], [1.0]])
    assert most_even(steps, np.array([10 / 7])) == pytest.approx([1 / 7, 2 / 7, 4 / 7], abs=5e-4)


def test_weights_of_scenes_meet_every_share_that_is_asked_for() -> None:
    shares = np.random.default_rng(0).gamma(0.5, size=(5000, 3))
    multiples = np.array([1.5, 1.1, 0.9])
    weights = most_even(shares, multiples)
    assert weights.sum() == pytest.approx(1)
    assert weights @ shares == pytest.approx(multiples * shares.mean(axis=0), rel=0.01)


def test_a_balanced_training_shows_scenes_as_often_as_it_should() -> None:
    assert scene_weights(half_sky(), {"sky": 1.5}).numpy() == pytest.approx([0.75 / 8] * 8 + [0.25 / 8] * 8, abs=1e-4)
    training = GeneratorTraining(replace(TINY, balance={"sky": 1.5}), half_sky(), torch.device("cpu"))
    moment = replace(schedule(TINY, 47), batch=4000)
    pictures = training._real(torch.Generator().manual_seed(0), moment)
    dark = (pictures[:, 0, 0, 0] < 0).float().mean().item()
    assert dark == pytest.approx(0.75, abs=0.03)  # four standard deviations


@pytest.mark.parametrize(("balance", "value"), [("{ skye = 2.0 }", "skye"), ("{ sky = 0.0 }", "sky")])
def test_a_balance_of_what_no_world_has_is_named(balance: str, value: str, tmp_path: Path) -> None:
    shipped = Path("precomputed/training/storybook-church.toml").read_text(encoding="utf-8")
    bad, replaced = re.subn(r"(?m)^balance = .*$", f"balance = {balance}", shipped)
    assert replaced == 1
    (tmp_path / "bad.toml").write_text(bad, encoding="utf-8")
    with pytest.raises(UnitbrushError) as error:
        read_generator_config(tmp_path / "bad.toml")
    assert error.value.field == "balance"
    assert value in str(error.value.value)
