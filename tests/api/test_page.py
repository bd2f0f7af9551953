"""The page is served as it was built, with headers that keep it to itself."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest
from fakes import Site, a_site
from stories import Story

from tradeseal.api.static import content_policy

INLINE = b"self.__next_f=[]"
PAGE = b'<!doctype html><script src="/_next/a.js"></script><script id="x">' + INLINE + b"</script>"


@pytest.fixture
def served(tmp_path: Path, story: Story) -> Site:
    out = tmp_path / "out"
    (out / "_next" / "static").mkdir(parents=True)
    (out / "verify.html").write_bytes(PAGE)
    (out / "trades").mkdir()
    (out / "index.html").write_bytes(PAGE)
    (out / "trades.html").write_bytes(PAGE + b"trades")
    (out / "trades" / "index.txt").write_text("payload")
    (out / "id").mkdir()
    (out / "id" / "trades.html").write_bytes(PAGE + b"perdagangan")
    (out / "404.html").write_bytes(b"<!doctype html>nothing here")
    (out / "_next" / "static" / "a.js").write_bytes(b"1" * 5000)
    (out / "_next" / "static" / "a.js.gz").write_bytes(gzip.compress(b"1" * 5000))
    (tmp_path / "secret.txt").write_text("secret")
    return a_site(tmp_path, story, page=out)


def test_a_path_without_ending_is_its_page_although_a_folder_of_that_name_lies_there(served: Site) -> None:
    assert served.client().get("/trades?id=1").content.endswith(b"trades")
    assert served.client().get("/trades/").content.endswith(b"trades")
    assert "payload" == served.client().get("/trades/index.txt").text
    assert PAGE == served.client().get("/").content


def test_scripts_inside_the_page_are_allowed_by_their_hash_alone(served: Site) -> None:
    policy = served.client().get("/").headers["content-security-policy"]

    wanted = base64.b64encode(hashlib.sha256(INLINE).digest()).decode()
    assert f"script-src 'self' 'sha256-{wanted}'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_page_comes_in_the_language_that_was_chosen_else_in_the_first_that_the_browser_speaks(served: Site) -> None:
    def end(path: str, **headers: str) -> bytes:
        answer = served.client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return answer.content.removeprefix(PAGE)

    assert b"trades" == end("/trades")
    assert b"perdagangan" == end("/trades", cookie="tradeseal.language=id")
    assert b"perdagangan" == end("/trades", accept_language="fr-FR, id-ID;q=0.9, en;q=0.8")
    assert b"trades" == end("/trades", cookie="tradeseal.language=en", accept_language="id")
    assert b"trades" == end("/trades", cookie="tradeseal.language=fr", accept_language="fr")
    assert b"" == end("/", accept_language="id"), "a page that was not exported in it comes in English"
    assert "accept-language" in served.client().get("/trades").headers["vary"]


def test_a_translated_page_has_no_address_of_its_own(served: Site) -> None:
    assert 404 == served.client().get("/id/trades").status_code
    assert 404 == served.client().get("/id/trades.html").status_code


def test_only_the_page_of_proofs_may_ask_a_node_of_the_readers_own(served: Site) -> None:
    def connects_to(path: str) -> list[str]:
        policy = served.client().get(path).headers["content-security-policy"]
        return policy.partition("connect-src ")[2].partition(";")[0].split()

    assert {"https:", "http://127.0.0.1:*", "http://localhost:*"} <= set(connects_to("/verify"))
    assert not {"https:", "http:", "*"} & set(connects_to("/") + connects_to("/trades"))
    assert "http:" not in connects_to("/verify")


def test_a_users_own_node_may_be_asked_when_it_is_named() -> None:
    assert "https://rpc.example" in content_policy(PAGE, ["https://rpc.example"])


def test_packed_files_go_to_those_who_can_unpack_them(served: Site) -> None:
    packed = served.client().get("/_next/static/a.js", headers={"accept-encoding": "gzip"})
    plain = served.client().get("/_next/static/a.js", headers={"accept-encoding": "identity"})

    assert "gzip" == packed.headers["content-encoding"]
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content == b"1" * 5000
    assert "immutable" in packed.headers["cache-control"]


def test_a_page_is_asked_for_again_each_time_and_costs_nothing_when_unchanged(served: Site) -> None:
    first = served.client().get("/")
    assert "no-cache" == first.headers["cache-control"]
    again = served.client().get("/", headers={"if-none-match": first.headers["etag"]})
    assert (304, b"") == (again.status_code, again.content)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/trades/../../secret.txt",
        "/%00.js",
    ],
)
def test_nothing_outside_the_folder_is_served(served: Site, path: str) -> None:
    response = served.client().get(path)
    assert 404 == response.status_code
    assert "secret" != response.text


def test_an_unknown_page_is_the_pages_own_404_and_an_unknown_file_a_problem(served: Site) -> None:
    assert (404, b"<!doctype html>nothing here") == (
        served.client().get("/nowhere").status_code,
        served.client().get("/nowhere").content,
    )
    assert "NOT_FOUND" == served.client().get("/nowhere.js").json()["code"]


def test_the_api_is_not_shadowed_by_the_page(served: Site) -> None:
    assert "NOT_FOUND" == served.client().get("/api/nowhere").json()["code"]
    assert served.client().get("/api/health").json()["live"]


def test_a_page_that_was_not_built_yet_says_how(tmp_path: Path, story: Story) -> None:
    site = a_site(tmp_path, story, page=tmp_path / "nothing")
    response = site.client().get("/")
    assert 503 == response.status_code
    assert "run.sh" in response.text


def test_nothing_can_be_posted_to_the_page(served: Site) -> None:
    assert 405 == served.program().post("/trades").status_code


def test_a_page_names_beside_it_what_it_asks_first(served: Site) -> None:
    def named(path: str) -> list[str]:
        return re.findall(r"<([^>]+)>; rel=preload; as=fetch; crossorigin", served.client().get(path).headers["link"])

    everywhere = ["/api/dashboard", "/api/session"]
    assert everywhere == named("/")
    assert [*everywhere, "/api/trades/history?limit=50"] == named("/trades")
    assert [*everywhere, "/api/trades/history?market=BTC-USDT&side=SELL&limit=50"] == named(
        "/trades?side=SELL&market=BTC-USDT&x=1"
    )
    assert [*everywhere, "/api/trades/ab-1"] == named("/trades?id=ab-1")
    assert everywhere == named("/trades?id=a%0d%0aset-cookie:x") == named("/trades?market=%3E;%20rel=x")
    assert "link" not in served.client().get("/_next/static/a.js").headers
    assert "link" not in served.client().get("/nowhere").headers


def test_while_the_engine_starts_a_page_names_only_what_is_answered_then(tmp_path: Path, story: Story) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_bytes(PAGE)
    (out / "trades.html").write_bytes(PAGE)

    site = a_site(tmp_path, story, page=out, joined=False)

    assert "history" not in site.client().get("/trades").headers["link"]
