"""Access: who may change something. Reading is open to allowed hosts; a change needs a session or the token.

Knows the one-time key, session cookies, the token, hosts and origins. Knows nothing of what is changed.

A session is a signed cookie, so that it outlives a restart: its key derives from the token in the home folder.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from fastapi import Request
from fastapi.responses import Response

from tradeseal.kernel.clock import iso_utc, now_s
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import PRIVATE, open_to_others, write_whole

COOKIE: Final = "tradeseal_session"  # and a mark of the home: browsers keep one jar for all ports of a host
SESSION_S: Final = 12 * 3600
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def api_token(home: Path) -> str:
    """The token for programs, created at first use, readable by the owner alone."""
    path = home / "api-token"
    home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        write_whole(path, secrets.token_urlsafe(32).encode() + b"\n", mode=PRIVATE)
    if open_to_others(path):
        path.chmod(PRIVATE)
    token = path.read_text().strip()
    if len(token) < 32:
        raise Refused("TOKEN_TOO_SHORT", f"{path} holds no usable token; delete it and start again.")
    return token


class Gatekeeper:
    """Checks hosts, origins and who may change something."""

    def __init__(self, token: str, *, hosts: Sequence[str] = LOOPBACK) -> None:
        self._token = token.encode()
        self.cookie = f"{COOKIE}_{hashlib.sha256(b'tradeseal cookie ' + self._token).hexdigest()[:8]}"
        self._secret = hashlib.sha256(b"tradeseal session " + self._token).digest()
        self._hosts = frozenset(host.lower() for host in hosts)
        self._keys: set[str] = set()
        self._closed: dict[str, int] = {}
        self._lock = threading.Lock()

    def new_key(self) -> str:
        """A one-time key for the fragment of the printed address."""
        key = secrets.token_urlsafe(24)
        with self._lock:
            self._keys.add(_hash(key))
        return key

    # Checks of a request; each returns what is wrong, or None.

    def wrong_host(self, headers: Mapping[str, str]) -> Refused | None:
        """A name that is not ours means that somebody else's page points here (DNS rebinding)."""
        host = headers.get("host", "")
        if _name_of(host) in self._hosts:
            return None
        return Refused("FOREIGN_HOST", "This host name is not served here.", got=host[:100])

    def wrong_origin(self, headers: Mapping[str, str]) -> Refused | None:
        """A page of another origin may not change anything or listen. No origin means: not a page."""
        origin = headers.get("origin")
        if origin is None:
            return None
        parts = urlsplit(origin)
        if parts.scheme in ("http", "https") and parts.netloc == headers.get("host", ""):
            return None
        return Refused("FOREIGN_ORIGIN", "This page may not act here.", got=origin[:100])

    def wrong_caller(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Refused | None:
        """A change needs the token or a session."""
        authorization = headers.get("authorization")
        if authorization is not None:
            scheme, _, given = authorization.partition(" ")
            if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token):
                return None
            return Refused("BAD_TOKEN", "The token is wrong; it is in the file api-token of the home folder.")
        if self._expiry(cookies.get(self.cookie)) is None:
            return Refused(
                "NO_SESSION",
                "A change needs a session: open the address that run.sh printed, or send Authorization: Bearer "
                "with the token in the file api-token of the home folder.",
            )
        return None

    # Sessions

    def open_session(self, key: str) -> Response:
        """Exchange a one-time key, which does not work twice, or the token of the home for a session."""
        with self._lock:
            known = _hash(key) in self._keys
            self._keys.discard(_hash(key))
        if not known and not hmac.compare_digest(key.encode(), self._token):
            raise Refused("BAD_KEY", "This key was used before or never given out; `tradeseal serve` prints a new one.")
        expires = now_s() + SESSION_S
        body = f"{expires}.{secrets.token_urlsafe(12)}"
        response = _answer(active=True, expires=expires, reason=None)
        response.set_cookie(
            self.cookie, f"{body}.{self._sign(body)}", max_age=SESSION_S, path="/", httponly=True, samesite="strict"
        )
        return response

    def close_session(self, request: Request) -> Response:
        """Forget the session of this request."""
        cookie = request.cookies.get(self.cookie)
        expires = self._expiry(cookie)
        if cookie and expires:
            with self._lock:
                now = now_s()
                self._closed = {k: v for k, v in self._closed.items() if v > now} | {_hash(cookie): expires}
        response = _answer(active=False, expires=None, reason="closed")
        response.delete_cookie(self.cookie, path="/", httponly=True, samesite="strict")
        return response

    def session_of(self, request: Request) -> dict[str, Any]:
        """Whether a change would be allowed."""
        wrong = self.wrong_caller(request.headers, request.cookies)
        expires = self._expiry(request.cookies.get(self.cookie))
        return {
            "active": wrong is None,
            "expires_at": iso_utc(expires) if expires else None,
            "reason": wrong.message if wrong else None,
        }

    def _sign(self, body: str) -> str:
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()

    def _expiry(self, cookie: str | None) -> int | None:
        """When a session ends; None when there is no valid one."""
        body, _, signature = (cookie or "").rpartition(".")
        if not body or not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        expires = int(body.partition(".")[0])
        if expires <= now_s() or _hash(cookie or "") in self._closed:
            return None
        return expires


def _answer(*, active: bool, expires: int | None, reason: str | None) -> Response:
    body = {"active": active, "expires_at": iso_utc(expires) if expires else None, "reason": reason}
    return Response(orjson.dumps(body), media_type="application/json", headers={"cache-control": "no-store"})


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _name_of(host: str) -> str:
    """The name of `name:port`, `[::1]:port` or `name`."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
