"""`unitbrush experiment` from end to end, on toys."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from dissect_core.concepts.columns import Concept
from dissect_core.concepts.segments import Segments
from dissect_core.dissection.result import DissectionSpec
from dissect_core.dissection.run import dissect
from dissect_core.errors import UnitbrushError
from dissect_core.experiments.classifier import class_units, set_sizes
from dissect_core.experiments.generator import Subject, best_layer, insert_at_cells, remove_units
from dissect_core.experiments.peaks import segmented
from dissect_core.experiments.units import unit_classifiers
from dissect_core.system.progress import silent
from tests.core.planted import TensorSource, ToySegmenter
from tests.core.test_experiments import TREE, bench
from tests.toy_classifier import CLASSES, toy_classifier


def toy_subject(work: Path | None = None) -> Subject:
    """The planted generator, dissected on twelve of its images."""
    there = bench()
    latents = there.latents(range(12))
    pictures = there.generator(latents)
    maps = there.generator.get_submodule("layer1")(latents)
    blind = maps * torch.tensor([0.0, 1.0, 1.0]).view(3, 1, 1)  # without the unit that is the trees
    source = TensorSource(pictures, {"layer1": maps, "layer2": blind}, model="toy")
    spec = DissectionSpec(("layer1", "layer2"), grid=16, quantile=0.9)  # trees have a sixteenth of the places
    found = dissect(source, Segments(ToySegmenter(), "d" * 64), spec)
    return Subject(there, found, work)


def test_the_tree_unit_is_found_by_its_iou_and_removed_with_all_trees(tmp_path: Path) -> None:
    subject = toy_subject(tmp_path)
    inputs, found = remove_units(subject, TREE, "layer1", 4, silent)
    assert inputs["units"][0] == 0
    assert [row["units"] for row in found["rows"]] == [0, 1, 2]
    assert [row["removed"] for row in found["rows"]] == [0.0, 1.0, 1.0]
    assert found["rows"][1]["appeared"] == {"grass": 1.0}
    assert found["rows"][1]["changes"]["sky"] == 0.0


def test_inputs_name_networks_images_and_code(tmp_path: Path) -> None:
    inputs, _ = remove_units(toy_subject(), TREE, "layer1", 2, silent)
    assert {"model_sha256", "segmenter_sha256", "first_id", "code_version", "units", "images"} <= inputs.keys()


def test_inserting_tells_contexts_and_keeps_a_state_that_goes_on(tmp_path: Path) -> None:
    subject = toy_subject(tmp_path)
    ones = torch.ones(3)
    _, found = insert_at_cells(subject, TREE, "layer1", 2, ones, 0.99, silent)
    rows = {row["context"]: row for row in found["rows"]}
    assert rows["sky"]["gain"] == 0.25
    assert rows["tree"]["gain"] == 0.0
    assert found["pixels"] == 16
    seen: list[int] = []
    insert_at_cells(subject, TREE, "layer1", 2, ones, 0.99, lambda done, *_: seen.append(done))
    assert seen == []  # nothing was left to do


def test_the_best_layer_is_the_one_that_overlaps_most() -> None:
    subject = toy_subject()
    assert best_layer(subject.dissection, TREE, ("layer2", "layer1")) == "layer1"
    assert float(subject.iou("layer1", TREE)[0]) == pytest.approx(2 / 3)  # at 16x16 places the edges are blurred
    assert float(subject.iou("layer2", TREE).max()) < 0.5


def test_a_unit_that_is_the_concept_tells_it_always() -> None:
    pictures = -torch.ones(24, 3, 64, 64)
    pictures[:12, 0, :32] = 1
    maps = torch.where(torch.arange(24) < 12, 3.0, 1.0).view(24, 1, 1, 1) + torch.arange(24).view(24, 1, 1, 1) / 100
    source = TensorSource(pictures, {"a": maps}, model="toy")
    segments = Segments(ToySegmenter(), "d" * 64)
    found = dissect(source, segments, DissectionSpec(("a",), grid=8, quantile=0.5))
    columns, labels = segmented(segments)
    _, result = unit_classifiers(source, found, "a", labels, columns, silent, [(0, TREE)])
    (row,) = result["rows"]
    assert row["pictures"] == [12, 12]
    assert row["balanced"] == 1.0
    assert row["missed"] == [0, 1, 2]
    assert row["fooled"] == [23, 22, 21]
    assert [sum(counts) for counts in row["histogram"]] == [12, 12]
    _, few = unit_classifiers(source, found, "a", labels, columns, silent, [(0, Concept("object", "sky"))])
    assert "balanced" not in few["rows"][0]


def test_a_layer_without_labelled_units_is_refused() -> None:
    pictures, maps = -torch.ones(12, 3, 16, 16), torch.zeros(12, 1, 4, 4)
    source = TensorSource(pictures, {"a": maps}, model="toy")
    segments = Segments(ToySegmenter(), "d" * 64)
    found = dissect(source, segments, DissectionSpec(("a",), grid=8))
    columns, labels = segmented(segments)
    with pytest.raises(UnitbrushError, match="no labelled units"):
        unit_classifiers(source, found, "a", labels, columns, silent)


def test_the_class_units_of_a_toy_classifier(tmp_path: Path) -> None:
    classifier = toy_classifier()
    source = TensorSource(-torch.ones(2, 3, 32, 32), {"conv5_3": torch.rand(2, 4, 2, 2)}, model="toy")
    dissection = dissect(source, Segments(ToySegmenter(), "d" * 64), DissectionSpec(("conv5_3",), grid=4))
    inputs, found = class_units(classifier, dissection, "conv5_3", 2, silent)
    assert found["classes"] == list(CLASSES)
    assert found["removed"] == [0, 1, 2, 3, 4]
    assert all(row["most"][-1] == 0.5 for row in found["per_class"])
    assert all(row["most"][0] == row["least"][0] for row in found["per_class"])
    assert sum(group["units"] for group in found["groups"]) == 4
    assert {"training", "held_out", "code_version"} <= inputs.keys()
    assert inputs["training"] != inputs["held_out"]


def test_sets_have_their_complements() -> None:
    sizes = set_sizes(256)
    assert {0, 20, 236, 256} <= set(sizes)
    assert all(256 - size in sizes for size in sizes)
