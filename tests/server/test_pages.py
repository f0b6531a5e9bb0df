"""The pages, their static files and their headers."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.http.static import VersionedFiles, content_version
from tests.server.live import LiveServer, assert_error_shape


def test_the_front_door_leads_to_painting(server: LiveServer) -> None:
    response = server.client.get("/")
    assert response.status_code == 307
    assert response.headers["location"] == "/paint"


def test_the_page_starts_with_models_limits_and_version(server: LiveServer) -> None:
    page = server.client.get("/paint")
    assert page.status_code == 200
    bootstrap = start_of(page.text)
    with_units = {model["id"]: model for model in server.client.get("/api/models").json()["models"]}
    assert {model["id"]: model for model in bootstrap["models"]} == with_units, "the toy has no segmenter"
    assert bootstrap["limits"]["strokes"] == server.app.state.settings.max_strokes
    assert bootstrap["limits"]["seed"] == 100_000
    assert bootstrap["version"]


PAGES = [
    "/paint",
    "/docs",
    "/units",
    "/units/storybook-church/layer4/3",
    "/units/storybook-classifier/conv5_3/0",
    "/layers/storybook-church?with=storybook-classifier",
    "/look",
    "/about",
]


def start_of(page: str) -> dict[str, Any]:
    """What a page has inside to start with."""
    found = re.search(r'<script type="application/json" id="bootstrap">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_a_page_about_units_has_what_it_shows_inside(server: LiveServer) -> None:
    client = server.client
    unit = "/storybook-classifier/layers/conv5_3/units/1"
    inside = start_of(client.get("/units/storybook-classifier/conv5_3/1").text)["unit"]
    assert inside == client.get(f"/api/models{unit}").json()
    layers = client.get("/api/models/storybook-classifier/layers").json()
    assert start_of(client.get("/units?model=storybook-classifier").text)["layers"] == layers
    assert start_of(client.get("/layers/storybook-church?with=storybook-classifier").text)["layers"][1] == layers


def test_two_networks_are_compared_however_many_are_asked_for(server: LiveServer) -> None:
    page = server.client.get("/layers/storybook-church?with=storybook-kitchen&with=storybook-classifier").text
    assert [layers["model"] for layers in start_of(page)["layers"]] == ["storybook-church", "storybook-kitchen"]


def test_a_unit_of_thousands_of_digits_has_no_page(server: LiveServer) -> None:
    for unit in ("9" * 5000, "01", "-1", "1.0"):
        assert server.client.get(f"/units/storybook-church/layer4/{unit}").status_code == 404


def test_what_has_no_page_gets_the_error_page_and_what_is_not_dissected_the_wall(server: LiveServer) -> None:
    browser = {"Accept": "text/html"}
    for path in ("/units/nobody/layer4/3", "/units/storybook-church/layer4/99", "/units/storybook-church/layer4/x"):
        page = server.client.get(path, headers=browser)
        assert page.status_code == 404
        assert "Page not found" in page.text
    for path in ("/units/storybook-church/layer1/0", "/units/storybook-church/layer1"):
        moved = server.client.get(path)
        assert (moved.status_code, moved.headers["location"]) == (307, "/units?model=storybook-church&layer=layer1")
    assert server.client.get("/units/nobody/layer1").status_code == 404


def test_of_three_networks_the_layers_of_a_generator_and_a_classifier_are_compared(server: LiveServer) -> None:
    assert server.client.get("/layers").headers["location"] == "/layers/storybook-church?with=storybook-classifier"
    wanted = server.client.get("/layers?model=storybook-classifier&layer=conv5_3").headers["location"]
    assert wanted == "/layers/storybook-classifier?with=storybook-church"


@pytest.mark.parametrize("path", PAGES)
def test_pages_name_no_other_host_and_all_their_files_are_there(server: LiveServer, path: str) -> None:
    page = server.client.get(path).text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    files = set(re.findall(r'(?:src|href|data-icons)="(/static/[^"#?]+)', page))
    assert files
    for file in files:
        response = server.client.get(file)
        assert response.status_code == 200, file
        assert "immutable" in response.headers["cache-control"]


@pytest.mark.parametrize("path", [*PAGES, "/api/models", "/nowhere", "/openapi.json"])
def test_every_answer_has_the_security_headers(server: LiveServer, path: str) -> None:
    headers = server.client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self'; img-src 'self' data: blob:;")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_the_docs_show_every_operation(server: LiveServer) -> None:
    page = server.client.get("/docs").text
    schema = server.client.get("/openapi.json").json()
    for path in schema["paths"]:
        assert path in page
    assert "/api/paint" in page
    assert "mask_id" in page


def test_static_addresses_change_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a {}")
    fixed, developing = VersionedFiles(tmp_path, False), VersionedFiles(tmp_path, True)
    before = fixed.url("css/a.css")
    assert before == developing.url("css/a.css") == f"/static/{content_version(tmp_path)}/css/a.css"
    (tmp_path / "css" / "a.css").write_text("b {}")
    assert fixed.url("css/a.css") == before
    assert developing.url("css/a.css") != before


def test_scripts_are_compressed_for_browsers_that_take_it(server: LiveServer) -> None:
    page = server.client.get("/paint").text
    address = next(part for part in page.split('"') if part.endswith("js/pages/paint.js"))
    packed = server.client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = server.client.get(address, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


def test_an_old_static_address_works_but_is_not_kept(server: LiveServer) -> None:
    response = server.client.get("/static/0123456789ab/css/docs.css")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["etag"]


@pytest.mark.parametrize(
    "path", ["/static/x/../../../server/app.py", "/static/x/%2e%2e/templates/base.html", "/static/"]
)
def test_nothing_else_is_served(server: LiveServer, path: str) -> None:
    response = server.client.get(path)
    assert response.status_code == 404
    assert_error_shape(response.json())


@pytest.mark.parametrize(("scheme", "isolated"), [("http", False), ("https", True)])
def test_a_header_that_browsers_complain_about_over_plain_http_is_sent_over_tls_only(
    server: LiveServer, scheme: str, isolated: bool
) -> None:
    async def asked() -> httpx.Headers:
        transport = httpx.ASGITransport(server.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://127.0.0.1") as client:
            return (await client.get("/about")).headers

    headers = asyncio.run(asked())
    assert ("Cross-Origin-Opener-Policy" in headers) is isolated
    assert "default-src 'self'" in headers["Content-Security-Policy"]
