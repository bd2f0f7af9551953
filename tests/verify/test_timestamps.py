"""A head's time-stamp says when it was there, and whatever is wrong with one is refused by name."""

import base64
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from authority import DAY, NOW, LocalAuthority, Served
from typer.testing import CliRunner

from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.main import app
from tradeseal.verify.report import Findings
from tradeseal.verify.timestamps import HttpAuthority, check, checker, read_roots, stamp_newest, stamped
from tradeseal.verify.witness import SeenHead, Witnesses, read_witness

HEAD = SeenHead(
    chain_id="31413", genesis_hash="0x" + 64 * "1", block=9, block_hash="0x" + 64 * "2", log_position=300,
    log_root="0x" + 64 * "3", record_seq=12, record_head="0x" + 64 * "4", seen_at="2026-01-01T00:00:00Z",
    seen_from="http://127.0.0.1:8000",
)  # fmt: skip


@pytest.fixture(autouse=True)
def honest(authority: LocalAuthority) -> Iterator[None]:
    yield
    authority.how = ""


def test_a_stamped_head_says_when_it_was_there(authority: LocalAuthority) -> None:
    head = stamped(HEAD, authority, roots=[authority.root])

    stamp = check(head, [authority.root])

    assert stamp.by == "CN=Test Authority"
    at = dt.datetime.fromisoformat(stamp.at)
    assert abs(at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert replace(head, token="", authority="") == HEAD


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("garbage", "TIMESTAMP_UNREADABLE"),
        ("cut", "TIMESTAMP_UNREADABLE"),
        ("another question", "TIMESTAMP_OTHER_NONCE"),
        ("another head", "TIMESTAMP_OTHER_HEAD"),
        ("refuses", "TIMESTAMP_NOT_GRANTED"),
        ("one bit", "TIMESTAMP_UNTRUSTED"),
    ],
)
def test_a_reply_that_is_not_one_to_this_question_is_not_kept(
    how: str, code: str, authority: LocalAuthority, tmp_path: Path
) -> None:
    kept = tmp_path / "heads.jsonl"
    kept.write_text(HEAD.line() + "\n")
    authority.how = how

    with pytest.raises(Refused) as refused:
        stamp_newest(kept, authority, roots=[authority.root])

    assert refused.value.code == code
    assert kept.read_text() == HEAD.line() + "\n"


def test_a_token_of_another_head_is_refused(authority: LocalAuthority) -> None:
    head = stamped(HEAD, authority)

    for other in (
        replace(head, log_root="0x" + 64 * "5"), replace(head, log_position=301), replace(head, record_seq=13)
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            check(other, [authority.root])
        assert refused.value.code == "TIMESTAMP_OTHER_HEAD"


def test_a_token_under_another_root_is_refused(authority: LocalAuthority, another: LocalAuthority) -> None:
    head = stamped(HEAD, authority)

    with pytest.raises(Refused) as refused:
        check(head, [another.root])
    assert refused.value.code == "TIMESTAMP_UNTRUSTED"
    with pytest.raises(Refused) as at_once:
        stamped(HEAD, authority, roots=[another.root])
    assert at_once.value.code == "TIMESTAMP_UNTRUSTED"
    assert check(head, [another.root, authority.root]).by == "CN=Test Authority"


@pytest.mark.parametrize(("since", "until"), [(NOW - 3 * DAY, NOW - DAY), (NOW + DAY, NOW + 3 * DAY)])
def test_a_certificate_that_was_not_in_force_is_refused(since: dt.datetime, until: dt.datetime, tmp_path: Path) -> None:
    old = LocalAuthority(tmp_path / "old", since=since, until=until)

    with pytest.raises(Refused, match="not in force") as refused:
        check(stamped(HEAD, old), [old.root])

    assert refused.value.code == "TIMESTAMP_EXPIRED"


@pytest.mark.parametrize("token", ["%%%", base64.b64encode(b"rubbish").decode()])
def test_a_kept_token_that_is_rubbish_is_refused(token: str, authority: LocalAuthority) -> None:
    with pytest.raises(Refused) as refused:
        check(replace(HEAD, token=token), [authority.root])

    assert refused.value.code == "TIMESTAMP_UNREADABLE"


def test_tokens_are_kept_with_their_heads(authority: LocalAuthority, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    kept.write_text(HEAD.line() + "\n")

    head, _ = stamp_newest(kept, authority)

    assert read_witness(kept) == [HEAD, head]
    assert head.token


def test_a_file_without_a_head_is_told_what_to_do(authority: LocalAuthority, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    kept.write_text("")

    with pytest.raises(Refused, match="tradeseal follow"):
        stamp_newest(kept, authority)
    assert not authority.asked or authority.how == ""


def test_verification_counts_time_stamps_and_dates_the_log_by_them(authority: LocalAuthority) -> None:
    late = replace(HEAD, seen_at="2099-01-01T00:00:00Z")
    findings = Findings()

    witnesses = Witnesses([late, stamped(late, authority)], findings, checker([authority.root]))

    (stretch,) = witnesses.stretches()
    assert stretch.by == "time-stamp of CN=Test Authority"
    assert (stretch.from_position, stretch.to_position) == (1, 300)
    assert stretch.seen_at < late.seen_at
    assert findings.checks[1].checked["time-stamps"] == 1
    assert "CN=Test Authority" in findings.checks[1].listed[0]


def test_verification_names_a_time_stamp_that_does_not_hold(authority: LocalAuthority) -> None:
    findings = Findings()

    Witnesses([replace(stamped(HEAD, authority), block=10)], findings, checker([authority.root]))

    first = findings.checks[1].first
    assert first is not None
    assert first.code == "TIMESTAMP_OTHER_HEAD"


def test_verification_without_certificates_says_what_it_cannot_tell(authority: LocalAuthority) -> None:
    findings = Findings()

    witnesses = Witnesses([stamped(HEAD, authority)], findings)

    assert "--authority-ca" in findings.checks[1].cannot_tell[0]
    assert witnesses.stretches()[0].by == HEAD.seen_from


@pytest.mark.loopback
def test_the_command_asks_once_and_says_the_time(authority: LocalAuthority, tmp_path: Path) -> None:
    kept, served = tmp_path / "heads.jsonl", Served(authority)
    kept.write_text(HEAD.line() + "\n")
    words = ["timestamp", "--kept", str(kept), "--json"]
    asked = authority.asked
    try:
        nobody = CliRunner().invoke(app, words)
        done = CliRunner().invoke(app, [*words, "--authority", served.url, "--authority-ca", str(authority.root_file)])
    finally:
        served.close()

    assert (nobody.exit_code, json.loads(nobody.stdout)["error"]["code"]) == (2, "AUTHORITY_MISSING")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["by"], told["checked"]) == (0, "CN=Test Authority", True)
    assert authority.asked == asked + 1
    assert read_witness(kept)[-1].authority == served.url


@pytest.mark.loopback
def test_an_authority_that_does_not_answer_as_one_is_told_apart(authority: LocalAuthority) -> None:
    served = Served(authority)
    try:
        served.type = "text/html"
        with pytest.raises(Unavailable, match="no time-stamp reply"):
            stamped(HEAD, HttpAuthority(served.url))
        served.status = 503
        with pytest.raises(Unavailable, match="503"):
            stamped(HEAD, HttpAuthority(served.url))
    finally:
        served.close()
    with pytest.raises(Unavailable, match="does not answer"):
        stamped(HEAD, HttpAuthority(served.url))
    with pytest.raises(Refused, match="no address"):
        HttpAuthority("tsa.example")


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text("no certificate")

    for path in (tmp_path / "roots.pem", tmp_path / "nowhere.pem"):
        with pytest.raises(Refused, match="no certificate in PEM"):
            read_roots(path)
