"""Planted units are found with IoU 1; the pieces agree with their plain definitions."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dissect_core.concepts import Columns, Concept
from dissect_core.dissection import (
    DissectionSpec,
    at_positions,
    count_active,
    dissect,
    read_dissection,
    upsample,
    write_dissection,
)
from dissect_core.errors import ArtifactMismatch, UnknownLayer
from dissect_core.stats.iou import IouCounts
from tests.core.planted import ToyGenerator, ToySegmenter

# A tree covers 4 of 64 cells, sky 16: the 0.7 quantile of both units is 0, so "above it" is exactly where they fire.
SPEC = DissectionSpec("toy", "a" * 64, "b" * 64, ("layer1", "layer2"), images=20, quantile=0.7, grid=8, batch=6)


def test_planted_units_get_their_concept_with_iou_one() -> None:
    result = dissect(ToyGenerator(), ToySegmenter(), SPEC)
    for layer in SPEC.layers:
        labels = result.labels(layer)
        assert labels[0][1:] in {(Concept("object", "tree"), 1.0), (Concept("object", "sky"), 1.0)}
        assert {(unit, concept.name) for unit, concept, iou in labels if iou == 1} == {(0, "tree"), (1, "sky")}
        assert result.layers[layer].thresholds[:2].tolist() == [0, 0]
        assert result.layers[layer].mean[:2].tolist() == [4 / 64, 16 / 64]
        assert result.layers[layer].peak[:2].tolist() == [1, 1]


def test_the_numbers_do_not_depend_on_the_batch() -> None:
    results = [dissect(ToyGenerator(), ToySegmenter(), replace(SPEC, batch=batch)) for batch in (1, 3, 20)]
    for other in results[1:]:
        for layer in SPEC.layers:
            for name in ("thresholds", "iou", "mean", "peak"):
                assert torch.equal(getattr(results[0].layers[layer], name), getattr(other.layers[layer], name))


def test_progress_counts_both_passes() -> None:
    heard: list[tuple[str, int, int]] = []
    dissect(ToyGenerator(), ToySegmenter(), SPEC, progress=lambda *news: heard.append(news))
    assert heard == [(phase, done, 20) for phase in ("thresholds", "counts") for done in (6, 12, 18, 20)]


def test_skipping_unreachable_maps_changes_nothing() -> None:
    random = torch.Generator().manual_seed(3)
    columns = Columns(ToySegmenter.categories)
    activations = torch.randn(5, 7, 4, 4, generator=random)
    thresholds = torch.randn(7, generator=random).abs()
    labels = {
        category: torch.randint(0, len(names), (5, 16, 16), generator=random, dtype=torch.uint8)
        for category, names in columns.categories.items()
    }
    sparse, dense = IouCounts(7, columns), IouCounts(7, columns)
    count_active(sparse, activations, thresholds, labels)
    dense.add(upsample(activations, 16) > thresholds[:, None, None], labels)
    assert all(torch.equal(a, dense.state_dict()[name]) for name, a in sparse.state_dict().items())


def test_positions_are_cell_centres_and_borders_are_constant() -> None:
    # cells at 1/4 and 3/4; positions at 1/8, 3/8, 5/8, 7/8: the outer ones lie beyond the cell centres
    assert upsample(torch.tensor([[[[0.0, 4.0]]]]), 4)[0, 0, 0].tolist() == [0, 1, 3, 4]
    pixels = torch.arange(16).view(1, 4, 4)
    assert at_positions(pixels, 4).tolist() == pixels.tolist()
    assert at_positions(pixels, 2).tolist() == [[[5, 7], [13, 15]]]  # a corner of four pixels: the lower right one
    assert at_positions(torch.arange(9).view(1, 3, 3), 2).tolist() == [[[0, 2], [6, 8]]]


@pytest.mark.parametrize(("side", "grid"), [(4, 64), (8, 64), (16, 64), (64, 64), (128, 64), (7, 56)])
def test_upsampling_is_torchs_own(side: int, grid: int) -> None:
    x = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(side))
    reference = torch.nn.functional.interpolate(x, size=(grid, grid), mode="bilinear", align_corners=False)
    assert torch.allclose(upsample(x, grid), reference, atol=1e-5)


def test_what_is_written_is_read_and_names_its_inputs(tmp_path: Path) -> None:
    result = dissect(ToyGenerator(), ToySegmenter(), SPEC)
    write_dissection(result, tmp_path)
    again = read_dissection(tmp_path, "toy")
    assert again.labels("layer1") == result.labels("layer1")
    assert again.concepts == result.concepts
    named = {"model": "toy", "model_sha256": "a" * 64, "segmenter_sha256": "b" * 64, "images": 20, "first_id": 0}
    assert named.items() <= again.manifest.items()
    assert {"quantile", "grid", "latents", "code_version"} <= again.manifest.keys()


def test_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactMismatch, match=r"manifest\.json"):
        read_dissection(tmp_path, "toy")
    folder = write_dissection(dissect(ToyGenerator(), ToySegmenter(), SPEC), tmp_path)
    (folder / "layer2.safetensors").unlink()
    with pytest.raises(ArtifactMismatch, match=r"layer2\.safetensors"):
        read_dissection(tmp_path, "toy")


def test_an_unknown_layer_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownLayer) as caught:
        dissect(ToyGenerator(), ToySegmenter(), replace(SPEC, layers=("layer9",)))
    assert "layer1" in caught.value.allowed
