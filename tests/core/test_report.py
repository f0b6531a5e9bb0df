"""The report: charts worked out by hand, and pages in which every link leads to a file of the folder."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from dissect_core.concepts.columns import Concept
from dissect_core.concepts.segments import Segments
from dissect_core.dissection.files import write_dissection
from dissect_core.dissection.result import Dissection, DissectionSpec, LayerSummary
from dissect_core.dissection.run import dissect
from dissect_core.errors import UnitbrushError, UnknownModel
from dissect_core.report.charts import category_chart, concept_chart, histogram_path
from dissect_core.report.pages import FILES, STYLE, page_of, picture_of
from dissect_core.sources.networks import LatentSource
from dissect_core.units.gallery import draw_strips, write_gallery
from server.cli import command_line
from tests.core.planted import ToyGenerator, ToySegmenter

TREE, SKY, RED = Concept("object", "tree"), Concept("object", "sky"), Concept("colour", "red")
KINDS = ("object", "part", "colour")


def test_the_bars_of_concepts_are_grouped_and_the_highest_come_first() -> None:
    chart = concept_chart([SKY, TREE, RED, TREE, TREE], KINDS)
    assert [(bar.name, bar.category, bar.count, bar.height) for bar in chart.bars] == [
        ("tree", "object", 3, 120),
        ("sky", "object", 1, 40),
        ("red", "colour", 1, 40),
    ]
    assert [bar.x for bar in chart.bars] == [0, 22, 22 * 2 + 18]  # a step each, and some room between categories
    assert all(bar.y + bar.height == chart.base for bar in chart.bars)
    assert chart.width == 22 * 3 + 18
    empty = concept_chart([], KINDS)
    assert (empty.bars, empty.width) == ((), 22)


def test_the_categories_of_a_layer_are_stacked() -> None:
    layers = [
        LayerSummary("one", 8, 5, 0.5, {"object": 2, "part": 0, "colour": 1}),
        LayerSummary("two", 8, 1, None, {"object": 0, "part": 0, "colour": 1}),
    ]
    chart = category_chart(layers, [[TREE, SKY, RED], [RED]], KINDS)
    one, two = chart.columns
    assert [(bar.category, bar.count, bar.height, bar.names) for bar in one.bars] == [
        ("object", 2, 80, ("sky", "tree")),
        ("colour", 1, 40, ("red",)),
    ]
    assert (one.name, one.count, one.x, one.y) == ("one", 3, 0, chart.base - 120)
    assert (two.name, two.count, two.x, two.y) == ("two", 1, 76, chart.base - 40)
    objects, colours = one.bars
    assert objects.y + objects.height == chart.base
    assert colours.y + colours.height == objects.y
    assert not chart.upright
    empty = replace(layers[0], layer="blocks.11.conv2", concepts=dict.fromkeys(KINDS, 0))
    nothing = category_chart([empty], [[]], KINDS)
    assert nothing.columns[0].bars == ()
    assert nothing.upright  # too long for its column


def test_a_histogram_is_drawn_by_square_roots_and_nothing_vanishes() -> None:
    assert histogram_path([4, 1, 0], 16) == "M0 16V0h1V8h1V16h1V16z"
    assert histogram_path([10_000_000, 1], 16) == "M0 16V0h1V15.5h1V16z"
    assert histogram_path([0, 0], 16) == "M0 16H2"


def test_a_layers_files_have_plain_names() -> None:
    assert page_of("layer4.1.conv2") == "units-layer4.1.conv2.html"
    assert picture_of("blocks/1 a", 7) == "pictures/blocks-1-a/7.webp"


class Page(HTMLParser):
    """What a page refers to, the units on it, and its words."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.units: list[dict[str, str]] = []
        self.words = ""
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]
        if "data-unit" in attributes:
            self.units.append(attributes)

    def handle_data(self, data: str) -> None:
        self.words += data


def found(folder: Path) -> Dissection:
    """The toy dissected, with its pictures, as `dissect --out` leaves it."""
    spec = DissectionSpec(("layer1", "layer2"), quantile=0.7, grid=8, top_images=3, bins=4, iqr_images=7, batch=6)
    source = LatentSource(ToyGenerator(), (4, 1, 1), "toy.<b>", "a" * 64, 20)
    result = dissect(source, Segments(ToySegmenter(), "b" * 64), spec)
    write_dissection(result, folder / "dissection")
    write_gallery(folder / "gallery", result, draw_strips(source, result, lambda done, total, _="": None))
    return result


def unitbrush(*words: str | Path) -> str:
    result = CliRunner().invoke(command_line(), [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report of the toy."""
    folder = tmp_path_factory.mktemp("report")
    found(folder / "found")
    said = unitbrush("report", "toy:<b>", "--found", folder / "found", "--out", folder / "out")
    assert said.startswith("6 units in 2 layers: ")
    return folder / "out"


def test_a_report_is_an_index_a_page_per_layer_and_a_picture_per_unit(report: Path) -> None:
    names = {path.relative_to(report).as_posix() for path in report.rglob("*") if path.is_file()}
    strips = {f"pictures/{layer}/{unit}.webp" for layer in ("layer1", "layer2") for unit in range(3)}
    assert names == {"index.html", "units-layer1.html", "units-layer2.html", "report.css", "report.js"} | strips
    assert all((report / name).read_bytes()[8:12] == b"WEBP" for name in strips)


def test_every_link_leads_to_a_file_of_the_folder_and_nothing_is_fetched(report: Path) -> None:
    for path in report.glob("*.html"):
        page = Page(path)
        assert page.links
        for link in page.links:
            assert not re.match(r"//|(?!data:)[a-z]+:", link), link
            file = unquote(link.partition("#")[0])
            assert link.startswith("data:") or not file or (report / file).is_file(), link
    for path in (report / "report.js", report / "report.css"):
        assert not re.search(r"//[a-z]|https?:|@import|url\(|\bimport\b|fetch", path.read_text().replace("// ", ""))


def test_the_page_of_a_layer_says_what_was_found(report: Path) -> None:
    page = Page(report / "units-layer1.html")
    words = " ".join(page.words.split())
    assert "2 of 3 units stand for 2 distinct concepts" in words  # the sky's unit would fit any other picture too
    assert "with the labels of other pictures, 3 units have an IoU above 0.04" in words
    assert [(unit["data-unit"], unit["data-label"], unit["data-iou"]) for unit in page.units[:2]] == [
        ("0", "tree", "1.0000"),
        ("1", "", "1.0000"),
    ]
    assert [unit["id"] for unit in page.units][:2] == ["unit-0", "unit-1"]
    assert page.links.count("#category=object&concept=tree") == 1


def test_the_index_shows_beside_every_count_what_chance_labels(report: Path) -> None:
    words = " ".join(Page(report / "index.html").words.split())
    assert "4 of 6 units in 2 layers stand for a concept" in words
    assert "more than in any of 19 countings with the labels of other pictures" in words
    assert "6 units have an IoU above 0.04 by chance" in words
    assert "<td>3</td><td>2</td><td>3.0</td>" in (report / "index.html").read_text()


def test_a_report_of_a_dissection_without_shuffles_says_so(tmp_path: Path) -> None:
    result = found(tmp_path)
    layers = {layer: replace(stats, chance=stats.chance[:, :0]) for layer, stats in result.layers.items()}
    write_dissection(replace(result, layers=layers), tmp_path / "dissection")
    unitbrush("report", "toy:<b>", "--found", tmp_path, "--out", tmp_path / "out")
    text = (tmp_path / "out" / "index.html").read_text()
    assert "What chance labels was not counted." in text
    assert "<td>3</td><td>3</td><td>–</td>" in text  # that is what stands in the table


def test_names_are_shown_as_they_are_and_never_as_html(report: Path) -> None:
    text = (report / "index.html").read_text()
    assert "toy.<b>" not in text
    assert "What the units of toy.&lt;b&gt; look for" in text


def test_what_cannot_be_reported_is_named(tmp_path: Path) -> None:
    found(tmp_path)
    with pytest.raises(UnknownModel, match="no dissection of church") as caught:
        unitbrush("report", "church", "--found", tmp_path, "--out", tmp_path / "out")
    assert "toy.<b>" in caught.value.allowed
    (tmp_path / "gallery" / "toy.<b>" / "layer2.safetensors").unlink()
    with pytest.raises(UnitbrushError, match="--pictures"):
        unitbrush("report", "toy:<b>", "--found", tmp_path, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


TEXT = [(front, back) for front in ("ink", "soft-ink") for back in ("ground", "surface", "raised")]
SHAPES = [(f"hue-{n}", back) for n in range(6) for back in ("surface", "raised")]
SHAPES += [("edge", "surface"), ("edge", "raised"), ("focus", "ground"), ("focus", "surface"), ("focus", "raised")]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of #rrggbb."""
    values = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("night", [False, True])
def test_everything_can_be_read_by_day_and_by_night(night: bool) -> None:
    colours = {
        name: luminance(pair[night])
        for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", (FILES / STYLE).read_text())
    }
    for pairs, least in ((TEXT, 4.5), (SHAPES, 3.0)):
        for front, back in pairs:
            low, high = sorted((colours[front], colours[back]))
            assert (high + 0.05) / (low + 0.05) >= least, (front, back)
