"""Who may change something, and how he shows it."""

import stat
from pathlib import Path

import pytest
from fakes import ORIGIN, TOKEN, Site, a_site
from stories import Story
from structlog.testing import capture_logs

from tradeseal.api import access
from tradeseal.api.access import SESSION_S, Gatekeeper, api_token
from tradeseal.kernel.errors import Refused

COOKIE = Gatekeeper(TOKEN).cookie


def logged_in(site: Site):
    client = site.client(origin=ORIGIN)
    key = site.server.gatekeeper.new_key()
    assert client.post("/api/session", json={"key": key}).json()["active"]
    return client


def test_a_one_time_key_opens_a_session_once(site: Site) -> None:
    key = site.server.gatekeeper.new_key()
    client = site.client(origin=ORIGIN)
    assert not client.get("/api/session").json()["active"]

    response = client.post("/api/session", json={"key": key})

    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/api/session").json()["active"]
    assert 200 == client.post("/api/engine/pause").status_code
    assert "BAD_KEY" == site.client().post("/api/session", json={"key": key}).json()["code"]


def test_the_token_of_the_home_opens_a_session_as_often_as_its_holder_likes(site: Site) -> None:
    for _ in range(2):
        client = site.client(origin=ORIGIN)
        assert client.post("/api/session", json={"key": TOKEN}).json()["active"]
        assert 200 == client.post("/api/engine/pause").status_code


def test_a_wrong_key_opens_nothing(site: Site) -> None:
    response = site.client().post("/api/session", json={"key": "k" * 32})

    assert (401, "BAD_KEY") == (response.status_code, response.json()["code"])
    assert "set-cookie" not in response.headers


def test_a_closed_session_is_closed_even_for_a_kept_cookie(site: Site) -> None:
    client = logged_in(site)
    cookie = client.cookies[COOKIE]

    assert not client.delete("/api/session").json()["active"]

    again = site.client(cookie=f"{COOKIE}={cookie}")
    assert "NO_SESSION" == again.post("/api/engine/pause").json()["code"]


@pytest.mark.parametrize("cookie", ["", "x", "1.2.3", "9999999999.abc." + "0" * 64, "9999999999.abc.é", "é.é"])
def test_a_forged_cookie_is_no_session(site: Site, cookie: str) -> None:
    response = site.client().post("/api/engine/pause", headers={"cookie": f"{COOKIE}={cookie}".encode()})
    assert (401, "NO_SESSION") == (response.status_code, response.json()["code"])


def test_a_session_ends(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = logged_in(site)
    now = access.now_s()
    monkeypatch.setattr(access, "now_s", lambda: now + SESSION_S - 1)
    assert client.get("/api/session").json()["active"]
    monkeypatch.setattr(access, "now_s", lambda: now + SESSION_S + 1)
    assert not client.get("/api/session").json()["active"]


def test_a_session_outlives_a_restart_but_not_another_token(site: Site, story: Story, tmp_path: Path) -> None:
    cookie = logged_in(site).cookies[COOKIE]

    restarted = a_site(tmp_path / "again", story)
    assert restarted.client(cookie=f"{COOKIE}={cookie}").get("/api/session").json()["active"]

    restarted.server.gatekeeper.__init__("another" * 6)
    assert not restarted.client(cookie=f"{COOKIE}={cookie}").get("/api/session").json()["active"]


def test_two_homes_on_one_host_keep_their_sessions_apart(site: Site, story: Story, tmp_path: Path) -> None:
    other = a_site(tmp_path / "other", story)
    other.server.gatekeeper.__init__("another" * 6)
    jar = logged_in(site).cookies
    jar.update(logged_in(other).cookies)

    for each in (site, other):
        client = each.client(origin=ORIGIN)
        client.cookies.update(jar)
        assert client.get("/api/session").json()["active"]


def test_a_program_changes_by_its_token(site: Site) -> None:
    assert 200 == site.program().post("/api/engine/pause").status_code
    assert [("pause",)] == site.engine.told


def test_the_token_is_made_once_and_readable_by_the_owner_alone(tmp_path: Path) -> None:
    token = api_token(tmp_path / "home")
    file = tmp_path / "home" / "api-token"

    assert token == api_token(tmp_path / "home")
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    file.chmod(0o644)
    api_token(tmp_path / "home")
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_a_token_too_short_to_keep_anybody_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "api-token").write_text("abc\n")
    with pytest.raises(Refused) as refusal:
        api_token(tmp_path)
    assert "TOKEN_TOO_SHORT" == refusal.value.code


def test_keys_and_tokens_are_in_no_log_line(site: Site) -> None:
    key = site.server.gatekeeper.new_key()
    site.engine.result = ZeroDivisionError("x")
    with capture_logs() as lines:
        site.client().post("/api/session", json={"key": key})
        site.program().post("/api/engine/pause")
        site.program().post("/api/trades/execute", json={"symbol": "BTC"})

    text = str(lines)
    assert 500 in [line.get("status") for line in lines]
    assert key not in text
    assert TOKEN not in text


def test_two_gatekeepers_do_not_know_each_others_keys() -> None:
    key = Gatekeeper(TOKEN).new_key()
    with pytest.raises(Refused):
        Gatekeeper(TOKEN).open_session(key)
