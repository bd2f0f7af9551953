"""Levers over HTTP: a person's words reach the lever they mean, and a refusal comes back with its numbers."""

import json
from typing import Any

import pytest
from fakes import CHANGE, Site
from stories import E8

from tradeseal.chain.refusals import code_of, refusal_of
from tradeseal.kernel.errors import Unavailable
from tradeseal.trading.reasons import Fault


@pytest.mark.parametrize(
    ("path", "body", "lever", "arguments"),
    [
        ("tighten", {"limits": {"fee_bps": 12}}, "tighten", {"limits": {"fee_bps": 12}}),
        ("stop", {"reason": "why"}, "stop", {"reason": "why"}),
        ("halt", {}, "halt", {"reason": "by hand"}),
        ("flows", {"amount": "100.5"}, "book_flow", {"amount_e8": 10_050_000_000}),
        ("flows", {"amount": "-0.00000001"}, "book_flow", {"amount_e8": -1}),
        ("freeze-trader", None, "freeze_trader", {}),
        ("remove-signer", {"address": "0x" + "11" * 20}, "remove_signer", {"address": "0x" + "11" * 20}),
        ("revoke-signal", {"digest": "0x" + "22" * 32}, "revoke_signal", {"digest": "0x" + "22" * 32}),
        (
            "changes",
            {"change": "LIMITS", "limits": {"max_position_bps": 2_000}},
            "submit_limits",
            {"limits": {"max_position_bps": 2_000}},
        ),
        ("changes", {"change": "RESUME", "reason": "well"}, "submit_resume", {"reason": "well"}),
        ("changes", {"change": "TRADER"}, "submit_trader", {"address": None}),
        (
            "changes",
            {"change": "SIGNERS", "fresh_signers": 3, "quorum": 2},
            "submit_signers",
            {"signers": [], "quorum": 2, "fresh": 3},
        ),
        (f"changes/{CHANGE}/accept", None, "accept", {"change_id": CHANGE}),
        (f"changes/{CHANGE}/revoke", None, "revoke", {"change_id": CHANGE}),
    ],
)
def test_each_order_reaches_its_lever_with_its_key(
    site: Site, path: str, body: dict[str, Any] | None, lever: str, arguments: dict[str, Any]
) -> None:
    response = site.program().post(f"/api/governance/{path}", json=body, headers={"idempotency-key": "the-key-1"})

    assert 200 == response.status_code, response.text
    assert [(lever, arguments, "the-key-1")] == site.levers.told


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("tighten", {"limits": {}}),
        ("tighten", {"limits": {"max_leverage": 1}}),
        ("tighten", {"limits": {"fee_bps": -1}}),
        ("tighten", {"limits": {"fee_bps": "many"}}),
        ("stop", {"reason": "r" * 33}),
        ("stop", {"reason": "\u00e4"}),
        ("flows", {"amount": "1e3"}),
        ("flows", {"amount": "0.000000001"}),
        ("flows", {"amount": "NaN"}),
        ("remove-signer", {"address": "0x11"}),
        ("revoke-signal", {"digest": "0x11"}),
        ("changes", {"change": "PROXY"}),
        ("changes", {"change": "LIMITS"}),
        ("changes", {"change": "SIGNERS", "quorum": 0}),
        ("changes/0x11/accept", None),
    ],
)
def test_what_is_no_order_is_refused_before_any_lever(site: Site, path: str, body: dict[str, Any] | None) -> None:
    response = site.program().post(f"/api/governance/{path}", json=body)

    assert (422, "INVALID_INPUT") == (response.status_code, response.json()["code"])
    assert [] == site.levers.told


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        ("Loosens(parameter=1, got=2000, inForce=1500)", "LOOSENS", ("2000", "1500")),
        ("OutOfRange(parameter=1, got=2001, bound=2000)", "OUT_OF_RANGE", ("2001", "2000")),
        ("TooEarly(clock=1619827200, from=1619913600)", "TOO_EARLY", ("1619827200", "1619913600")),
        (
            f"FlowRefused(why=0x{b'CASH'.hex():0<64}, amount=-{9 * E8}, available={8 * E8})",
            "FLOW_REFUSED",
            (str(-9 * E8), str(8 * E8)),
        ),
        ("StateRefused(got=0, inForce=1)", "STATE_REFUSED", ("0", "1")),
    ],
)
def test_a_refusal_of_the_contract_is_told_with_what_was_asked_and_the_limit(
    site: Site, error: str, code: str, told: tuple[str, str]
) -> None:
    site.levers.result = refusal_of(error)

    response = site.program().post("/api/governance/freeze-trader")

    body = response.json()
    assert (409, code) == (response.status_code, body["code"])
    assert told == (body["facts"]["got"], body["facts"]["limit"])
    assert error.partition("(")[0] not in body["detail"]


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name)
def test_every_error_of_the_contracts_has_the_code_that_everybody_knows_it_by(fault: Fault) -> None:
    assert fault.name == code_of(fault.value)


def test_an_error_that_nobody_put_in_words_is_told_as_it_is() -> None:
    assert "Odd(value=1)" in refusal_of("Odd(value=1)").message
    assert "no reason given" in refusal_of("no reason given").message


def test_what_waits_is_shown_with_both_clocks_and_what_would_change(site: Site) -> None:
    (change,) = site.client().get("/api/governance").json()["waiting"]

    assert ("LIMITS", "WAITING", 86_400) == (change["change"], change["status"], change["left_s"])
    assert [{"name": "max_position_bps", "now": "1500", "then": "2000"}] == change["differences"]
    assert change["block_time_from"].endswith("Z")


def test_a_frozen_trader_is_null(site: Site) -> None:
    site.levers.trader = None

    assert json.loads(site.client().get("/api/governance").content)["trader"] is None


def test_an_engine_that_is_away_answers_so(site: Site) -> None:
    site.levers.result = Unavailable("ENGINE_BUSY", "The engine did not come to it in time; ask again.")

    assert 503 == site.program().post("/api/governance/stop", json={}).status_code
