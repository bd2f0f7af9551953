"""A simulated venue's terms cost what they say, never in our favour, and never more than the contract takes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import SCALE, fee_up, notional_up
from tradeseal.market.published import CandleStore, Series
from tradeseal.trading.accounts import BUY, SELL
from tradeseal.trading.adapters.simulated import SimulatedVenue
from tradeseal.trading.published import Ticket, Unfilled, VenueFill
from tradeseal.trading.terms import Terms, of_market

HOUR = 3_600
MARK = 100 * SCALE
BEST = MARK + MARK // 10_000  # half a spread of one basis point over the mark


def a_store(*, volume: float = 1_000.0, range_: float = 2.0) -> CandleStore:
    """Two hourly candles around 100; the second one has no volume."""
    low, high = int((100 - range_ / 2) * SCALE), int((100 + range_ / 2) * SCALE)
    rows = [(0, MARK, high, low, MARK, int(volume * SCALE)), (HOUR, MARK, high, low, MARK, 0)]
    return CandleStore([Series("BTC-USDT", np.asarray(rows, dtype=np.int64))], interval_s=HOUR, exchange="binance")


def answer(
    side: int = BUY, *, quantity: float = 1.0, limit: float | None = None, at: int = 0, stop_loss_bps: int = 0,
    store: CandleStore | None = None, **told: str,
) -> VenueFill | Unfilled:  # fmt: skip
    far = 1_000.0 if side == BUY else 1.0
    limit_e8 = round((far if limit is None else limit) * SCALE)
    ticket = Ticket("0xab", "BTC-USDT", side, 0, round(quantity * SCALE), limit_e8, MARK, 1, 10, ())
    return SimulatedVenue(Terms.read(told), store or a_store()).execute(
        client_order_id="ts-1", ticket=ticket, mark_e8=MARK, half_spread_bps=1, observed_at=at,
        stop_loss_bps=stop_loss_bps,
    )  # fmt: skip


def filled(*args: object, **told: object) -> VenueFill:
    found = answer(*args, **told)  # type: ignore[arg-type]
    assert isinstance(found, VenueFill), found
    return found


def reason(*args: object, **told: object) -> str:
    found = answer(*args, **told)  # type: ignore[arg-type]
    assert isinstance(found, Unfilled), found
    return found.reason


@pytest.mark.parametrize("side", [BUY, SELL])
@pytest.mark.parametrize("quantity", [0.1, 1.0, 10.0, 1_000.0])
def test_slippage_is_the_square_root_law_of_the_share_of_the_bars_volume(side: int, quantity: float) -> None:
    plain, moved = filled(side, quantity=quantity), filled(side, quantity=quantity, slippage="0.63")

    paid = (moved.price_e8 - plain.price_e8) * (1 if side == BUY else -1) / SCALE
    assert paid == pytest.approx(0.63 * 2.0 * math.sqrt(quantity / 1_000), abs=2e-8)
    assert moved.quantity_e8 == plain.quantity_e8


def test_a_purchase_takes_what_its_limit_leaves_room_for_and_not_one_unit_more() -> None:
    limit = 100.01 + 0.5
    most = int((0.5 / (0.63 * 2)) ** 2 * 1_000 * SCALE)

    fill = filled(quantity=1_000.0, limit=limit, slippage="0.63")

    assert fill.price_e8 <= round(limit * SCALE)
    assert fill.quantity_e8 == pytest.approx(most, rel=1e-6)
    one_more = filled(quantity=(fill.quantity_e8 + 100_000) / SCALE, slippage="0.63")
    assert one_more.price_e8 > round(limit * SCALE)
    assert fill.fee_e8 == fee_up(notional_up(fill.quantity_e8, fill.price_e8), 10)


@given(
    st.sampled_from([BUY, SELL]), st.integers(1, 10**13), st.integers(99 * SCALE, 101 * SCALE),
    st.integers(0, 3 * SCALE), st.integers(0, SCALE), st.sampled_from(["", "0.01", "0.5"]),
)  # fmt: skip
def test_no_terms_make_a_fill_better_than_without_or_leave_its_limit(  # noqa: PLR0917 - one drawn value each
    side: int, quantity: int, limit: int, slippage: int, participation: int, tick: str
) -> None:
    told = {"slippage": f"{slippage / SCALE:.8f}", "participation": f"{participation / SCALE:.8f}", "tick": tick}
    ticket = Ticket("0xab", "BTC-USDT", side, 0, quantity, limit, MARK, 1, 10, ())
    venue = SimulatedVenue(Terms.read(told), a_store())

    found = venue.execute(client_order_id="ts-1", ticket=ticket, mark_e8=MARK, half_spread_bps=1)

    if isinstance(found, VenueFill):
        best = BEST if side == BUY else MARK - MARK // 10_000
        assert (best <= found.price_e8 <= limit) if side == BUY else (limit <= found.price_e8 <= best)
        assert 0 < found.quantity_e8 <= quantity
        assert participation == 0 or found.quantity_e8 <= 1_000 * participation
        assert not tick or found.price_e8 % round(float(tick) * SCALE) == 0


def test_an_order_gets_its_share_of_the_bars_volume_and_nothing_of_a_bar_without() -> None:
    assert filled(quantity=50.0, participation="0.1").quantity_e8 == 50 * SCALE
    assert filled(quantity=100.0, participation="0.1").quantity_e8 == 100 * SCALE
    assert filled(quantity=100.00000001, participation="0.1").quantity_e8 == 100 * SCALE
    assert filled(SELL, quantity=500.0, participation="0.1").quantity_e8 == 100 * SCALE
    assert reason(quantity=1.0, participation="0.1", at=HOUR) == "NO_VOLUME"
    assert reason(quantity=1.0, slippage="0.63", at=HOUR + 1) == "NO_VOLUME"
    assert filled(quantity=1.0, at=HOUR).quantity_e8 == SCALE  # without terms a bar's volume is not asked


def test_prices_go_to_the_tick_against_us_and_quantities_down_to_the_lot() -> None:
    bought, sold = filled(tick="0.25"), filled(SELL, tick="0.25")

    assert (bought.price_e8, sold.price_e8) == (100 * SCALE + SCALE // 4, 99 * SCALE + SCALE * 3 // 4)
    assert reason(tick="0.25", limit=100.24) == "LIMIT_NOT_REACHED"
    assert filled(tick="0.25", limit=100.25).price_e8 == 100 * SCALE + SCALE // 4
    assert filled(quantity=1.2345, lot="BTC=0.1").quantity_e8 == SCALE * 12 // 10
    assert reason(quantity=0.0999, lot="0.1") == "BELOW_MINIMUM"


def test_below_the_minimum_nothing_is_bought_also_where_it_could_not_be_sold_at_its_stop() -> None:
    assert filled(quantity=0.1, min_notional="10").quantity_e8 == SCALE // 10
    assert reason(quantity=0.0999, min_notional="10") == "BELOW_MINIMUM"
    assert reason(quantity=0.1, min_notional="10", stop_loss_bps=500) == "BELOW_MINIMUM"
    assert filled(quantity=0.106, min_notional="10", stop_loss_bps=500).quantity_e8 == round(0.106 * SCALE)


def test_a_part_that_is_sold_leaves_nothing_that_could_not_be_sold() -> None:
    # The bar gives 1.0 of 1.05: what is left would be worth 5. So less is sold, and at least 10 stays.
    fill = filled(SELL, quantity=1.05, participation="0.001", min_notional="10")

    rest = 105 * SCALE // 100 - fill.quantity_e8
    assert rest * fill.price_e8 // SCALE >= 10 * SCALE
    assert (rest - 100) * fill.price_e8 // SCALE < 10 * SCALE


def test_terms_read_back_as_they_were_told_and_by_market() -> None:
    told = {"participation": "0.1", "slippage": "0.63", "tick": "BTC=0.01,ETH-USDT=0.001", "lot": "*=0.1,BTC=0.00001"}
    terms = Terms.read(told)

    assert Terms.read(terms.to_json()) == terms
    assert [of_market(terms.tick_e8, market) for market in ("BTC-USDT", "ETH-USDT", "XRP-USDT")] == [10**6, 10**5, 0]
    assert [of_market(terms.lot_e8, market) for market in ("BTC-USDT", "XRP-USDT")] == [1_000, 10**7]
    assert Terms.read({"slippage": "0"}).off
    assert not terms.off
    assert Terms.read({"lot": "0.5"}).among(["BTC"]) == Terms.read({"lot": "0.5"})
    assert terms.among(["ETH-USDT"]).tick_e8 == {"ETH-USDT": 10**5}


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"participation": "1.1"}, "BAD_TERMS"), ({"participation": "-0.1"}, "BAD_TERMS"),
        ({"slippage": "101"}, "BAD_TERMS"), ({"slippage": "much"}, "NOT_A_NUMBER"),
        ({"tick": "BTC=cheap"}, "NOT_A_NUMBER"), ({"lot": "0.000000001"}, "SCALE_NOT_SUPPORTED"),
        ({"speed": "1"}, "BAD_TERMS"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused(told: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        Terms.read(told)
    assert refusal.value.code == code


def test_terms_of_a_market_that_is_not_traded_are_refused() -> None:
    Terms.read({"tick": "BTC=0.01"}).refuse_unknown(("BTC-USDT",))
    with pytest.raises(Refused) as refusal:
        Terms.read({"tick": "BCT=0.01"}).refuse_unknown(("BTC-USDT",))
    assert refusal.value.code == "UNKNOWN_MARKET"
