"""What every page and everything it loads travels with: a strict policy, packed, kept or asked for again."""

import gzip
import re
import urllib.request
from email.message import Message

import pytest
from tests.e2e.serving import Server
from tests.e2e.test_walk import pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.xdist_group("traded")]
ASSETS = re.compile(r'(?:src|href)="(/_next/static/[^"?]+)')
WORTH_PACKING_BYTES = 1_024
HARDENED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def fetch(address: str) -> tuple[Message, bytes]:
    """The headers and the body, unpacked, of what is there."""
    asked = urllib.request.Request(address, headers={"accept-encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        body: bytes = answer.read()
        packed = answer.headers["content-encoding"] == "gzip"
        return answer.headers, gzip.decompress(body) if packed else body


def scripts_allowed(policy: str) -> list[str]:
    """Where a page's scripts may come from."""
    return policy.partition("script-src ")[2].partition(";")[0].split()


def test_every_page_is_hardened_packed_and_asked_for_again(traded: Server) -> None:
    wrong: dict[str, object] = {}
    for path in pages(traded):
        headers, _ = fetch(traded.origin + path)
        policy = headers["content-security-policy"]
        allowed = scripts_allowed(policy)
        kept = {
            "scripts by hash": "'self'" == allowed[0] and all(each.startswith("'sha256-") for each in allowed[1:]),
            "nothing else": "default-src 'self'" in policy and "object-src 'none'" in policy,
            "no frames": "frame-ancestors 'none'" in policy,
            "packed": headers["content-encoding"] == "gzip",
            "asked for again": headers["cache-control"] == "no-cache" and bool(headers["etag"]),
            **{name: headers[name] == value for name, value in HARDENED.items()},
        }
        wrong |= {f"{path} {name}": dict(headers) for name, fine in kept.items() if not fine}

    assert {} == wrong


def test_everything_a_page_loads_is_packed_and_kept_for_ever(traded: Server) -> None:
    assets = {asset for path in pages(traded) for asset in ASSETS.findall(fetch(traded.origin + path)[1].decode())}

    wrong = []
    for asset in sorted(assets):
        headers, body = fetch(traded.origin + asset)
        packs = asset.endswith((".js", ".css")) and len(body) >= WORTH_PACKING_BYTES
        if "immutable" not in headers["cache-control"] or (headers["content-encoding"] == "gzip") != packs:
            wrong.append((asset, dict(headers)))

    assert any(asset.endswith(".js") for asset in assets)
    assert any(asset.endswith(".css") for asset in assets)
    assert any(asset.endswith(".woff2") for asset in assets)
    assert [] == wrong
