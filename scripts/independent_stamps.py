"""RFC 3161 time-stamps checked with the standard library alone, for the second verifier.

Knows as much of DER, CMS and X.509 as a token holds, and RSA signatures (PKCS #1 v1.5). Knows nothing of what is
stamped. A token signed otherwise is not called wrong: `NotChecked` says so.
"""

import base64
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHA = {
    "2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
    "1.2.840.113549.1.1.11": "sha256", "1.2.840.113549.1.1.12": "sha384", "1.2.840.113549.1.1.13": "sha512",
}  # fmt: skip
RSA, STAMPING, COMMON_NAME = "1.2.840.113549.1.1.1", "1.3.6.1.5.5.7.3.8", "2.5.4.3"
MESSAGE_DIGEST, SIGNING_CERTIFICATE = "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47"
CONSTRAINTS, KEY_PURPOSE = "2.5.29.19", "2.5.29.37"
SEQUENCE, SET, INTEGER, BITS, OCTETS, OID, UTC_TIME = 0x30, 0x31, 0x02, 0x03, 0x04, 0x06, 0x17
DEPTH_MAX = 5  # certificates from a token's to a root


class Fails(Exception):
    """A token that does not hold."""

    def __init__(self, what: str, got: object = "", want: object = "") -> None:
        super().__init__(what)
        self.what, self.got, self.want = what, got, want


class NotChecked(Exception):
    """A token that this program cannot judge."""


@dataclass(frozen=True)
class Node:
    """One DER value: its tag, its content, and the bytes it is made of."""

    tag: int
    content: bytes
    whole: bytes

    @property
    def parts(self) -> list["Node"]:
        """What a constructed value holds."""
        return nodes(self.content)

    @property
    def oid(self) -> str:
        """An object identifier in dots."""
        if self.tag != OID:
            raise ValueError(f"tag {self.tag:#x} is no object identifier")
        numbers, value = [], 0
        for byte in self.content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))

    @property
    def number(self) -> int:
        """An integer."""
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def moment(self) -> dt.datetime:
        """A time: two digits of the year or four, whole seconds or with a fraction."""
        text = self.content.decode().removesuffix("Z").partition(".")[0]
        if self.tag == UTC_TIME:
            text = ("19" if text[:2] >= "50" else "20") + text
        return dt.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)


def nodes(data: bytes) -> list[Node]:
    """The values that stand one behind the other."""
    found, at = [], 0
    while at < len(data):
        tag, size, start = data[at], data[at + 1], at + 2
        if size & 0x80:
            length = size & 0x7F
            size, start = int.from_bytes(data[start : start + length], "big"), start + length
        end = start + size
        if end > len(data):
            raise ValueError("a value is cut off")
        found.append(Node(tag, data[start:end], data[at:end]))
        at = end
    return found


class Certificate:
    """What of an X.509 certificate is needed to follow a signature."""

    def __init__(self, der: bytes) -> None:
        body, method, signature = nodes(der)[0].parts
        fields = body.parts
        fields = fields[1:] if fields[0].tag == 0xA0 else fields
        self.whole, self.signed, self.signature = der, body.whole, signature.content[1:]
        self.method = method.parts[0].oid
        self.serial, self.issuer, self.subject = fields[0].number, fields[2].whole, fields[4].whole
        self.since, self.until = (part.moment for part in fields[3].parts)
        self.key_method, self.key = fields[5].parts[0].parts[0].oid, fields[5].parts[1].content[1:]
        extensions = [part for part in fields[6:] if part.tag == 0xA3]
        self.extensions = {
            one.parts[0].oid: one.parts[-1].content for part in extensions for one in part.parts[0].parts
        }

    @property
    def name(self) -> str:
        """Its common name."""
        found = [a for part in nodes(self.subject)[0].parts for a in part.parts if a.parts[0].oid == COMMON_NAME]
        return "CN=" + found[0].parts[1].content.decode() if found else "a certificate without a name"

    @property
    def signs_others(self) -> bool:
        """Whether it may stand above another."""
        told = nodes(self.extensions.get(CONSTRAINTS, b"\x30\x00"))[0].parts
        return bool(told) and told[0].content == b"\xff"

    @property
    def stamps(self) -> bool:
        """Whether it is there for time-stamps."""
        return any(part.oid == STAMPING for part in nodes(self.extensions.get(KEY_PURPOSE, b"\x30\x00"))[0].parts)

    def has_signed(self, data: bytes, signature: bytes, digest: str) -> bool:
        """Whether its RSA key signed these bytes."""
        if self.key_method != RSA:
            raise NotChecked(f"a key of kind {self.key_method}")
        modulus, exponent = (part.number for part in nodes(self.key)[0].parts)
        size = (modulus.bit_length() + 7) // 8
        oid = {"sha256": b"\1", "sha384": b"\2", "sha512": b"\3"}[digest]
        hashed = hashlib.new(digest, data).digest()
        told = (
            b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" + oid + b"\x05\x00\x04" + bytes([len(hashed)]) + hashed
        )
        info = bytes([SEQUENCE, len(told)]) + told
        want = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
        return len(signature) == size and pow(int.from_bytes(signature, "big"), exponent, modulus).to_bytes(
            size, "big"
        ) == want  # fmt: skip


def roots_of(path: Path) -> list[Certificate]:
    """The certificates of a PEM file."""
    blocks = path.read_text().split("-----BEGIN CERTIFICATE-----")[1:]
    found = [Certificate(base64.b64decode(block.partition("-----END")[0])) for block in blocks]
    if not found:
        raise ValueError(f"{path} holds no certificate in PEM")
    return found


def check(token: str, text: bytes, roots: Sequence[Certificate]) -> tuple[str, str]:
    """When and by whom this text was stamped; raises `Fails`, or `NotChecked` where it cannot tell."""
    try:
        return _check(base64.b64decode(token, validate=True), text, roots)
    except (ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise Fails(f"a time-stamp that does not read: {error!r}") from error


def _check(reply: bytes, text: bytes, roots: Sequence[Certificate]) -> tuple[str, str]:
    # (1) granted, (2) over this text, (3) signed by the certificate that it names, (4) which stamps and was in force,
    # (5) under one of the reader's roots.
    answer = nodes(reply)[0].parts
    status = answer[0].parts[0].number
    if status != 0:
        raise Fails("a time-stamp that was not granted", status, 0)
    data = answer[1].parts[1].parts[0].parts
    info = data[2].parts[1].parts[0].content
    stamp = nodes(info)[0].parts
    method, imprint = stamp[2].parts[0].parts[0].oid, stamp[2].parts[1].content
    want = hashlib.sha256(text).digest()
    if SHA.get(method) != "sha256" or imprint != want:
        raise Fails("a time-stamp over something else than this head", "0x" + imprint.hex(), "0x" + want.hex())
    at = stamp[4].moment
    carried = [Certificate(part.whole) for found in data if found.tag == 0xA0 for part in found.parts]
    leaf = _signer(data[-1].parts[0].parts, carried, info)
    for certificate in (leaf, *roots):
        if not certificate.since <= at <= certificate.until:
            raise Fails(
                f"the certificate {certificate.name} was not in force", at, (certificate.since, certificate.until)
            )
    if not leaf.stamps:
        raise Fails("a certificate that is not for time-stamps", leaf.name)
    if not _under(leaf, carried, roots, at):
        raise Fails("a time-stamp that is not signed under the given certificates", leaf.name, [r.name for r in roots])
    return f"{at:%Y-%m-%dT%H:%M:%SZ}", leaf.name


def _signer(signer: list[Node], carried: list[Certificate], info: bytes) -> Certificate:
    if signer[1].tag != SEQUENCE:
        raise NotChecked("a signer that is named by its key")
    issuer, serial = signer[1].parts[0].whole, signer[1].parts[1].number
    leaf = next((one for one in carried if (one.issuer, one.serial) == (issuer, serial)), None)
    if leaf is None:
        raise NotChecked("a token without its certificate")
    digest, attributes = SHA[signer[2].parts[0].oid], signer[3]
    if attributes.tag != 0xA0:
        raise Fails("a time-stamp without signed attributes")
    told = {part.parts[0].oid: part.parts[1].parts[0] for part in attributes.parts}
    if told[MESSAGE_DIGEST].content != hashlib.new(digest, info).digest():
        raise Fails("a time-stamp whose content was changed")
    if SIGNING_CERTIFICATE in told:
        named = told[SIGNING_CERTIFICATE].parts[0].parts[0].parts
        if named[0].tag == OCTETS and named[0].content != hashlib.sha256(leaf.whole).digest():
            raise Fails("a time-stamp that names another certificate")
    method = signer[4].parts[0].oid
    if method not in (RSA, *SHA):
        raise NotChecked(f"a signature of kind {method}")
    # Signed is the set itself, not the tag that it has inside the signer.
    if not leaf.has_signed(bytes([SET]) + attributes.whole[1:], signer[5].content, SHA.get(method, digest)):
        raise Fails("a time-stamp whose signature does not hold", leaf.name)
    return leaf


def _under(leaf: Certificate, carried: Sequence[Certificate], roots: Sequence[Certificate], at: dt.datetime) -> bool:
    """Whether certificate by certificate leads to a root that the reader named."""
    trusted, chain = {root.whole for root in roots}, leaf
    for _ in range(DEPTH_MAX):
        if chain.whole in trusted:
            return True
        if chain.method not in SHA:
            raise NotChecked(f"a certificate signed by {chain.method}")
        above = [
            one for one in (*roots, *carried)
            if one.subject == chain.issuer and one.signs_others and one.since <= at <= one.until
            and one.whole != chain.whole and one.has_signed(chain.signed, chain.signature, SHA[chain.method])
        ]  # fmt: skip
        if not above:
            return False
        chain = above[0]
    return False
