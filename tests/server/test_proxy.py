"""Behind a real nginx, under a path of its own; and to whom the server answers at all."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server.http.hosts import OwnHosts
from server.http.proxy import BehindProxy
from server.settings import Settings
from tests.server.live import LiveServer, assert_error_shape, painting, stroke

Serve = Callable[..., AbstractContextManager[LiveServer]]
NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
  access_log off; client_max_body_size 8m;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location /lab/ {{
      proxy_pass http://127.0.0.1:{server}/;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Prefix /lab;
    }}
  }}
}}
"""


@contextmanager
def nginx(folder: Path, server: int) -> Iterator[int]:
    """An nginx that shows the server under /lab; its port."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        pytest.skip("no nginx on this machine; make test installs one")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "conf").write_text(NGINX.format(folder=folder, port=port, server=server))
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "conf"), "-e", str(folder / "early")])
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < deadline, (folder / "early").read_text()
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


PAGES = ("paint", "units", "units/storybook-church/layer4/3", "layers/storybook-church", "look", "about", "docs")


def test_every_address_is_under_the_path_of_the_proxy(server: LiveServer, tmp_path: Path) -> None:
    with nginx(tmp_path, server.port) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        for asked, leads in (
            ("/lab/", "/lab/paint"),
            ("/lab/paint/", "/lab/paint"),
            ("/lab/units/storybook-church/layer1", "/lab/units?model=storybook-church&layer=layer1"),
        ):
            assert client.get(asked).headers["location"] == leads
        for page in PAGES:
            text = client.get(f"/lab/{page}").text
            addresses = re.findall(r'(?:href|src|data-icons)="([^"]*)"', text)
            assert addresses
            assert all(address.startswith(("/lab/", "#")) for address in addresses), (page, addresses)
            assert 'data-root="/lab"' in text
            files = {address for address in addresses if "/static/" in address}
            assert all(client.get(file.partition("#")[0]).status_code == 200 for file in files)
        missing = client.get("/lab/nowhere", headers={"Accept": "text/html"})
        assert (missing.status_code, 'href="/lab/paint"' in missing.text) == (404, True)
        assert client.get("/lab/api/nowhere", headers={"Accept": "text/html"}).json()["error"]["code"] == "not_found"
        assert client.post("/lab/api/render", json=painting(stroke())).status_code == 200
        assert client.head("/lab/healthz").status_code == 200


def test_the_live_preview_works_through_the_proxy(server: LiveServer, tmp_path: Path) -> None:
    with nginx(tmp_path, server.port) as port:
        origin = f"http://127.0.0.1:{port}"
        with connect(f"ws://127.0.0.1:{port}/lab/api/paint", origin=origin, proxy=None) as socket:
            socket.send(json.dumps({"id": 1, **painting(stroke())}))
            assert json.loads(socket.recv(timeout=30))["type"] == "image"


async def asked(peer: str, settings: Settings, **headers: str) -> Scope:
    """What the application sees of a request from `peer` with these headers."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def nothing(*_: object) -> dict[str, object]:
        return {}

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (peer, 4711), "scheme": "http", "path": "/paint", "headers": named}
    await BehindProxy(app, settings.trusted_proxies, settings.root_path)(scope, nothing, nothing)
    return seen[0]


@pytest.mark.anyio
async def test_a_trusted_proxy_says_who_asks_and_where_it_shows_us() -> None:
    told = {"x_forwarded_for": "203.0.113.9", "x_forwarded_proto": "https", "x_forwarded_prefix": "/lab/"}
    scope = await asked("127.0.0.1", Settings(), **told)
    assert scope["client"] == ("203.0.113.9", 4711), "the port keeps those apart who share the address"
    assert (scope["scheme"], scope["root_path"], scope["path"]) == ("https", "/lab", "/lab/paint")
    scope = await asked("192.0.2.1", Settings(), **told)
    assert scope["client"] == ("192.0.2.1", 4711), "anybody can send such headers"
    assert (scope["scheme"], scope["root_path"], scope["path"]) == ("http", "", "/paint")
    scope = await asked("192.0.2.1", Settings(trusted_proxies=("192.0.2.0/24",)), **told)
    assert scope["root_path"] == "/lab"


@pytest.mark.anyio
@pytest.mark.parametrize("bad", ["//evil.example", "/a b", "lab", '/"><script>', "https://evil.example", "/\\evil"])
async def test_a_path_that_is_none_is_not_taken(bad: str) -> None:
    assert (await asked("127.0.0.1", Settings(), x_forwarded_prefix=bad))["root_path"] == ""


@pytest.mark.anyio
async def test_a_proxy_that_says_nothing_needs_a_setting() -> None:
    assert (await asked("127.0.0.1", Settings(root_path="/lab")))["path"] == "/lab/paint"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("[::1]:{port}", 200),
        ("192.0.2.7", 200),
        ("unitbrush.localhost", 200),
        ("evil.example", 421),
        ("evil.example:{port}", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1@evil.example", 421),
    ],
)
def test_names_that_are_not_ours_are_refused(server: LiveServer, host: str, status: int) -> None:
    response = server.client.get("/healthz", headers={"Host": host.format(port=server.port)})
    assert response.status_code == status
    if status != 200:
        assert assert_error_shape(response.json())["code"] == "bad_host"
        assert response.headers["x-content-type-options"] == "nosniff"


def test_the_live_preview_of_a_name_that_is_not_ours_is_refused(server: LiveServer) -> None:
    evil = "http://evil.example"
    with pytest.raises(InvalidStatus):
        connect(server.paint_address, origin=evil, additional_headers={"Host": "evil.example"}, proxy=None)


def test_other_names_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNITBRUSH_ALLOWED_HOSTS", "lab.example.org, *.school.example")
    hosts = OwnHosts(lambda *_: None, Settings())  # type: ignore[arg-type, return-value]
    assert hosts.ours("LAB.example.org:8000")
    assert hosts.ours("art.school.example")
    assert not hosts.ours("school.example")
    assert not hosts.ours("other.example.org")
    assert OwnHosts(lambda *_: None, Settings(allowed_hosts=("*",))).ours("anything.example")  # type: ignore[arg-type, return-value]
