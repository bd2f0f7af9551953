"""Both sides of every rule, one unit apart: judged by the deployed contract, told by the API with the same numbers.

One chain for all; each test steps back. A rejection is stored as the engine stores it and asked for over HTTP: the rule
it names, both sides of its comparison to the last digit, and a sentence.
"""

from dataclasses import replace
from typing import Any

import pytest
from desk import MIDNIGHT
from fakes import Site, a_site
from stories import a_story
from stranger import BTC, E8, ETH, PRICES, RULES, SELL, Stranger, Verdict

from tradeseal.kernel.money import fee_up, notional_up
from tradeseal.trading.published import RuleCheck

pytestmark = pytest.mark.chain
CENT = E8 // 100
DAY = 86_400
NEXT_MIDNIGHT = MIDNIGHT + DAY
FIFTH = 4 * CENT  # 20 % of 10,000 at 50,000
REASON = b"looking closer".ljust(32, b"\0")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    return a_site(folder, a_story(folder))


def told(site: Site, verdict: Verdict) -> list[dict[str, Any]]:
    """What the API says of this verdict, rule by rule."""
    cycle = site.story.signal()
    site.story.asked(cycle, quantity_e8=CENT, price_e8=PRICES[0])
    numbers = zip(verdict.rules, verdict.measured, verdict.limits, strict=True)
    checks = tuple(RuleCheck(rule, failed=True, measured=str(got), limit=str(limit)) for rule, got, limit in numbers)
    cycle.reject(rules=verdict.rules, checks=checks, **site.story.stamp())
    site.story.ledger.save(cycle)
    site.catch_up()
    answer = site.client().get(f"/api/trades/{cycle.id}").json()
    found: list[dict[str, Any]] = answer["cycle"]["rules"]
    return found


def rejected(site: Site, verdict: Verdict, *rules: str, part: int = 0) -> None:
    """The contract said no by exactly these rules, and the API names them with the contract's own numbers."""
    assert (verdict.outcome, verdict.rules, verdict.part) == ("rejected", rules, part), verdict
    said = told(site, verdict)
    assert [each["id"] for each in said] == list(rules)
    assert [(each["measured_raw"], each["limit_raw"]) for each in said] == [
        (str(got), str(limit)) for got, limit in zip(verdict.measured, verdict.limits, strict=True)
    ]
    assert all(each["text"] and each["title"] for each in said)


def allowed(verdict: Verdict) -> None:
    assert verdict.outcome == "authorised", verdict


# RULE-01


def test_rule_01_allows_exactly_a_fifth_and_not_one_unit_more(him: Stranger, site: Site) -> None:
    allowed(him.buy(him.committed(him.signal(size_bps=2_500)), FIFTH))


def test_rule_01_refuses_one_unit_more_than_a_fifth(him: Stranger, site: Site) -> None:
    verdict = him.buy(him.committed(him.signal(size_bps=2_500)), FIFTH + 1)

    rejected(site, verdict, "RULE-01")
    assert (verdict.measured[0], verdict.limits[0]) == ((FIFTH + 1) * PRICES[0] * 10_000, FIFTH * PRICES[0] * 10_000)


# RULE-02 and RULE-07


def worth(him: Stranger, equity_e8: int) -> None:
    """Marks at which a book with four hundredths of a bitcoin is worth exactly so much; in steps below a fifth."""
    target = (equity_e8 - him.state()["cash"]) * E8 // FIFTH
    while him.prices[0] - target > him.prices[0] * 18 // 100:
        him.marks(him.prices[0] * 83 // 100, PRICES[1])
    him.marks(target, PRICES[1])
    assert him.state()["equity"] == equity_e8


def test_rule_02_does_not_latch_one_unit_before_five_percent(him: Stranger) -> None:
    him.bought(quantity=FIFTH)
    worth(him, 9_500 * E8 + 1)

    assert not him.state()["dayLatched"]
    allowed(him.buy(him.committed(him.signal(ETH)), CENT))


@pytest.mark.parametrize("less", [0, 1])
def test_rule_02_latches_at_exactly_five_percent_and_beyond(him: Stranger, site: Site, less: int) -> None:
    him.bought(quantity=FIFTH)
    signal = him.committed(him.signal(ETH))
    worth(him, 9_500 * E8 - less)

    assert him.state()["dayLatched"]
    verdict = him.buy(signal, CENT)
    rejected(site, verdict, "RULE-02", "RULE-09")
    assert verdict.measured[0] - verdict.limits[0] == less * 10_000
    allowed(him.sell(FIFTH))


@pytest.mark.parametrize(
    ("moment", "latched"), [(NEXT_MIDNIGHT - 1, True), (NEXT_MIDNIGHT, True), (NEXT_MIDNIGHT + 1, False)]
)
def test_rule_02_stays_latched_through_midnight_and_ends_a_second_after(
    him: Stranger, site: Site, moment: int, latched: bool
) -> None:
    him.bought(quantity=FIFTH)
    worth(him, 9_500 * E8)
    him.marks(later=moment - him.now - 1)
    signal = him.signal(ETH)
    him.send("relayer", him.prepare_commit(signal))
    him.marks()

    assert (him.now, him.state()["dayLatched"]) == (moment, latched)
    verdict = him.buy(signal, CENT)
    rejected(site, verdict, "RULE-02", "RULE-09") if latched else allowed(verdict)


def stricter(him: Stranger, **limits: int) -> None:
    him.send("guardian", him.book.functions.tighten(list((him.limits() | limits).values())))


def test_rule_07_does_not_latch_one_unit_before_its_limit(him: Stranger) -> None:
    stricter(him, maxDrawdownBps=400)
    him.bought(quantity=FIFTH)
    worth(him, 9_600 * E8 + 1)

    assert not him.state()["drawdownLatched"]
    allowed(him.buy(him.committed(him.signal(ETH)), CENT))


@pytest.mark.parametrize("less", [0, 1])
def test_rule_07_latches_at_exactly_its_limit_and_beyond(him: Stranger, site: Site, less: int) -> None:
    stricter(him, maxDrawdownBps=400)
    him.bought(quantity=FIFTH)
    signal = him.committed(him.signal(ETH))
    worth(him, 9_600 * E8 - less)

    verdict = him.buy(signal, CENT)
    rejected(site, verdict, "RULE-07", "RULE-09")
    assert verdict.measured[0] - verdict.limits[0] == less * 10_000
    allowed(him.sell(FIFTH))


@pytest.mark.parametrize("moment", [NEXT_MIDNIGHT - 1, NEXT_MIDNIGHT, NEXT_MIDNIGHT + 1])
def test_rule_07_does_not_end_with_the_day(him: Stranger, moment: int) -> None:
    stricter(him, maxDrawdownBps=400)
    him.bought(quantity=FIFTH)
    worth(him, 9_600 * E8)
    him.marks(later=moment - him.now)

    assert him.state()["drawdownLatched"]


# RULE-03


def test_rule_03_allows_exactly_the_least_confidence(him: Stranger) -> None:
    allowed(him.buy(him.committed(him.signal(confidence_bps=6_500))))


def test_rule_03_refuses_a_basis_point_less(him: Stranger, site: Site) -> None:
    verdict = him.buy(him.committed(him.signal(confidence_bps=6_499)))

    rejected(site, verdict, "RULE-03")
    assert (verdict.measured, verdict.limits) == ((6_499,), (6_500,))


# RULE-04


def traded(him: Stranger, times: int) -> None:
    for _ in range(times):
        allowed(him.buy(him.committed(him.signal()), CENT // 10))


def test_rule_04_allows_the_last_trade_of_the_day(him: Stranger) -> None:
    stricter(him, maxTradesPerDay=3)
    traded(him, 3)


def test_rule_04_refuses_the_next(him: Stranger, site: Site) -> None:
    stricter(him, maxTradesPerDay=3)
    traded(him, 3)

    verdict = him.buy(him.committed(him.signal()), CENT // 10)
    rejected(site, verdict, "RULE-04")
    assert (verdict.measured, verdict.limits) == ((4,), (3,))


@pytest.mark.parametrize(
    ("moment", "same_day"), [(NEXT_MIDNIGHT - 1, True), (NEXT_MIDNIGHT, True), (NEXT_MIDNIGHT + 1, False)]
)
def test_rule_04_counts_the_tick_at_midnight_to_the_day_that_ends(
    him: Stranger, site: Site, moment: int, same_day: bool
) -> None:
    stricter(him, maxTradesPerDay=1)
    traded(him, 1)
    him.marks(later=moment - him.now - 1)
    signal = him.committed(him.signal())

    assert him.now == moment
    verdict = him.buy(signal, CENT // 10)
    rejected(site, verdict, "RULE-04") if same_day else allowed(verdict)
    assert him.state()["tradesToday"] == 1


# RULE-05


@pytest.mark.parametrize("late", [0, 1])
def test_rule_05_lives_until_the_second_of_its_expiry(him: Stranger, site: Site, late: int) -> None:
    signal = him.committed(him.signal())
    him.marks(later=signal.expires_at - him.now + late)

    verdict = him.buy(signal)
    rejected(site, verdict, "RULE-05", part=3) if late else allowed(verdict)


@pytest.mark.parametrize("later", [0, 1])
def test_rule_05_takes_a_candle_only_after_the_last_judged_one(him: Stranger, site: Site, later: int) -> None:
    first = him.signal()
    second = him.signal(candle_close=first.candle_close + later)
    him.committed(first, second)
    allowed(him.buy(first))

    verdict = him.buy(second)
    allowed(verdict) if later else rejected(site, verdict, "RULE-05", part=4)


@pytest.mark.parametrize("more", [0, 1])
def test_rule_05_allows_exactly_the_size_of_the_signal(him: Stranger, site: Site, more: int) -> None:
    verdict = him.buy(him.committed(him.signal(size_bps=1_000)), FIFTH // 2 + more)

    rejected(site, verdict, "RULE-05", part=5) if more else allowed(verdict)


@pytest.mark.parametrize("beyond", [0, 1])
def test_rule_05_holds_a_signal_to_the_rounds_of_its_commitment(him: Stranger, site: Site, beyond: int) -> None:
    signal = him.signal()
    named = replace(signal, seq=signal.seq + beyond)
    digest = named.digest(him.domain)
    signatures = him.quorum.sign_commit(signal.seq, [bytes(32)], [digest])
    him.send("relayer", him.oracle.functions.commit(signal.seq, [bytes(32)], [digest], signatures))
    him.marks()

    verdict = him.buy(named)
    rejected(site, verdict, "RULE-05", part=2) if beyond else allowed(verdict)


def test_rule_05_lets_nobody_in_by_a_commitment_of_another_epoch(him: Stranger, site: Site) -> None:
    signal = him.committed(him.signal())
    him.send("guardian", him.oracle.functions.removeSigner(him.role("signer3")))

    verdict = him.buy(signal)
    rejected(site, verdict, "RULE-05", part=1)
    assert (verdict.measured, verdict.limits) == ((1,), (2,))


# RULE-06


@pytest.mark.parametrize(("take_profit_bps", "pays"), [(160, True), (159, False)])
def test_rule_06_allows_what_just_pays_for_its_costs(
    him: Stranger, site: Site, take_profit_bps: int, pays: bool
) -> None:
    # 7,000 · 160 = 3,000 · 300 + 10,000 · (2 · 10 + 2 · 1)
    verdict = him.buy(him.committed(him.signal(take_profit_bps=take_profit_bps)))

    if pays:
        allowed(verdict)
    else:
        rejected(site, verdict, "RULE-06")
        assert (verdict.measured, verdict.limits) == ((1_113_000,), (1_120_000,))


# RULE-08


@pytest.mark.parametrize("short", [0, 1])
def test_rule_08_allows_the_last_unit_of_cash_and_refuses_one_more(him: Stranger, site: Site, short: int) -> None:
    him.bought(quantity=FIFTH)
    signal = him.committed(him.signal(ETH))
    quantity = 3 * CENT
    notional = notional_up(quantity, signal.price * 1_004 // 1_000)
    needed = notional + fee_up(notional, 10)
    him.send("governor", him.book.functions.bookFlow(needed - short - him.state()["cash"]))

    verdict = him.buy(signal, quantity)
    if short:
        rejected(site, verdict, "RULE-08")
        assert (verdict.measured, verdict.limits) == ((needed,), (needed - 1,))
    else:
        allowed(verdict)


@pytest.mark.parametrize("more", [0, 1])
def test_rule_08_lets_a_sell_signal_sell_what_is_held_and_no_more(him: Stranger, site: Site, more: int) -> None:
    him.bought()
    signal = him.committed(him.signal(side=SELL))

    verdict = him.sell(CENT + more, signal=signal)
    rejected(site, verdict, "RULE-08") if more else allowed(verdict)


# RULE-09


def test_rule_09_allows_entries_of_an_active_book_at_fresh_marks(him: Stranger) -> None:
    allowed(him.buy(him.committed(him.signal())))


def test_rule_09_refuses_entries_of_a_stopped_book_and_lets_everybody_out(him: Stranger, site: Site) -> None:
    him.bought()
    signal = him.committed(him.signal())
    him.send("guardian", him.book.functions.setManual(1, REASON))

    rejected(site, him.buy(signal), "RULE-09")
    allowed(him.sell(CENT))


def test_rule_09_lets_nobody_out_of_a_halted_book_until_its_day_is_over(him: Stranger, site: Site) -> None:
    him.bought()
    him.send("governor", him.book.functions.setManual(2, REASON))
    him.marks(later=DAY - 1)
    rejected(site, him.sell(CENT), "RULE-09")

    him.marks(later=1)
    allowed(him.sell(CENT))


@pytest.mark.parametrize(("price", "measured"), [(0, 4), (PRICES[0] * 2, 8)])
def test_rule_09_refuses_entries_on_a_stale_mark_and_on_a_pending_step(
    him: Stranger, site: Site, price: int, measured: int
) -> None:
    signal = him.committed(him.signal())
    him.tick += 1
    him.now += 1
    before = him.previous
    prices = [price, PRICES[1]]
    him.previous, signatures = him.quorum.sign_marks(him.tick, before, him.now, prices)
    him.send("relayer", him.oracle.functions.postMarks(him.tick, before, him.now, prices, signatures))

    verdict = him.buy(signal)
    rejected(site, verdict, "RULE-09")
    assert (verdict.measured, verdict.limits) == ((measured,), (0,))


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_step_of_exactly_the_limit_is_taken_and_one_unit_more_waits(him: Stranger, beyond: int) -> None:
    him.marks(PRICES[0] * 12 // 10 + beyond, PRICES[1])

    assert him.position()["pending"] == (PRICES[0] * 12 // 10 + 1 if beyond else 0)


def test_every_rule_stands_here_on_both_sides() -> None:
    names = [name for name in globals() if name.startswith("test_rule_")]

    assert {name[5:12].upper().replace("_", "-") for name in names} == set(RULES)
    assert BTC != ETH
