"""The page: the static export served as it was built, with its headers.

Knows files, types, compression and content security. Knows nothing of the API.

Paths are looked up in an index made at the start, so that no path can leave the folder.
"""

import base64
import hashlib
import mimetypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tradeseal.api.problems import problem

_INLINE: Final = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_FOREVER: Final = "public, max-age=31536000, immutable"
# A reader's node is his own: any address over TLS, or one on his machine. Only the pages of proofs may speak to it.
_PROOFS: Final = frozenset({"verify", "checker"})
_ANY_NODE: Final = ("https:", "http://127.0.0.1:*", "http://localhost:*")
# The export's own language, then those whose pages lie in folders of their names.
_LANGUAGES: Final = ("en", "id")
_CHOICE: Final = "tradeseal.language"
_NOT_BUILT: Final = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Tradeseal</title>
<h1>The page is not built yet</h1><p>Run <code>./run.sh</code>, which builds it, or use the API under
<a href="/api/dashboard">/api/dashboard</a>.</p></html>"""


@dataclass(frozen=True)
class _File:
    body: bytes
    packed: bytes | None
    media_type: str
    etag: str
    policy: str | None
    forever: bool


class StaticExport:
    """Serves `out/`: `/trades` is `trades.html`, `/` is `index.html`, everything else as it lies there.

    A page comes in the reader's language where it was exported in that too.
    """

    def __init__(
        self, folder: Path, *, rpc_origins: Sequence[str] = (), link: Callable[[Request], str] | None = None
    ) -> None:
        """`link` tells what a page will ask for, to be named beside it; it knows the API, which this does not."""
        self._folder = folder
        self._rpc_origins = tuple(rpc_origins)
        self._link = link
        self._files: dict[str, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        if request.method not in ("GET", "HEAD"):
            return problem("METHOD_NOT_ALLOWED", f"{request.method} is not possible here.", instance=path)
        if not self._files:
            self._files = self._index()
        if not self._files:
            return Response(_NOT_BUILT, status_code=503, media_type="text/html", headers={"cache-control": "no-store"})
        found = self._find(path, language := language_of(request))
        if found is None:
            missing = self._page("/404.html", language)
            if missing is None or "." in path.rpartition("/")[2]:
                return problem("NOT_FOUND", f"There is nothing at {path[:100]}.", instance=path)
            return self._send(missing, request, status=404)
        return self._send(found, request, status=200)

    def _find(self, path: str, language: str) -> _File | None:
        if path == "/":
            return self._page("/index.html", language)
        if path == "/favicon.ico":  # browsers ask for it by this name whatever a page says
            return self._files.get("/icon.svg")
        trimmed = path.rstrip("/")
        return (
            self._files.get(path) or self._page(trimmed + ".html", language) or self._files.get(trimmed + "/index.html")
        )

    def _page(self, path: str, language: str) -> _File | None:
        return self._files.get(f"{language}:{path}") or self._files.get(path)

    def _send(self, file: _File, request: Request, *, status: int) -> Response:
        headers = {
            "etag": file.etag,
            "cache-control": _FOREVER if file.forever else "no-cache",
            "vary": "accept-encoding" if file.policy is None else "accept-encoding, accept-language, cookie",
        }
        if file.policy is not None:
            headers["content-security-policy"] = file.policy
            if self._link is not None and status == 200:
                headers["link"] = self._link(request)
        if request.headers.get("if-none-match") == file.etag and status == 200:
            return Response(status_code=304, headers=headers)
        body = file.body
        if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body = file.packed
            headers["content-encoding"] = "gzip"
        return Response(body, status_code=status, media_type=file.media_type, headers=headers)

    def _index(self) -> dict[str, _File]:
        if not (self._folder / "index.html").is_file():
            return {}
        paths = [p for p in self._folder.rglob("*") if p.is_file() and not p.is_symlink()]
        return {self._name(path): self._read(path) for path in paths if path.suffix != ".gz"}

    def _name(self, path: Path) -> str:
        """`/trades.html`; in another language `id:/trades.html`, which is no address."""
        first, *rest = path.relative_to(self._folder).parts
        if first in _LANGUAGES and path.suffix == ".html":
            return f"{first}:/{'/'.join(rest)}"
        return "/" + path.relative_to(self._folder).as_posix()

    def _read(self, path: Path) -> _File:
        body = path.read_bytes()
        packed = path.with_name(path.name + ".gz")
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        page = path.suffix == ".html"
        return _File(
            body=body,
            packed=packed.read_bytes() if packed.is_file() else None,
            media_type=media_type,
            etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            policy=content_policy(body, self._origins_of(path)) if page else None,
            forever="_next/static" in path.as_posix(),
        )

    def _origins_of(self, path: Path) -> tuple[str, ...]:
        """Where a page may send questions besides here: the page of proofs to a node of the reader's own, wherever."""
        return (*self._rpc_origins, *_ANY_NODE) if path.stem in _PROOFS else self._rpc_origins


def language_of(request: Request) -> str:
    """What the reader chose, else the first of his browser's languages that there are pages in."""
    chosen = request.cookies.get(_CHOICE)
    if chosen in _LANGUAGES:
        return chosen
    spoken = (each.strip()[:2].lower() for each in request.headers.get("accept-language", "").split(","))
    return next((each for each in spoken if each in _LANGUAGES), _LANGUAGES[0])


def content_policy(page: bytes, rpc_origins: Sequence[str] = ()) -> str:
    """What a page may do: its own scripts, by hash where they stand inside it, and talk to this server alone.

    Styles need `unsafe-inline`: the chart and the dialogs set style attributes.
    """
    hashes = sorted({_hash(script) for script in _INLINE.findall(page) if script.strip()})
    connect = " ".join(["'self'", "ws://127.0.0.1:*", "ws://localhost:*", *rpc_origins])
    return "; ".join(
        [
            "default-src 'self'",
            "script-src " + " ".join(["'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src {connect}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _hash(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
