"""`unitbrush units`: the lists, worked out by hand from the overlaps of the toy classifier."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dissect_core.errors import UnitbrushError, UnknownConcept, UnknownLayer
from server.cli import command_line
from tests.toy_classifier import write_toy_classifier


@pytest.fixture(scope="module")
def precomputed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("precomputed")
    write_toy_classifier(folder)
    return folder


def listed(precomputed: Path, *words: str) -> list[str]:
    arguments = ["units", "classifier", "--precomputed", str(precomputed), *words]
    result = CliRunner().invoke(command_line(), arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.output.splitlines()]


TREE = "conv5_3 unit 2 tree (object) IoU 0.500 by chance 0.062"
RED = "conv4_3 unit 0 red (colour) IoU 0.300"
GREEN = "conv4_3 unit 1 green (colour) IoU 0.200"
SKY = "conv5_3 unit 1 sky (object) IoU 0.125 by chance 0.030"


def test_the_best_unit_of_every_concept_is_listed(precomputed: Path) -> None:
    assert listed(precomputed) == [TREE, RED, GREEN, SKY]
    assert listed(precomputed, "--count", "1") == [TREE]
    assert listed(precomputed, "--category", "colour") == [RED, GREEN]
    assert listed(precomputed, "--category", "object, colour") == [TREE, RED, GREEN, SKY]
    assert listed(precomputed, "--layer", "conv4_3") == [RED, GREEN]


def test_all_units_of_a_concept_are_listed(precomputed: Path) -> None:
    assert listed(precomputed, "--concept", "tree") == [TREE, "conv5_3 unit 0 tree (object) IoU 0.250 by chance 0.188"]
    assert listed(precomputed, "--concept", "sofa") == ["no unit of this kind is labelled"]


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("--layer", "conv9"), UnknownLayer, "conv9"),
        (("--category", "smell"), UnitbrushError, "no category 'smell'"),
        (("--category", "colour,smell"), UnitbrushError, "no category 'smell'"),
        (("--concept", "lion"), UnknownConcept, "no concept 'lion'"),
        (("--concept", "tree", "--category", "colour"), UnknownConcept, "no concept 'tree'"),
    ],
)
def test_what_is_not_there_is_named(
    precomputed: Path, words: tuple[str, ...], error: type[UnitbrushError], said: str
) -> None:
    with pytest.raises(error, match=re.escape(said)):
        listed(precomputed, *words)
