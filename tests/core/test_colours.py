"""Everyday colours get the names that people give them, for every byte value."""

import pytest
import torch

from dissect_core.concepts.colours import COLOURS, LEVELS, NAMED, cielab, colour_labels, colour_table


def name_of(red: int, green: int, blue: int) -> str:
    pixel = torch.tensor([red, green, blue]).float().div(127.5).sub(1).view(1, 3, 1, 1)
    return COLOURS[int(colour_labels(pixel))]


@pytest.mark.parametrize(
    ("name", "rgb"),
    [
        ("black", (10, 10, 10)),
        ("grey", (128, 128, 128)),
        ("white", (250, 250, 250)),
        ("white", (245, 240, 230)),
        ("red", (255, 0, 0)),
        ("red", (200, 30, 30)),
        ("orange", (255, 140, 0)),
        ("brown", (110, 60, 20)),
        ("yellow", (240, 220, 40)),
        ("green", (40, 140, 50)),
        ("green", (30, 60, 30)),
        ("blue", (0, 0, 255)),
        ("blue", (135, 190, 235)),
        ("purple", (120, 40, 140)),
        ("pink", (250, 170, 190)),
    ],
)
def test_everyday_colours_have_their_names(name: str, rgb: tuple[int, int, int]) -> None:
    assert name_of(*rgb) == name


def test_there_are_eleven_and_the_survey_calls_each_by_its_name() -> None:
    assert len(COLOURS) == 12
    prototypes = {name: values.split()[0] for name, values in NAMED.items()}
    assert {name: name_of(*bytes.fromhex(value)) for name, value in prototypes.items()} == {n: n for n in COLOURS[1:]}
    assert set(colour_table().tolist()) == set(range(1, 12))


def test_lab_of_known_colours() -> None:
    # white is (100, 0, 0); sRGB red and blue as in the tables of the standard, to a tenth
    lab = torch.from_numpy(cielab(torch.tensor([[255, 255, 255], [255, 0, 0], [0, 0, 255.0]]).double().numpy()))
    expected = torch.tensor([[100, 0, 0], [53.2, 80.1, 67.2], [32.3, 79.2, -107.9]]).double()
    assert torch.allclose(lab, expected, atol=0.06)


def test_pixels_are_named_by_the_bytes_that_are_shown() -> None:
    # values beyond the range are shown clamped; a byte's name is that of its step of eight
    assert int(colour_labels(torch.full((1, 3, 1, 1), 7.0))) == COLOURS.index("white")
    steps = torch.arange(256) * LEVELS // 256
    greys = (torch.arange(256).float() / 127.5 - 1).view(1, 1, 1, 256).expand(1, 3, 1, 256)
    table = colour_table()
    assert colour_labels(greys)[0, 0].tolist() == [int(table[(s * LEVELS + s) * LEVELS + s]) for s in steps.tolist()]
