"""Results answer in their shape, with a formula each, at any size of the book."""

from fakes import Site, a_site
from stories import E8, a_story

from tradeseal.api.schemas.analytics import Analytics
from tradeseal.readmodels.published import decimal_text


def test_the_answer_keeps_to_its_shape_with_nothing_and_with_everything(site: Site) -> None:
    empty = site.client().get("/api/analytics")
    Analytics.model_validate_json(empty.content, strict=True)

    for act in (site.story.buy, site.story.bar, site.story.rejection, site.story.refused, site.story.sell):
        act()
    site.catch_up()
    response = site.client().get("/api/analytics?points=2")

    assert 200 == response.status_code, response.text
    found = Analytics.model_validate_json(response.content, strict=True)
    assert 2 == len(found.curve)
    assert ["BTC-USDT"] == [m.market for m in found.markets]
    assert {"RULE-03": 1} == {r.id: r.count for r in found.rejections if r.count}


def test_every_number_has_a_formula_and_too_few_observations_have_no_value(site: Site) -> None:
    site.story.buy()
    site.story.sell(price_e8=49_000 * E8)
    site.catch_up()

    body = site.client().get("/api/analytics").json()

    for part in [*body["metrics"], *body["rates"], *body["latencies"], body["uptime"]]:
        assert part["formula"]
    for metric in body["metrics"]:
        assert metric["enough"] == (metric["observations"] >= metric["needed"])
        assert (metric["value"] is None) == (metric["text"] is not None)
        if not metric["enough"]:
            assert "not enough data" == metric["text"]
    assert [None] * 3 == [rate["value"] for rate in body["rates"]]
    assert all(step["p50_ms"] is None for step in body["latencies"])


def test_while_the_engine_starts_there_is_no_number(tmp_path) -> None:
    response = a_site(tmp_path, a_story(tmp_path), joined=False).client().get("/api/analytics")

    assert (503, "STARTING") == (response.status_code, response.json()["code"])


def test_points_are_bounded(site: Site) -> None:
    assert [422, 422] == [site.client().get(f"/api/analytics?points={n}").status_code for n in (1, 2001)]


def test_plain_digits_only() -> None:
    shown = [decimal_text(value) for value in (None, float("inf"), float("nan"), -0.0000001, 1e-7, 0.5, 1e15)]
    assert [None, None, None, "0", "0", "0.5", "1000000000000000"] == shown
