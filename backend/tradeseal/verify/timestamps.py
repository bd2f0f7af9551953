"""Time-stamps (RFC 3161): an authority's signed word on when a head was there, and whether it holds.

Knows the protocol by an ordinary library, one HTTP exchange and certificates in PEM. Knows nothing of what a head
means: what is stamped is its text. Asked for by name only; nothing here goes outside by itself.
"""

import base64
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import httpx
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.verify.witness import SeenHead, read_witness

SHA256 = "2.16.840.1.101.3.4.2.1"
GRANTED = 0
ANSWER_BYTES_MAX = 64 * 1024
SECONDS_MAX = 30.0
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True)
class Stamp:
    """What a token says: when, and the name in the certificate that signed it."""

    at: str
    by: str


class Authority(Protocol):
    """Whoever stamps."""

    name: str

    def ask(self, query: bytes) -> bytes:
        """The reply to a query; raises `Unavailable` when there is none."""


class HttpAuthority:
    """`Authority` over HTTP, as RFC 3161 has it."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise Refused("BAD_URL", f"{url} is no address of an authority; write https://HOST/PATH.", got=url)
        self.name = url
        self._client = httpx.Client(timeout=SECONDS_MAX)

    def ask(self, query: bytes) -> bytes:
        """One POST."""
        try:
            response = self._client.post(self.name, content=query, headers={"content-type": QUERY})
            response.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("AUTHORITY_UNAVAILABLE", f"{self.name} does not answer: {error}.") from error
        told = response.headers.get("content-type", "").partition(";")[0].strip()
        if told != REPLY or len(response.content) > ANSWER_BYTES_MAX:
            raise Unavailable(
                "AUTHORITY_UNAVAILABLE",
                f"{self.name} answers with no time-stamp reply ({told or 'no type'}, {len(response.content)} bytes).",
                got=told,
                want=REPLY,
            )
        return response.content


def stamped(head: SeenHead, authority: Authority, *, roots: Sequence[x509.Certificate] = ()) -> SeenHead:
    """The head with the authority's token, after it was seen to answer this question.

    With the authority's roots its signature is checked, too. Raises `Refused` with what is wrong.
    """
    request = TimestampRequestBuilder().data(head.stamped_text()).hash_algorithm(HashAlgorithm.SHA256).build()
    reply = authority.ask(request.as_bytes())
    token = _decoded(reply)
    if token.tst_info.nonce != request.nonce:
        raise Refused(
            "TIMESTAMP_OTHER_NONCE",
            "The reply is to another question: its nonce is not the one that was sent.",
            got=token.tst_info.nonce,
            want=request.nonce,
        )
    _of_this_head(head, token)
    if roots:
        _trusted(head, token, roots)
    return replace(head, token=base64.b64encode(reply).decode(), authority=authority.name)


def stamp_newest(path: Path, authority: Authority, *, roots: Sequence[x509.Certificate] = ()) -> tuple[SeenHead, Stamp]:
    """Stamp the last head of a witness file and keep it there, behind the others; the file loses nothing."""
    heads = read_witness(path)
    if not heads:
        raise Refused("NO_HEAD", f"{path} holds no head yet: run `tradeseal follow URL --once` first.", path=str(path))
    head = stamped(heads[-1], authority, roots=roots)
    with path.open("a") as file:
        file.write(head.line() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return head, stamp_of(_decoded(base64.b64decode(head.token)))


def check(head: SeenHead, roots: Sequence[x509.Certificate]) -> Stamp:
    """When the authority saw the head. Raises `Refused` where the token is none, of another head or not trusted."""
    try:
        reply = base64.b64decode(head.token, validate=True)
    except ValueError as error:
        raise Refused("TIMESTAMP_UNREADABLE", f"The token is no base64: {error}.") from error
    token = _decoded(reply)
    _of_this_head(head, token)
    _trusted(head, token, roots)
    return stamp_of(token)


def stamp_of(token: TimeStampResponse) -> Stamp:
    """What it says, believed or not."""
    at = token.tst_info.gen_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    leaf = _leaf(token)
    return Stamp(at, leaf.subject.rfc4514_string() if leaf is not None else "a certificate that is not in it")


def read_roots(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file; raises `Refused` where there are none."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Refused("NO_CERTIFICATE", f"{path} holds no certificate in PEM: {error}.", path=str(path)) from error


def checker(roots: Sequence[x509.Certificate]) -> Callable[[SeenHead], Stamp]:
    """`check` with these roots."""
    return lambda head: check(head, roots)


def _decoded(reply: bytes) -> TimeStampResponse:
    try:
        response = decode_timestamp_response(reply)
        status = response.status
    except ValueError as error:
        raise Refused("TIMESTAMP_UNREADABLE", f"The reply is no time-stamp: {error}.") from error
    if status != GRANTED:
        why = "; ".join(response.status_string) or "without a reason"
        raise Refused(
            "TIMESTAMP_NOT_GRANTED", f"The authority gives no time-stamp (status {status}: {why}).", status=status
        )
    try:
        response.tst_info  # noqa: B018 - a granted reply without a token is told apart here
    except ValueError as error:
        raise Refused("TIMESTAMP_UNREADABLE", f"The reply holds no token: {error}.") from error
    return response


def _of_this_head(head: SeenHead, token: TimeStampResponse) -> None:
    imprint = token.tst_info.message_imprint
    want = hashlib.sha256(head.stamped_text()).digest()
    if imprint.hash_algorithm.dotted_string != SHA256 or imprint.message != want:
        raise Refused(
            "TIMESTAMP_OTHER_HEAD",
            "The token is over something else than this head.",
            got="0x" + imprint.message.hex(),
            want="0x" + want.hex(),
        )


def _trusted(head: SeenHead, token: TimeStampResponse, roots: Sequence[x509.Certificate]) -> None:
    at, leaf = token.tst_info.gen_time, _leaf(token)
    for what, certificate in (("authority", leaf), *(("root", root) for root in roots)):
        if certificate is not None and not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise Refused(
                "TIMESTAMP_EXPIRED",
                f"The certificate of the {what} was not in force at {at:%Y-%m-%dT%H:%M:%SZ}: "
                f"{_day(certificate.not_valid_before_utc)} to {_day(certificate.not_valid_after_utc)}.",
                certificate=certificate.subject.rfc4514_string(),
            )
    try:
        VerifierBuilder(roots=list(roots)).build().verify_message(token, head.stamped_text())
    except (VerificationError, ValueError) as error:
        raise Refused(
            "TIMESTAMP_UNTRUSTED", f"The token is not signed under the given certificates: {error}."
        ) from error


def _leaf(token: TimeStampResponse) -> x509.Certificate | None:
    """The certificate that the signature names, if it came along."""
    signers = token.signed_data.signer_infos
    found = map(x509.load_der_x509_certificate, token.signed_data.certificates)
    return next((c for c in found for s in signers if (c.issuer, c.serial_number) == (s.issuer, s.serial_number)), None)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
