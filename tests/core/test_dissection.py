"""Planted units are found with IoU 1; every number agrees with the plain definition; pieces merge and runs resume."""

import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dissect_core.concepts.columns import Concept
from dissect_core.concepts.positions import upsample
from dissect_core.concepts.segments import Segments
from dissect_core.dissection import chance, run
from dissect_core.dissection.assembly import layer_stats
from dissect_core.dissection.passes import FirstPass, SecondPass, Survey, ThresholdPass
from dissect_core.dissection.result import Dissection, DissectionSpec
from dissect_core.dissection.run import Share, dissect, groups_of, inputs_of
from dissect_core.dissection.work import forget
from dissect_core.errors import UnitbrushError, UnknownLayer
from dissect_core.sources.networks import ClassifierSource, LatentSource
from dissect_core.stats.iqr import level_quantiles
from tests.core.planted import TensorSource, ToyGenerator, ToySegmenter

# A tree covers 4 of 64 cells, sky 16: the 0.7 quantile of both units is 0, so "above it" is exactly where they fire.
SPEC = DissectionSpec(("layer1", "layer2"), quantile=0.7, grid=8, top_images=3, bins=4, iqr_images=7, batch=6)
RANDOM = DissectionSpec(
    ("coarse", "middle", "fine"), quantile=0.9, grid=16, top_images=4, bins=5, iqr_images=9, batch=4
)


def segments() -> Segments:
    return Segments(ToySegmenter(), "b" * 64)


def planted(images: int = 20) -> LatentSource:
    return LatentSource(ToyGenerator(), (4, 1, 1), "toy", "a" * 64, images)


def random_source(images: int = 14) -> TensorSource:
    """Layers coarser than, as fine as and finer than the grid, one of them not square, over noisy pictures."""
    draw = torch.Generator().manual_seed(8)
    shapes = {"coarse": (5, 4, 4), "middle": (3, 16, 8), "fine": (2, 32, 32)}
    layers = {name: torch.randn(images, *shape, generator=draw) for name, shape in shapes.items()}
    pictures = F.interpolate(torch.randn(images, 3, 8, 8, generator=draw), scale_factor=4).clamp(-1, 1)
    return TensorSource(pictures, layers, first_id=100)


def tensors(thing: object, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """Every tensor of a result, with a name."""
    if isinstance(thing, Tensor):
        yield name, thing
    elif isinstance(thing, dict):
        for key, value in thing.items():
            yield from tensors(value, f"{name}.{key}")
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from tensors(getattr(thing, field.name), f"{name}.{field.name}")


def assert_same(one: Dissection, other: Dissection) -> None:
    assert {**one.manifest, "batch": 0} == {**other.manifest, "batch": 0}
    mine, theirs = dict(tensors(one)), dict(tensors(other))
    assert len(mine) == 18 * len(one.layers)
    assert mine.keys() == theirs.keys()
    assert not [name for name in mine if not torch.equal(mine[name], theirs[name])]


def test_planted_units_get_their_concept_with_iou_one() -> None:
    result = dissect(planted(), segments(), SPEC)
    for layer in SPEC.layers:
        stats = result.layers[layer]
        assert result.labels(layer)[0] == (0, Concept("object", "tree"), 1.0)
        assert stats.label_iou[1] == 1
        assert result.concepts[int(stats.label[1])] == Concept("object", "sky")
        names = {str(result.concepts[column]) for column in (stats.iou[0] == 1).nonzero()[:, 0].tolist()}
        assert names == {"tree (object)", "crown (part)"}
        for name in ("top of tree", "bottom of tree", "left of tree", "right of tree"):
            column = result.columns.column(Concept("half", name))
            assert stats.iou[0, column] == 0.5
        assert stats.thresholds[:2].tolist() == [0, 0]
        assert stats.mean[:2].tolist() == [4 / 64, 16 / 64]
        assert stats.peak[:2].tolist() == [1, 1]
        assert stats.top.images[0].tolist() == [0, 1, 2]  # all peak alike
        assert stats.histogram.counts[0].tolist() == [20 * 60, 0, 0, 20 * 4]


def test_a_classifiers_planted_units_are_found_in_its_layers() -> None:
    class Detector(nn.Module):
        """Pictures of 16 pixels -> a map of trees and one of the sky's left half, at the pixels' resolution."""

        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(inplace=True))
            self.features[0].weight.data = torch.tensor([[1.0, 0, 0], [0, 1.0, 0]])[:, :, None, None]
            self.features[0].bias.data.zero_()
            self.requires_grad_(False)

        def forward(self, x: Tensor) -> Tensor:
            maps = self.features(x)
            maps[:, 1, :, 8:] = 0
            out: Tensor = maps.mean(dim=(2, 3))
            return out

    class Generated:
        inputs: ClassVar = {"pictures_sha256": "d" * 64}

        def __len__(self) -> int:
            return 20

        def load(self, rows: list[int]) -> Tensor:
            return planted().see(rows, ("layer1",))[0]

    source = ClassifierSource(Detector(), Generated(), "detector", "f" * 64)
    spec = replace(SPEC, layers=("features.0", "features.1"))
    result = dissect(source, segments(), spec)
    assert result.labels("features.1", minimum=0.9) == [(0, Concept("object", "tree"), 1.0)]
    assert result.layers["features.1"].label_iou.tolist() == [1, 1]  # the sky is always at the same place
    assert result.layers["features.0"].peak.tolist() == [1, 1]  # before the ReLU that works in place
    assert result.layers["features.0"].mean.tolist() == [2 * 4 / 64 - 1, 2 * 16 / 64 - 1]


def test_every_number_is_that_of_the_plain_definition() -> None:
    source, seg = random_source(), segments()
    result = dissect(source, seg, RANDOM)
    labels = seg.label(source.pictures, RANDOM.grid)
    places = [(m, k) for m, names in enumerate(seg.columns.categories.values()) for k in range(1, len(names))]
    seen = torch.stack([labels[:, m] == k for m, k in places], 1).double()  # (N, K, G, G)
    for layer, maps in source.activations.items():
        stats, dense = result.layers[layer], upsample(maps, RANDOM.grid)
        flat = dense.transpose(0, 1).flatten(1)  # (U, N * G * G)
        exact = np.quantile(flat.numpy(), 0.9, axis=1, method="inverted_cdf")
        assert torch.equal(stats.thresholds, torch.from_numpy(exact))
        assert torch.equal(stats.peak, flat.amax(1))
        levels = np.quantile(flat.numpy(), level_quantiles(), axis=1, method="inverted_cdf").T
        assert torch.equal(stats.levels, torch.from_numpy(levels).half().float())
        assert torch.allclose(stats.mean, flat.mean(1), atol=1e-3)
        active = (dense > stats.thresholds[:, None, None]).double()
        both = torch.einsum("nuhw,nkhw->uk", active, seen)
        union = active.sum((0, 2, 3))[:, None] + seen.sum((0, 2, 3)) - both
        iou = torch.where(union > 0, both / union.clamp(min=1), 0).float()
        assert torch.equal(stats.iou, iou)
        assert torch.equal(stats.label_iou, iou.amax(1))
        assert torch.equal(iou.gather(1, stats.label[:, None])[:, 0], iou.amax(1))
        for number, partners in enumerate(chance.partners(14, RANDOM.shuffles)):
            both = torch.einsum("nuhw,nkhw->uk", active, seen[partners])
            union = active.sum((0, 2, 3))[:, None] + seen.sum((0, 2, 3)) - both
            assert torch.equal(stats.chance[:, number], (both / union.clamp(min=1)).float().amax(1))
        peaks = dense.flatten(2)
        for unit in range(maps.shape[1]):
            best = sorted(range(14), key=lambda n, u=unit: -float(peaks[n, u].max()))[:4]
            assert stats.top.images[unit].tolist() == [100 + n for n in best]
            assert stats.top.places[unit].tolist() == [int(peaks[n, unit].argmax()) for n in best]
        assert stats.histogram.counts.sum(1).tolist() == [14 * 16 * 16] * maps.shape[1]


@pytest.mark.parametrize("batch", [1, 3, 14])
def test_the_bits_do_not_depend_on_the_batch(batch: int) -> None:
    whole = dissect(random_source(), segments(), RANDOM)
    assert_same(dissect(random_source(), segments(), replace(RANDOM, batch=batch)), whole)


def test_the_bits_do_not_depend_on_the_order() -> None:
    source, seg = random_source(), segments()
    whole = dissect(source, seg, RANDOM)
    units = {layer: maps.shape[1] for layer, maps in source.activations.items()}
    rows = random.Random(3).sample(range(14), 14)
    parts = [rows[:5], rows[5:6], rows[6:]]
    first = FirstPass(units, RANDOM)
    for part in parts:
        first.add([100 + row for row in part], source.activate(part, RANDOM.layers))
    survey = first.survey()
    assert survey.open
    closer = ThresholdPass(units, RANDOM, survey)
    for part in reversed(parts):
        closer.add(source.activate(part, RANDOM.layers))
    survey = closer.survey()
    assert not survey.open
    second = SecondPass(units, RANDOM, seg.columns, survey)
    labels, partners = seg.label(source.pictures, RANDOM.grid), chance.partners(14, RANDOM.shuffles)
    for part in reversed(parts):
        second.add(part, source.activate(part, RANDOM.layers), labels[part], [labels[row[part]] for row in partners])
    assert_same(put_together(survey, second), whole)


def put_together(survey: Survey, second: SecondPass) -> Dissection:
    manifest = inputs_of(random_source(), segments(), RANDOM)
    return Dissection(manifest, segments().columns, layer_stats(survey, second, 14))


def test_shares_of_several_processes_merge_into_the_whole(tmp_path: Path) -> None:
    source, seg, layers = random_source(), segments(), RANDOM.layers
    shares = [Share(source, seg, RANDOM, rows, tmp_path) for rows in (range(5, 14), range(0, 3), range(3, 5))]
    firsts = [share.first_pass(layers) for share in shares]
    first = FirstPass(shares[0].units, RANDOM)
    for other in firsts:
        first.merge(other)
    survey = first.survey()
    closer, *others = [share.threshold_pass(survey, layers) for share in shares]
    for another in others:
        closer.merge(another)
    survey = closer.survey()
    second, *more = [share.second_pass(survey, layers) for share in shares]
    for one in more:
        second.merge(one)
    assert_same(put_together(survey, second), dissect(source, seg, RANDOM))
    # counts against the thresholds of fewer pictures do not answer for those of all
    some = shares[0].second_pass(shares[0].threshold_pass(firsts[0].survey(), layers).survey(), layers)
    assert not torch.equal(some.counts.active, shares[0].second_pass(survey, layers).counts.active)
    for share in shares:
        share.remove()
    assert not list(tmp_path.iterdir())


def test_layers_are_dissected_in_groups_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    assert groups_of({"a": 3, "b": 4, "c": 1, "d": 9, "e": 1}, 5) == [("a",), ("b", "c"), ("d",), ("e",)]
    whole = dissect(random_source(), segments(), RANDOM)
    monkeypatch.setattr(run, "UNITS_AT_ONCE", 5)
    listener = Listener()
    assert_same(dissect(random_source(), segments(), RANDOM, progress=listener), whole)
    assert sum(done == 14 for _, done, _ in listener.heard) == 6  # three passes of each of two groups


class Interrupted(Exception):
    """As if the machine went off."""


class Listener:
    """Hears of progress and interrupts after a number of reports."""

    def __init__(self, stop_after: int = 1000) -> None:
        self.heard: list[tuple[str, int, int]] = []
        self.stop_after = stop_after

    def __call__(self, done: int, total: int, phase: str = "") -> None:
        self.heard.append((phase, done, total))
        if len(self.heard) == self.stop_after:
            raise Interrupted


@pytest.mark.parametrize(("stop_after", "goes_on_at"), [(2, 12), (4, 4), (6, 12), (9, 8)])
def test_an_interrupted_run_goes_on_and_ends_with_the_same_bits(
    tmp_path: Path, stop_after: int, goes_on_at: int
) -> None:
    with pytest.raises(Interrupted):
        dissect(random_source(), segments(), RANDOM, progress=Listener(stop_after), work=tmp_path, checkpoint_s=0)
    listener = Listener()
    again = dissect(random_source(), segments(), RANDOM, progress=listener, work=tmp_path, checkpoint_s=0)
    # four batches in each pass, of 4, 8, 12 and 14 pictures
    assert listener.heard[0][1:] == (goes_on_at, 14)
    assert len(listener.heard) == 12 - stop_after
    assert_same(again, dissect(random_source(), segments(), RANDOM))
    assert_same(dissect(random_source(), segments(), RANDOM, progress=unheard, work=tmp_path), again)
    forget(tmp_path, again.manifest)
    assert not list(tmp_path.iterdir())  # nothing is left of a run whose result is safe


def unheard(done: int, total: int, phase: str = "") -> None:
    raise AssertionError(f"{phase} was done again")


def test_a_changed_input_is_not_answered_from_an_older_run(tmp_path: Path) -> None:
    def run(source: TensorSource, spec: DissectionSpec, stop_after: int = 1000) -> int:
        listener = Listener(stop_after)
        try:
            dissect(source, segments(), spec, progress=listener, work=tmp_path, checkpoint_s=0)
        except Interrupted:
            return -1
        return listener.heard[0][1]

    assert run(random_source(), RANDOM, stop_after=3) == -1
    assert run(random_source(), replace(RANDOM, quantile=0.8)) == 4
    assert run(replace(random_source(), first_id=101), RANDOM) == 4
    assert run(replace(random_source(), model="another"), RANDOM) == 4
    assert run(random_source(13), RANDOM) == 4
    assert run(random_source(), RANDOM) == 14  # only the same goes on: three batches were done


def test_progress_counts_all_passes() -> None:
    listener = Listener()
    dissect(planted(), segments(), SPEC, progress=listener)
    phases = ("activations", "thresholds", "counts")
    assert listener.heard == [(phase, done, 20) for phase in phases for done in (6, 12, 18, 20)]


def test_a_short_batch_is_filled_up_so_that_networks_always_see_the_same_shape() -> None:
    sizes: list[int] = []
    source = planted()
    source.network.register_forward_hook(lambda module, given, out: sizes.append(len(out)))
    dissect(source, segments(), SPEC)
    # one picture to count the units, one twice to see whether the network draws noise, then 20 pictures, three times
    assert sizes == [1, 1, 1, *[6] * 12]


def test_the_manifest_names_everything_that_decides() -> None:
    manifest = dissect(planted(), segments(), SPEC).manifest
    named = {
        "model": "toy",
        "model_sha256": "a" * 64,
        "segmenter_sha256": "b" * 64,
        "images": 20,
        "first_id": 0,
        "quantile": 0.7,
        "grid": 8,
        "top_images": 3,
        "bins": 4,
        "iqr_images": 7,
        "shuffles": 19,
        "batch": 6,
        "layers": ["layer1", "layer2"],
    }
    assert named.items() <= manifest.items()
    assert {"schema", "latents", "code_version", "colours", "halves", "upsampling", "levels"} <= manifest.keys()


def test_the_second_scoring_finds_planted_units_by_their_best_threshold() -> None:
    draw = torch.Generator().manual_seed(2)
    pictures = planted().see(list(range(20)), ("layer1",))[0]
    tree = F.interpolate((pictures[:, :1] > 0).float(), (8, 8))
    maps = torch.cat([tree * 3 + torch.rand(20, 1, 8, 8, generator=draw), -torch.rand(20, 1, 8, 8, generator=draw)], 1)
    spec = replace(SPEC, layers=("layer",), quantile=0.99, iqr_images=20)
    result = dissect(TensorSource(pictures, {"layer": maps}), segments(), spec)
    ((unit, concept, iou),) = result.labels("layer", scoring="iqr")
    assert (unit, concept) == (0, Concept("object", "tree"))
    assert iou > 0.9
    assert result.labels("layer")[0][2] < 0.2  # the top 1 % are far less than the 6 % of the trees
    assert 0.5 < float(result.layers["layer"].iqr.threshold[0]) < 3.5
    assert result.layers["layer"].iqr.concept[1] == -1  # never positive


def test_of_every_concept_the_best_unit_is_found() -> None:
    result = dissect(planted(), segments(), SPEC)
    best = result.best_units()
    assert len({one.concept for one in best}) == len(best)
    assert [one.iou for one in best] == sorted((one.iou for one in best), reverse=True)
    for name in SPEC.layers:
        for unit, concept, iou in result.labels(name):
            (top,) = (one for one in best if one.concept == concept)
            assert top.iou >= iou, (unit, concept)
    assert {one.layer for one in result.best_units(["layer1"])} == {"layer1"}


def test_summaries_count_units_and_distinct_concepts() -> None:
    result = dissect(planted(), segments(), SPEC)
    strict = result.summary("layer1", minimum=0.99)
    assert (strict.units, strict.labelled) == (3, 1)
    assert strict.concepts == {"object": 1, "part": 0, "colour": 0, "half": 0}


def test_what_cannot_be_dissected_is_refused_at_once() -> None:
    with pytest.raises(UnknownLayer) as caught:
        dissect(planted(), segments(), replace(SPEC, layers=("layer9",)))
    assert "layer1" in caught.value.allowed
    result = dissect(planted(8), segments(), SPEC)
    with pytest.raises(UnknownLayer, match="was not dissected"):
        result.labels("layer3")
    with pytest.raises(UnitbrushError, match="no scoring"):
        result.labels("layer1", scoring="best")
    wrong = (("quantile", 1.0), ("grid", 0), ("grid", 181), ("shuffles", 1000), ("batch", 0), ("bins", 0))
    for field, value in (*wrong, ("layers", ())):
        with pytest.raises(UnitbrushError) as refused:
            replace(SPEC, **{field: value})
        assert refused.value.field == field
