"""Static files: cached for ever under an address that changes with their content, and never under an old one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from server.http.static import ASK_FIRST, FOR_EVER, VersionedFiles, content_version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "paint.css").write_text("body {}")
    (tmp_path / "paint.js").write_text("paint()")
    return tmp_path


def get(files: VersionedFiles, address: str) -> httpx.Response:
    """What an application that only serves these files answers."""
    application = Starlette(routes=[Mount("/static", files)])

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://unitbrush") as client:
            return await client.get(address)

    return asyncio.run(ask())


def test_a_file_is_cached_for_ever_under_the_address_of_its_version(folder: Path) -> None:
    files = VersionedFiles(folder, development=False)
    assert files.url("css/paint.css") == f"/static/{content_version(folder)}/css/paint.css"
    answer = get(files, files.url("css/paint.css"))
    assert (answer.status_code, answer.text) == (200, "body {}")
    assert answer.headers["cache-control"] == FOR_EVER == "public, max-age=31536000, immutable"


def test_an_old_address_still_works_but_is_asked_for_again(folder: Path) -> None:
    answer = get(VersionedFiles(folder, development=False), "/static/0123456789ab/paint.js")
    assert (answer.status_code, answer.text) == (200, "paint()")
    assert answer.headers["cache-control"] == ASK_FIRST == "no-cache"


@pytest.mark.parametrize("path", ["nowhere.js", "", "css", "../conftest.py", "%2e%2e/conftest.py"])
def test_what_is_no_file_of_the_folder_is_not_found(folder: Path, path: str) -> None:
    files = VersionedFiles(folder / "css", development=False)
    (folder / "conftest.py").write_text("secret")
    assert get(files, f"/static/{files.version}/{path}").status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "css" / "out.js").symlink_to(folder / "paint.js")
    files = VersionedFiles(folder / "css", development=False)
    assert get(files, files.url("out.js")).status_code == 404


def test_the_version_changes_with_any_name_and_any_content(folder: Path) -> None:
    versions = [content_version(folder)]
    (folder / "css" / "paint.css").write_text("body { }")
    versions.append(content_version(folder))
    (folder / "css" / "paint.css").rename(folder / "paint.css")
    versions.append(content_version(folder))
    (folder / "empty").mkdir()  # no file
    assert content_version(folder) == versions[-1]
    assert len(set(versions)) == 3
    assert all(len(version) == 12 and int(version, 16) >= 0 for version in versions)


def test_a_change_is_seen_at_once_only_in_development(folder: Path) -> None:
    served, developed = (VersionedFiles(folder, development) for development in (False, True))
    before = served.version
    assert developed.version == before
    (folder / "paint.js").write_text("paint(2)")
    assert served.version == before
    assert developed.version == content_version(folder) != before
