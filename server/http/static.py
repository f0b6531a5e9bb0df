"""Static files under addresses that change with their content.

`/static/<version>/js/pages/paint.js`: the version is in the path, so relative imports between modules carry it along
and every file can be cached for ever.  An address with another version still works, but is not cached.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


class VersionedFiles(StaticFiles):
    """Serves `<version>/<path>` from a folder.

    development: look for changes each time the version is asked for.
    """

    def __init__(self, folder: Path, development: bool) -> None:
        super().__init__(directory=folder, follow_symlink=False)
        self.folder = folder
        self.development = development
        self._version = content_version(folder)

    @property
    def version(self) -> str:
        """12 hexadecimal digits that change with any file."""
        if self.development:
            self._version = content_version(self.folder)
        return self._version

    def url(self, path: str) -> str:
        """The address of a file, for templates: static('css/paint.css')."""
        return f"/static/{self.version}/{path}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The whole file, whatever part is asked for: files are small, and errors about parts would be plain text."""
        whole = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": whole}, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file behind `<version>/<path>`."""
        version, _, rest = path.partition("/")
        response = await super().get_response(rest or ".", scope)
        current = version == self.version
        response.headers["Cache-Control"] = FOR_EVER if current and response.status_code < 400 else ASK_FIRST
        return response


def content_version(folder: Path) -> str:
    """A digest of the names and contents of all files of a folder."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
