"""What is asked of the catalogue: networks, layers, brushes and rankings by name, and what is said of other names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dissect_core.dissection.result import Dissection
from dissect_core.errors import ArtifactMismatch, UnknownConcept, UnknownLayer, UnknownModel
from server.catalog import Catalog, PaintModel, load_catalog
from tests.refused import refused

CPU = torch.device("cpu")
BRUSHES = "tree, door, dome, sky, cloud, grass, path, window, tower, roof"


@pytest.fixture(scope="module")
def catalog(precomputed: Path) -> Catalog:
    return load_catalog(precomputed, CPU)[0]


@pytest.fixture(scope="module")
def church(catalog: Catalog) -> PaintModel:
    return catalog.model("storybook-church")


def test_networks_are_found_by_kind(catalog: Catalog) -> None:
    assert list(catalog.models) == ["storybook-church", "storybook-kitchen"]
    assert list(catalog.classifiers) == ["storybook-classifier"]
    assert list(catalog.dissected) == ["storybook-church", "storybook-kitchen", "storybook-classifier"]
    assert catalog.with_units("storybook-classifier") is catalog.classifier("storybook-classifier")
    assert catalog.with_units("storybook-church") is catalog.model("storybook-church")


def test_other_names_are_answered_with_those_that_are_there(catalog: Catalog) -> None:
    both, one = "one of storybook-church, storybook-kitchen", "one of storybook-classifier"
    name = "storybook-classifier"
    with refused(UnknownModel, f"no generator {name!r}", field="model", value=name, allowed=both):
        catalog.model(name)
    name = "storybook-church"
    with refused(UnknownModel, f"no classifier {name!r}", field="model", value=name, allowed=one):
        catalog.classifier(name)
    with refused(
        UnknownModel, "no generator or classifier 'x'", field="model", value="x", allowed=f"{both}, {one[7:]}"
    ):
        catalog.with_units("x")
    with refused(UnknownModel, "no classifier 'x'", field="model", value="x", allowed="none: there is none"):
        replace(catalog, classifiers={}).classifier("x")


def test_only_dissected_layers_have_units(church: PaintModel) -> None:
    assert church.layer("layer4").units == len(church.stats("layer4").thresholds) == 32
    with refused(
        UnknownLayer,
        "no layer 'layer1'",
        field="layer",
        value="layer1",
        allowed="one of layer3, layer4, layer5, layer6",
    ):
        church.stats("layer1")
    undissected = replace(church, dissection=Dissection({}, church.dissection.columns, {}))
    with refused(
        UnknownLayer, "no layer 'layer4'", field="layer", value="layer4", allowed="one of none: it is not dissected"
    ):
        undissected.layer("layer4")


def test_a_brush_is_found_by_its_id_or_its_concept(church: PaintModel) -> None:
    fir = replace(church.brushes["tree"], id="fir", level=2.0)
    model = replace(church, brushes={"fir": fir, **{name: b for name, b in church.brushes.items() if name != "tree"}})
    assert model.brush("fir") is model.brush("tree") is fir
    found = [model.find_brush(name) for name in ("fir", "tree", "door", "moon")]
    assert [brush and brush.level for brush in found] == [2, 2, 1.5, None]
    assert model.ranking("tree", fir.layer) == fir.units
    with refused(UnknownConcept, "no brush 'moon'", field="concept", value="moon", allowed=f"one of {BRUSHES}"):
        church.brush("moon")


def test_elsewhere_units_are_ranked_by_iou_the_lower_number_first(church: PaintModel) -> None:
    assert church.brush("tree").layer == "layer5"
    iou = church.dissection.layers["layer4"].iou[:, 0].tolist()  # tree is the first concept
    expected = sorted(range(32), key=lambda unit: (-iou[unit], unit))
    assert list(church.ranking("tree", "layer4")) == expected
    stone = church.dissection.layers["layer4"].iou[:, 10].tolist()  # a material has no brush
    assert list(church.ranking("stone", "layer4")) == sorted(range(32), key=lambda unit: (-stone[unit], unit))


def test_a_concept_that_nothing_stands_for_is_answered_with_all_that_can_be_painted(church: PaintModel) -> None:
    with refused(
        UnknownConcept, "no concept 'moon'", field="concept", value="moon", allowed=f"one of {BRUSHES}, stone"
    ):
        church.ranking("moon", "layer4")
    with pytest.raises(UnknownLayer):
        church.ranking("tree", "layer1")


def test_values_are_the_quantiles_of_the_dissection(church: PaintModel) -> None:
    thresholds = church.dissection.layers["layer3"].thresholds
    assert church.values("layer3", (5, 2)) == (thresholds[5].item(), thresholds[2].item())


def test_findings_change_with_any_number_that_was_found(church: PaintModel) -> None:
    layers = dict(church.dissection.layers)
    layers["layer4"] = replace(layers["layer4"], thresholds=layers["layer4"].thresholds + 1e-6)
    other = replace(church, dissection=replace(church.dissection, layers=layers))
    assert other.findings != church.findings
    assert replace(church).findings == church.findings
    assert len(church.findings) == 64
    assert set(church.evidence) == {"layer3", "layer4", "layer5", "layer6"}


def test_a_folder_without_networks_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    message = f"no generator in {tmp_path / 'models'}"
    with pytest.raises(ArtifactMismatch) as caught:
        load_catalog(tmp_path, CPU)
    assert (caught.value.message, caught.value.field) == (message, "precomputed_path")
    assert caught.value.allowed == "at least one card of kind generator"


def test_an_id_comes_before_a_concept_of_the_same_name(church: PaintModel) -> None:
    """Brushes `window` (an object) and `window-part` (of the concept window), whichever comes first."""
    tree = church.brush("tree")
    whole = replace(tree, id="window", concept="window", category="object", level=1.0, default_count=5)
    part = replace(tree, id="window-part", concept="window", category="part", level=3.0, default_count=9)
    for order in ((whole, part), (part, whole)):
        model = replace(church, brushes={brush.id: brush for brush in order})
        assert model.brush("window") is whole
        assert model.find_brush("window") is whole
        assert model.brush("window-part") is part
        assert model.ranking("window", tree.layer) == tree.units
    only_part = replace(church, brushes={"window-part": part})
    assert only_part.brush("window") is part
    assert only_part.find_brush("whale") is None
