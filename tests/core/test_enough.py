"""Too few pictures are called that before a dissection, and what chance labels is told after it."""

from __future__ import annotations

from dataclasses import replace

import torch

from dissect_core.dissection.enough import ADVISED, chance_levels, conclusions, expectations, needed
from dissect_core.dissection.result import DissectionSpec
from dissect_core.dissection.run import dissect
from tests.core.planted import TensorSource
from tests.core.test_dissection import SPEC, planted, segments


def flat(images: int, side: int) -> TensorSource:
    return TensorSource(torch.zeros(images, 3, 8, 8), {"flat": torch.zeros(images, 2, side, side)})


def test_layers_with_fewer_values_than_the_rule_needs_are_named_before() -> None:
    spec = DissectionSpec(("flat",))
    assert (needed(0.99), needed(0.995), needed(0.7)) == (100, 200, 4)
    (few, too_few) = expectations(flat(40, 1), spec)
    assert few.startswith("40 pictures are few")
    assert too_few.startswith("flat: too few pictures: each unit has 40 values")
    assert too_few.endswith("a share of 0.01 is above the threshold needs at least 100")
    assert len(expectations(flat(40, 2), spec)) == 1  # 160 values
    assert expectations(flat(ADVISED, 1), spec) == []


def test_from_one_picture_chance_cannot_be_told() -> None:
    said = expectations(flat(1, 16), DissectionSpec(("flat",)))
    assert said[0].startswith("1 picture is few")
    assert said[1:] == ["what chance labels cannot be told from one picture"]


def test_what_chance_labels_is_told_after() -> None:
    result = dissect(planted(), segments(), SPEC)
    assert chance_levels(result).keys() == set(SPEC.layers)
    said = conclusions(result)
    assert "its best IoU in 19 countings" in said[0]
    assert "at most 5% are above it by chance" in said[0]
    assert said[3].startswith("chance is strong in layer1, layer2")
    assert said[3].endswith("20 pictures; 1,000 or more pictures would lower it")
    plain = conclusions(dissect(planted(), segments(), replace(SPEC, shuffles=0)))
    assert plain[0] == "labelled: IoU above 0.04, not compared with chance"


def test_units_that_are_not_finite_are_told() -> None:
    result = dissect(planted(), segments(), SPEC)
    said = conclusions(replace(result, manifest={**result.manifest, "unusable": {"layer1": [0, 1, 3, 4, 9]}}))
    assert said[-1] == "layer1: not finite in some picture and left out: unit 0, 1, 3, 4 and 1 more"
