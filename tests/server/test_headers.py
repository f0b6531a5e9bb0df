"""Every answer tells the browser what the page may load; what an answer says itself stays."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from server.http.headers import SECURITY_HEADERS, SecurityHeaders


def plain(_request: Request) -> Response:
    return PlainTextResponse("hello", headers={"X-Own": "1"})


def own_policy(_request: Request) -> Response:
    return PlainTextResponse("hello", headers={"Content-Security-Policy": "default-src 'none'"})


def ask(path: str) -> httpx.Response:
    application = SecurityHeaders(Starlette(routes=[Route("/", plain), Route("/own", own_policy)]))

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://unitbrush") as client:
            return await client.get(path)

    return asyncio.run(get())


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/nowhere", 404)])
def test_every_answer_has_them_all(path: str, status: int) -> None:
    answer = ask(path)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_the_page_loads_from_its_own_server_only() -> None:
    policy = dict(part.split(" ", 1) for part in ask("/").headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert "http" not in str(policy)
    assert "unsafe" not in str(policy)


def test_what_an_answer_says_itself_stays() -> None:
    assert ask("/").headers["x-own"] == "1"
    answer = ask("/own")
    assert answer.headers.get_list("content-security-policy") == ["default-src 'none'"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_not_http_passes_untouched() -> None:
    sent: list[Message] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept", "headers": []})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(SecurityHeaders(application)({"type": "websocket"}, receive, send))
    assert sent == [{"type": "websocket.accept", "headers": []}]
