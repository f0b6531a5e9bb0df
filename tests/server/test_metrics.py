"""What is counted, in Prometheus' words: pictures by step, batches, looks, refusals, and what the engine did."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from server.work.engine import Rendered, Tally
from server.work.metrics import Metrics


class CountedEngine:
    """What the figures ask of an engine."""

    models = ("church", "kitchen")

    def __init__(self) -> None:
        self.tallies = {model: Tally() for model in self.models}

    def tally(self, model: str) -> Tally:
        return self.tallies[model]

    def waiting(self, model: str) -> int:
        return {"church": 3, "kitchen": 0}[model]


@pytest.fixture
def counted() -> Any:
    engine = CountedEngine()
    metrics = Metrics(engine)  # type: ignore[arg-type]

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"unitbrush_{name}", labels)

    return SimpleNamespace(engine=engine, metrics=metrics, value=value)


def rendered(batch: int, first: bool) -> Rendered:
    return Rendered(torch.zeros(0), 2.0, 30.0, batch, first)


def test_a_picture_is_counted_by_step_in_seconds(counted: Any) -> None:
    steps = {"queue": 2.0, "render": 30.0, "encode": 4.0, "total": 36.0}
    counted.metrics.finished("church", steps, rendered(batch=3, first=True))
    for step, seconds in (("queue", 0.002), ("render", 0.03), ("encode", 0.004), ("total", 0.036)):
        assert counted.value("picture_seconds_count", model="church", step=step) == 1
        assert counted.value("picture_seconds_sum", model="church", step=step) == pytest.approx(seconds)
    assert counted.value("picture_seconds_bucket", model="church", step="render", le="0.025") == 0
    assert counted.value("picture_seconds_bucket", model="church", step="render", le="0.05") == 1


def test_a_pass_is_counted_once_and_a_picture_from_a_cache_as_no_pass(counted: Any) -> None:
    steps = dict.fromkeys(("queue", "render", "encode", "total"), 1.0)
    for batch, first in ((3, True), (3, False), (3, False), (0, False), (1, True)):
        counted.metrics.finished("church", steps, rendered(batch, first))
    counts = {step: counted.value("picture_seconds_count", model="church", step=step) for step in steps}
    assert counts == {"queue": 4, "render": 2, "encode": 5, "total": 5}
    assert counted.value("batch_images_count", model="church") == 2
    assert counted.value("batch_images_sum", model="church") == 4
    assert counted.value("batch_images_bucket", model="church", le="2.0") == 1


def test_looks_and_refusals_are_counted_by_network(counted: Any) -> None:
    counted.metrics.looked("kitchen", 0.2)
    counted.metrics.refused("church")
    counted.metrics.refused("church")
    assert counted.value("look_seconds_sum", model="kitchen") == pytest.approx(0.2)
    assert counted.value("refused_total", model="church") == 2
    assert counted.value("refused_total", model="kitchen") is None


def test_the_engines_counts_are_those_of_the_moment(counted: Any) -> None:
    tally = counted.engine.tallies["church"]
    tally.passes, tally.pictures, tally.cancelled, tally.failed = 5, 9, 2, 1
    names = ("waiting", "forward_passes_total", "pictures_total", "dropped_total", "failed_total")
    assert [counted.value(name, model="church") for name in names] == [3, 5, 9, 2, 1]
    assert [counted.value(name, model="kitchen") for name in names] == [0] * 5
    tally.pictures = 10
    assert counted.value("pictures_total", model="church") == 10


def test_the_text_is_what_prometheus_reads(counted: Any) -> None:
    counted.metrics.refused("church")
    lines = counted.metrics.text().decode().splitlines()
    assert "# TYPE unitbrush_refused_total counter" in lines
    assert 'unitbrush_refused_total{model="church"} 1.0' in lines
    assert 'unitbrush_waiting{model="church"} 3.0' in lines


def test_two_servers_in_one_process_do_not_mix() -> None:
    one, other = (Metrics(CountedEngine()) for _ in range(2))  # type: ignore[arg-type]
    one.refused("church")
    assert other.registry.get_sample_value("unitbrush_refused_total", {"model": "church"}) is None
