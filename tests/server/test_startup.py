"""What is missing or does not fit is told at the start, by name; nothing is served half."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from dissect_core.dissection.files import read_dissection
from dissect_core.errors import UnitbrushError
from dissect_core.system.artifacts import hashes, write_json
from dissect_core.units.gallery import write_gallery
from server.app import create_app
from server.cli import command_line
from server.http.web_server import listen, page_addresses
from server.settings import Settings, check_variables
from tests.server.live import assert_error_shape, live_server, painting, stroke


def edit_json(path: Path, change: Callable[[Any], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def start(precomputed: Path) -> None:
    """What a web server does first with the application."""
    app = create_app(Settings(precomputed_path=precomputed, device="cpu"))

    async def enter() -> None:
        async with app.router.lifespan_context(app):
            assert app.state.studio.engine.alive

    asyncio.run(enter())


def test_a_complete_folder_starts_and_stops(own_precomputed: Path) -> None:
    start(own_precomputed)


def test_a_generator_that_was_just_fetched_is_shown_and_says_what_is_missing(
    own_precomputed: Path,
) -> None:
    (own_precomputed / "brushes/storybook-kitchen.json").unlink()
    with live_server(Settings(precomputed_path=own_precomputed, device="cpu")) as live:
        kitchen = "/api/models/storybook-kitchen"
        assert live.client.get(f"{kitchen}/brushes").json()["brushes"] == []
        units = stroke(concept=None, units=[0, 1], layer="layer4")
        plain, drawn = (painting(*strokes, model="storybook-kitchen") for strokes in ((), (units,)))
        assert live.client.post("/api/render", json=drawn).status_code == 200
    shutil.rmtree(own_precomputed / "dissection/storybook-kitchen")
    with live_server(Settings(precomputed_path=own_precomputed, device="cpu")) as live:
        assert live.client.post("/api/render", json=plain).status_code == 200
        refused = live.client.post("/api/render", json=drawn)
        assert_error_shape(refused.json())
        assert "not dissected" in refused.json()["error"]["allowed"]
        for page in ("/paint", "/units?model=storybook-kitchen", "/layers/storybook-kitchen", "/look"):
            assert live.client.get(page).status_code == 200, page


def spoil_weights(root: Path) -> None:
    path = root / "models" / "storybook-church.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def cut_weights(root: Path) -> None:
    path = root / "models" / "storybook-church.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


def other_brushes(root: Path) -> None:
    edit_json(root / "brushes/storybook-church.json", lambda c: c.update(model_sha256="0" * 64))


def other_dissection(root: Path) -> None:
    edit_json(root / "dissection/storybook-church/manifest.json", lambda c: c.update(model_sha256="0" * 64))


def swapped_brushes(root: Path) -> None:
    edit_json(root / "brushes/storybook-church.json", lambda c: c.update(model="storybook-kitchen"))


def far_unit(root: Path) -> None:
    edit_json(root / "brushes/storybook-church.json", lambda c: c["brushes"][2]["units"].__setitem__(0, 99))


def other_value(root: Path) -> None:
    edit_json(root / "brushes/storybook-church.json", lambda c: c["brushes"][2]["values"].__setitem__(0, 99.5))


def other_layer(root: Path) -> None:
    edit_json(root / "brushes/storybook-church.json", lambda c: c["brushes"][2].update(layer="layer8"))


def short_layer(root: Path) -> None:
    path = root / "dissection/storybook-church/layer4.safetensors"
    tensors = load_file(path)
    save_file({key: value if key == "columns" else value[:10].contiguous() for key, value in tensors.items()}, path)
    edit_json(path.with_name("manifest.json"), lambda manifest: manifest["files"].update(hashes([path])))


def flipped_dissection(root: Path) -> None:
    flip(root / "dissection/storybook-church/layer4.safetensors")


def flipped_gallery(root: Path) -> None:
    dissection = read_dissection(root / "dissection", "storybook-classifier")
    strips = {"conv5_3": [b"1", b"2", b"3", b"4"]}
    flip(write_gallery(root / "gallery", dissection, strips) / "conv5_3.safetensors")


def flip(path: Path) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def no_layer(root: Path) -> None:
    edit_json(root / "dissection/storybook-church/manifest.json", lambda c: c["layers"].remove("layer5"))


def no_scenes(root: Path) -> None:
    edit_json(root / "dissection/storybook-classifier/manifest.json", lambda c: c.pop("scenes"))


def other_classifier(root: Path) -> None:
    edit_json(root / "dissection/storybook-classifier/manifest.json", lambda c: c.update(model_sha256="0" * 64))


def cut_gallery(root: Path) -> None:
    path = root / "gallery/storybook-classifier/conv5_3.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"cut")
    write_json(path.with_name("manifest.json"), {"files": hashes([path])})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_scenes, ["dissection/storybook-classifier/manifest.json", "scenes", "first_seed"]),
        (other_classifier, ["dissection/storybook-classifier/manifest.json", "model_sha256", "000000"]),
        (cut_gallery, ["conv5_3.safetensors"]),
        (flipped_gallery, ["conv5_3.safetensors is damaged"]),
        (flipped_dissection, ["layer4.safetensors is damaged"]),
        (spoil_weights, ["storybook-church.safetensors", "SHA-256"]),
        (cut_weights, ["storybook-church.safetensors"]),
        (other_brushes, ["brushes/storybook-church.json", "model_sha256", "000000"]),
        (other_dissection, ["dissection/storybook-church/manifest.json", "model_sha256"]),
        (swapped_brushes, ["brushes/storybook-church.json", "model", "storybook-kitchen"]),
        (far_unit, ["brushes/storybook-church.json", "dome.units", "99", "units 0 to 31"]),
        (other_value, ["brushes/storybook-church.json", "dome.values", "99.5"]),
        (other_layer, ["brushes/storybook-church.json", "dome.layer", "layer8", "layer4"]),
        (short_layer, ["dissection/storybook-church/manifest.json", "layer4", "10 units", "32 units"]),
        (no_layer, ["dissection/storybook-church/manifest.json", "layers", "layer5"]),
        (lambda root: (root / "models/storybook-church.safetensors").unlink(), ["storybook-church.safetensors"]),
        (lambda root: [path.unlink() for path in (root / "models").glob("*.json")], ["no generator"]),
    ],
)
def test_what_does_not_fit_is_told_at_the_start(
    own_precomputed: Path, spoil: Callable[[Path], object], words: list[str]
) -> None:
    spoil(own_precomputed)
    with pytest.raises(UnitbrushError) as caught:
        start(own_precomputed)
    told = f"{caught.value} {caught.value.field} {caught.value.value} {caught.value.allowed}"
    for word in words:
        assert word in told


def test_missing_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnitbrushError, match="models"):
        start(tmp_path / "nowhere")
    with pytest.raises(UnitbrushError, match="static"):
        create_app(Settings(frontend_path=tmp_path))
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    with pytest.raises(UnitbrushError, match="templates"):
        create_app(Settings(frontend_path=tmp_path))


def test_making_the_application_reads_no_network(tmp_path: Path) -> None:
    create_app(Settings(precomputed_path=tmp_path / "nowhere"))


def invoke(*words: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(command_line(), ["serve", *words], env=environment)
    return result.exit_code, result.output


def test_a_taken_port_is_told_with_a_way_out(precomputed: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = invoke("--port", str(port), "--precomputed", str(precomputed))
    assert code == 1
    assert f"port {port} is taken" in said
    assert "--port" in said


def test_the_server_listens_so_that_small_messages_are_not_held_back(settings: Settings) -> None:
    """asyncio sets TCP_NODELAY only where the socket says TCP; without it each live picture comes 40 ms late."""
    with listen(settings.model_copy(update={"port": 0})) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_the_command_tells_what_is_missing_without_a_traceback(tmp_path: Path) -> None:
    code, said = invoke("--port", "0", "--device", "cpu", "--precomputed", str(tmp_path))
    assert code == 1
    assert "Cannot start" in said
    assert str(tmp_path / "models") in said
    assert "Traceback" not in said
    assert "running on the CPU" in said or "Running on the CPU" in said


def test_sites_are_named_with_commas_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNITBRUSH_ALLOWED_ORIGINS", "https://example.org, https://example.com")
    assert Settings().allowed_origins == ("https://example.org", "https://example.com")
    monkeypatch.setenv("UNITBRUSH_ALLOWED_ORIGINS", "")
    assert Settings().allowed_origins == ()


def test_the_command_tells_which_setting_is_bad(precomputed: Path) -> None:
    code, said = invoke("--precomputed", str(precomputed), UNITBRUSH_MAX_STROKES="none")
    assert code == 1
    assert "max_strokes" in said
    assert "'none'" in said


def test_the_command_tells_an_address_that_is_not_here() -> None:
    code, said = invoke("--host", "no.such.host.invalid")
    assert code == 1
    assert "no.such.host.invalid" in said


def test_the_page_address_can_be_opened_on_this_computer() -> None:
    with socket.socket() as everywhere:
        everywhere.bind(("0.0.0.0", 0))
        port = everywhere.getsockname()[1]
        here, *elsewhere = page_addresses(everywhere)
        assert here == f"http://127.0.0.1:{port}/paint"
        assert all(re.fullmatch(rf"http://[\d.]+:{port}/paint", address) for address in elsewhere)
        assert page_addresses(everywhere, "/lab")[0] == f"http://127.0.0.1:{port}/lab/paint"
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", 0))
        assert len(page_addresses(mine)) == 1


def test_a_misspelt_variable_is_refused_with_the_nearest_name(precomputed: Path) -> None:
    code, said = invoke("--precomputed", str(precomputed), UNITBRUSH_MAX_STROKE="3")
    assert code == 1
    assert "UNITBRUSH_MAX_STROKE" in said
    assert "did you mean UNITBRUSH_MAX_STROKES?" in said
    with pytest.raises(UnitbrushError, match="UNITBRUSH_XYZ"):
        check_variables(["PATH", "UNITBRUSH_XYZ"])
    check_variables(["UNITBRUSH_MAX_STROKES", "unitbrush_port", "HOME"])
