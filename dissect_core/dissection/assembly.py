"""From merged passes to the statistics of every layer."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from dissect_core.dissection.passes import SecondPass, Survey
from dissect_core.dissection.result import LayerStats, TopList
from dissect_core.stats.histogram import Histogram
from dissect_core.stats.iqr import IqrScores


def layer_stats(survey: Survey, second: SecondPass, images: int) -> dict[str, LayerStats]:
    """The statistics of the layers that these passes over so many pictures looked at."""
    iou, iqr = second.counts.iou().cpu(), second.levels.best()
    label_iou, label = iou.max(dim=1)
    chance = torch.zeros(len(label), len(second.shuffled) if images > 1 else 0)
    for number, best in enumerate(chance.unbind(1)):
        best.copy_(second.shuffled[number].iou().amax(dim=1))
    layers: dict[str, LayerStats] = {}
    for layer, units in second.ranges.items():
        rows = slice(units.start, units.stop)
        top, bars = survey.top, survey.histogram
        layers[layer] = LayerStats(
            thresholds=survey.thresholds[rows],
            mean=survey.mean[rows],
            peak=survey.peak[rows],
            levels=survey.levels[rows],
            iou=iou[rows],
            label=label[rows],
            label_iou=label_iou[rows],
            chance=chance[rows],
            top=TopList(top.images[rows], top.scores[rows], top.places[rows]),
            histogram=Histogram(bars.counts[rows], bars.low[rows], bars.high[rows]),
            iqr=IqrScores(iqr.iqr[rows], iqr.iou[rows], iqr.threshold[rows], iqr.concept[rows]),
        )
    return layers


def unusable_units(survey: Survey, ranges: Mapping[str, range]) -> dict[str, list[int]]:
    """Layer -> its units that were not finite somewhere, for the layers that have any."""
    bad = set(survey.unusable.nonzero()[:, 0].tolist())
    found = {layer: [place for place, unit in enumerate(units) if unit in bad] for layer, units in ranges.items()}
    return {layer: units for layer, units in found.items() if units}
