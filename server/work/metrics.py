"""What a server has done, for Prometheus: pictures, waiting, batches, and where the time went.

Histograms are observed as pictures are finished; counts of the engine are read when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.work.engine import Engine, Rendered

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BATCHES = (1, 2, 4, 8, 16, 32, 64)
STEPS = ("queue", "render", "encode", "total")


class Metrics:
    """The figures of one server, in a registry of its own: two servers in one process do not mix."""

    def __init__(self, engine: Engine) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "unitbrush_picture_seconds",
            "Time of a picture by step: queue, render, encode, and total from the request to the encoded file.",
            ("model", "step"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._batch = Histogram(
            "unitbrush_batch_images",
            "Pictures that shared a forward pass.",
            ("model",),
            buckets=BATCHES,
            registry=self.registry,
        )
        self._looks = Histogram(
            "unitbrush_look_seconds",
            "Time of running a network to look at its units, waiting included.",
            ("model",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._refused = Counter(
            "unitbrush_refused",
            "Renders and looks refused because too many were waiting.",
            ("model",),
            registry=self.registry,
        )
        self.registry.register(_EngineCounts(engine))

    def finished(self, model: str, ms: Mapping[str, float], rendered: Rendered) -> None:
        """A picture was finished; ms: milliseconds by step.

        A picture from a cache neither waited nor was rendered, and a pass is counted once, with its first picture.
        """
        happened = {"queue": rendered.batch > 0, "render": rendered.first}
        for step in STEPS:
            if happened.get(step, True):
                self._seconds.labels(model, step).observe(ms[step] / 1000)
        if rendered.first:
            self._batch.labels(model).observe(rendered.batch)

    def looked(self, model: str, seconds: float) -> None:
        """A network was looked at."""
        self._looks.labels(model).observe(seconds)

    def refused(self, model: str) -> None:
        """A render or a look was refused for overload."""
        self._refused.labels(model).inc()

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)


class _EngineCounts(Collector):
    """The engine's own counts, read at the moment of asking."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Waiting renders, forward passes, pictures, dropped and failed renders of each network."""
        waiting = GaugeMetricFamily("unitbrush_waiting", "Renders that wait for a network.", labels=("model",))
        passes = CounterMetricFamily("unitbrush_forward_passes", "Forward passes.", labels=("model",))
        pictures = CounterMetricFamily("unitbrush_pictures", "Pictures rendered.", labels=("model",))
        dropped = CounterMetricFamily("unitbrush_dropped", "Renders cancelled before they began.", labels=("model",))
        failed = CounterMetricFamily("unitbrush_failed", "Renders that failed.", labels=("model",))
        for model in self._engine.models:
            tally = self._engine.tally(model)
            waiting.add_metric((model,), self._engine.waiting(model))
            passes.add_metric((model,), tally.passes)
            pictures.add_metric((model,), tally.pictures)
            dropped.add_metric((model,), tally.cancelled)
            failed.add_metric((model,), tally.failed)
        yield from (waiting, passes, pictures, dropped, failed)
