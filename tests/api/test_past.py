"""The portfolio as of any position, and views folded again on demand."""

import threading

import pytest
from fakes import Site
from stories import E8

from tradeseal.api.schemas.past import PortfolioAt, ViewsState


def test_the_portfolio_answers_for_any_position_with_the_event_that_stands_there(site: Site) -> None:
    site.story.buy(quantity_e8=E8 // 100, price_e8=50_000 * E8)
    held = site.story.ledger.facts.last()[0]
    site.story.sell(price_e8=51_000 * E8)
    site.catch_up()

    answers = [site.client().get(f"/api/portfolio?position={n}") for n in (1, held)]
    now = site.client().get("/api/portfolio").json()

    begun, holding = (PortfolioAt.model_validate_json(answer.content, strict=True) for answer in answers)
    assert ("10000", [], "Portfolio.BookOpened") == (begun.cash, begun.holdings, begun.event.topic)
    assert [("BTC-USDT", "0.01", "500.5")] == [(h.market, h.quantity, h.cost) for h in holding.holdings]
    assert ("9499.5", "0") == (holding.cash, holding.realised)
    assert ([], "8.99", now["last"]) == (now["holdings"], now["realised"], now["position"])


@pytest.mark.parametrize(
    ("position", "status"), [("0", 422), ("-1", 422), ("x", 422), ("9" * 15, 404), ("9" * 30, 422)]
)
def test_a_position_that_is_none_is_refused(site: Site, position: str, status: int) -> None:
    response = site.client().get(f"/api/portfolio?position={position}")

    assert (status, True) == (response.status_code, response.json()["code"] in ("INVALID_INPUT", "NO_SUCH_POSITION"))


def test_views_are_rebuilt_by_whoever_may_change_something(site: Site) -> None:
    site.story.buy()
    site.catch_up()
    assert 401 == site.client().post("/api/views/rebuild").status_code
    assert not site.client().get("/api/views").json()["found"]

    assert 202 == site.program().post("/api/views/rebuild").status_code
    for thread in threading.enumerate():
        if thread.name == "rebuild":
            thread.join(60)

    state = ViewsState.model_validate_json(site.client().get("/api/views").content, strict=True)
    assert (False, None, [True] * 4) == (state.running, state.error, [each.equal for each in state.found])
