"""run.sh and test.sh refuse what they do not know before the long steps begin, and pass on the rest unchanged."""

import pytest

import options


def test_every_option_of_the_design_is_passed_on_unchanged() -> None:
    words = [
        *("--port", "8001", "--home", "h", "--data", "d", "--exchange", "binance", "--interval", "1h"),
        *("--markets", "BTC,ETH", "--from", "2021-05-01T00:00Z", "--to", "2021-07-23T08:00Z"),
        *("--pause-at", "2021-05-02T00:00Z", "--speed", "max", "--chain", "eth-tester", "--retrain", "30d"),
    ]

    asked = options.run_options(words)

    assert asked == options.RunOptions(port=8001, words=tuple(words))


def test_without_options_the_port_is_8000() -> None:
    assert options.run_options([]).port == 8000


@pytest.mark.parametrize("port", ["1", "65535"])
def test_ports_at_the_edge_are_accepted(port: str) -> None:
    assert options.run_options(["--port", port]).port == int(port)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "0"], "is not a port"),
        (["--port", "65536"], "is not a port"),
        (["--port", "http"], "is not a port"),
        (["--speed", "fast"], "neither a number nor max"),
        (["--chain", "ganache"], "neither anvil nor eth-tester nor a URL"),
        (["--retrain", "often"], "no span like 30d"),
        (["--prot", "8001"], "unrecognized arguments"),
        (["--por", "8001"], "unrecognized arguments"),
        (["serve"], "unrecognized arguments"),
    ],
)
def test_what_is_unknown_or_malformed_is_refused_by_name(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refusal:
        options.run_options(words)

    assert refusal.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("chain", ["anvil", "eth-tester", "http://127.0.0.1:8545", "wss://node.example/x"])
def test_a_chain_is_named_or_a_url(chain: str) -> None:
    assert options.run_options(["--chain", chain]).words == ("--chain", chain)


def test_the_parts_of_the_checks_are_fixed() -> None:
    assert [options.checks_part([part]) for part in options.PARTS] == list(options.PARTS)
    assert options.checks_part([]) is None
    with pytest.raises(SystemExit):
        options.checks_part(["quick"])
