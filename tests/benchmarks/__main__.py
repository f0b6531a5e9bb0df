"""`make bench`, `unitbrush bench` or `python -m tests.benchmarks`: one table, every row a ratio measured in one run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from dissect_core.system.artifacts import write_json
from dissect_core.system.devices import pick_device
from dissect_core.system.memory import keep_freed_memory, keep_kernels
from tests.benchmarks import classroom, dissect, encode, history, page, render, serving, start, sweep
from tests.benchmarks.turns import Row, machine, table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="unitbrush bench", description="How fast Unitbrush is on this machine.")
    parser.add_argument("--repeats", type=int, default=10, help="runs of every case, taking turns")
    parser.add_argument("--seconds", type=float, default=10, help="of every case over HTTP")
    parser.add_argument("--class-seconds", type=float, default=300, help="that 30 students paint")
    parser.add_argument("--out", type=Path, default=Path("runs/bench.json"), help="the rows as JSON")
    parser.add_argument("--device", default="cpu", help="where the part render runs")
    sections: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
        "render": lambda given: render.rows(given.repeats, pick_device(given.device)),
        "encode": lambda given: encode.rows(given.repeats),
        "history": lambda given: history.rows(given.repeats),
        "serving": lambda given: serving.rows(given.seconds),
        "classroom": lambda given: classroom.rows(given.class_seconds),
        "page": lambda given: page.rows(given.seconds),
        "dissect": lambda given: dissect.rows(max(1, given.repeats // 4)),
        "sweep": lambda given: sweep.rows(given.repeats),
        "start": lambda given: start.rows(max(1, given.repeats // 2)),
    }
    parser.add_argument("--only", choices=sections, action="append", help="a part of it; may be given again")
    given = parser.parse_args()
    keep_freed_memory()
    keep_kernels()
    what = machine()
    print(json.dumps(what))
    rows: list[Row] = []
    for name in given.only or sections:
        found = sections[name](given)
        print(table(found, head=not rows), flush=True)
        rows += found
    write_json(given.out, {"machine": what, "rows": [row.as_dict() for row in rows]})


if __name__ == "__main__":
    main()
