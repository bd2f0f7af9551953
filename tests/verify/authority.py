"""A time-stamp authority for tests: OpenSSL's own, under certificates made here, on loopback.

Knows how to be honest, and how to answer another question, over another head, with an old certificate, or with rubbish.
"""

import datetime as dt
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
CONFIG = """
[tsa]
default_tsa = one
[one]
dir = {folder}
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class LocalAuthority:
    """`Authority` in this process; `how` makes it misbehave."""

    name = "local"

    def __init__(self, folder: Path, *, since: dt.datetime = NOW - DAY, until: dt.datetime = NOW + DAY) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("needs the openssl command for a local time-stamp authority: apt-get install openssl")
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.how = folder, ""
        self.asked = 0
        root_key, key = _key(), _key()
        self.root = _certificate("Test Root", root_key, "Test Root", root_key)
        leaf = _certificate("Test Authority", key, "Test Root", root_key, since=since, until=until, stamps=True)
        self.root_file = folder / "root.pem"
        self.root_file.write_bytes(_pem(self.root))
        (folder / "leaf.pem").write_bytes(_pem(leaf))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "leaf.key").write_bytes(private)
        (folder / "serial").write_text("01\n")

    def ask(self, query: bytes) -> bytes:
        self.asked += 1
        if self.how == "garbage":
            return b"this is no time-stamp"
        if self.how == "another question":
            query = self._same_head_other_nonce(query)
        if self.how == "another head":
            query = self._other_head_same_nonce(query)
        reply = self._reply(query, digests="sha512" if self.how == "refuses" else "sha256")
        if self.how == "cut":
            return reply[: len(reply) // 2]
        if self.how == "one bit":
            return reply[:-20] + bytes([reply[-20] ^ 1]) + reply[-19:]
        return reply

    def _same_head_other_nonce(self, query: bytes) -> bytes:
        """The nonce's last byte is the query's own, before the flag that asks for a certificate."""
        place = query.rindex(b"\x01\x01\xff") - 1
        return query[:place] + bytes([query[place] ^ 1]) + query[place + 1 :]

    def _other_head_same_nonce(self, query: bytes) -> bytes:
        place = query.index(b"\x04\x20") + 2
        return query[:place] + bytes(32) + query[place + 32 :]

    def _reply(self, query: bytes, *, digests: str) -> bytes:
        folder = self._folder
        (folder / "query").write_bytes(query)
        (folder / "tsa.conf").write_text(CONFIG.format(folder=folder, digests=digests))
        command = ["openssl", "ts", "-reply", "-config", "tsa.conf", "-queryfile", "query", "-signer", "leaf.pem",
                   "-inkey", "leaf.key", "-out", "reply"]  # fmt: skip
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return (folder / "reply").read_bytes()


class Served:
    """An authority behind HTTP."""

    def __init__(self, authority: LocalAuthority) -> None:
        self.status, self.type = 200, "application/timestamp-reply"
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["content-length"]))
                body = authority.ask(query) if self.headers["content-type"] == "application/timestamp-query" else b""
                self.send_response(served.status)
                self.send_header("content-type", served.type)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/tsr"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: str,
    issuer_key: rsa.RSAPrivateKey,
    *,
    since: dt.datetime = NOW - 10 * DAY,
    until: dt.datetime = NOW + 10 * DAY,
    stamps: bool = False,
) -> x509.Certificate:
    unused = (
        "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"
    )  # fmt: skip
    signs = {"digital_signature": stamps, "key_cert_sign": not stamps, "crl_sign": not stamps}
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=not stamps, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(**signs, **dict.fromkeys(unused, False)),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if stamps:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return built.sign(issuer_key, hashes.SHA256())
