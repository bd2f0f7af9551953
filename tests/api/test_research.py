"""Back-tests over HTTP: pages of runs and fills, files that are no pages of ours, no change without a session."""

from fakes import Site

RUN = "/api/backtests/0123456789abcdef"


def test_runs_come_in_pages_and_by_strategy(site: Site) -> None:
    first = site.client().get("/api/backtests?limit=1").json()
    second = site.client().get(f"/api/backtests?limit=1&cursor={first['next']}").json()
    only = site.client().get("/api/backtests?strategy=technical").json()

    assert (["trend"], "1", 2) == ([run["strategy"] for run in first["runs"]], first["next"], first["total"])
    assert (["technical"], None) == ([run["strategy"] for run in second["runs"]], second["next"])
    assert (["technical"], 1) == ([run["strategy"] for run in only["runs"]], only["total"])
    assert ["trend", "technical"] == [
        run["strategy"] for run in site.client().get("/api/backtests?sort=total_return").json()["runs"]
    ]
    assert 422 == site.client().get("/api/backtests?sort=luck").status_code
    assert ("10000", "0.01", None) == (
        first["runs"][0]["initial"],
        first["runs"][0]["figures"]["total_return"],
        first["runs"][0]["figures"]["sharpe"],
    )


def test_runs_are_laid_side_by_side_in_the_order_they_were_asked_for(site: Site) -> None:
    told = site.client().get("/api/backtests/compare?runs=0123,%20fedc").json()

    assert ["0123456789abcdef", "fedcba9876543210"] == told["runs"]
    assert ["trend", "technical"] == told["plans_differ"]["strategy"]
    assert {"total_return": ["0.015", None], "exits": ["3", "3"], "fees": ["2.50", "2.50"]} == {
        one["id"]: one["values"] for one in told["metrics"]
    }
    assert [("12.5", "0.015"), ("12.5", None)] == [(one["costs"], one["deflated_sharpe"]) for one in told["of_each"]]
    assert [{"time": "2021-05-01T00:00:00Z", "equity": "10000"}] == told["of_each"][0]["curve"]


def test_one_run_alone_is_no_comparison(site: Site) -> None:
    alone = site.client().get("/api/backtests/compare?runs=0123")

    assert (422, "NOTHING_TO_COMPARE") == (alone.status_code, alone.json()["code"])
    assert 422 == site.client().get("/api/backtests/compare").status_code


def test_fills_come_in_pages_and_only_a_sale_has_a_profit(site: Site) -> None:
    bought = site.client().get(f"{RUN}/trades?limit=1").json()
    sold = site.client().get(f"{RUN}/trades?limit=1&cursor={bought['next']}").json()

    assert ("BUY", None, "0.66") == tuple(bought["items"][0][name] for name in ("side", "realised", "confidence"))
    assert ("SELL", "1", None) == tuple(sold["items"][0][name] for name in ("side", "realised", "confidence"))
    assert (2, None) == (sold["total"], sold["next"])


def test_a_report_is_handed_out_as_a_file_that_may_run_nothing(site: Site) -> None:
    report = site.client().get(f"{RUN}/files/report.html")

    assert "attachment" in report.headers["content-disposition"]
    assert "default-src 'none'" in report.headers["content-security-policy"]
    assert "UNKNOWN_FILE" == site.client().get(f"{RUN}/files/secret").json()["code"]
    assert 404 == site.client().get(f"{RUN}/files/..%2F..%2Fapi-token").status_code


def test_of_many_differences_the_first_hundred_are_told_and_all_are_counted(site: Site) -> None:
    told = site.client().get("/api/strategies/live").json()["comparison"]

    assert (150, 100) == (told["differing"], len(told["differences"]))


def test_nothing_is_begun_or_ended_without_a_session(site: Site) -> None:
    for path in ("/api/backtests", f"{RUN}/checks", f"{RUN}/folds", "/api/strategies/live"):
        assert 401 == site.client().post(path, json={}).status_code
    assert 401 == site.client().post("/api/backtests/jobs/job-1/cancel").status_code
    assert 404 == site.program().post("/api/backtests/jobs/job-9/cancel").status_code
