"""What run.sh and test.sh accept, checked before the long steps begin.

Knows spellings. Knows nothing of what they do: run.sh hands them on unchanged to `tradeseal serve`.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_PORT = 8000
PARTS = ("fast", "contracts", "backend", "frontend", "e2e", "full")

RUN_EPILOG = """\
The first start prepares this checkout (Python and Node parts from the package registries, contracts, page);
later starts skip what is up to date. Without --data a new home fetches recent candles of an exchange for a few seconds
(TRADESEAL_FETCH_SECONDS, 0 for never); without a network its prices are synthetic, and say so.
Ctrl-C ends; the next start resumes.
"""
TEST_EPILOG = """\
Without a part: lint, types, contracts, page, backend and browser tests, in about 22 minutes on two cores.
What is missing (Chromium, forge) is skipped by name; with TRADESEAL_NO_SKIPS=1 a skip is a failure.
"""


@dataclass(frozen=True)
class RunOptions:
    """The port, for the check whether it is free, and all words as given."""

    port: int
    words: tuple[str, ...]


def run_options(words: Sequence[str]) -> RunOptions:
    """Read the options of run.sh; unknown or malformed ones end with a clear line and exit code 2."""
    return RunOptions(port=_run_parser().parse_args(words).port, words=tuple(words))


def run_option_names() -> set[str]:
    """Every spelling that run.sh knows."""
    return {name for action in _run_parser()._actions for name in action.option_strings}  # noqa: SLF001


def checks_part(words: Sequence[str]) -> str | None:
    """The part of the checks asked for, or None for all that fits."""
    part = _test_parser().parse_args(words).part
    return None if part is None else str(part)


def _run_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.sh",
        description="Prepare Tradeseal and trade on a page of this machine.",
        epilog=RUN_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--port", type=_port, default=DEFAULT_PORT, metavar="N", help=f"port on 127.0.0.1 (default {DEFAULT_PORT})")
    add("--home", metavar="DIR", help="the data folder (default .tradeseal in the checkout)")
    add("--data", metavar="DIR", help="folder of candles, files named EXCHANGE-PAIR-INTERVAL[-SPAN].parquet")
    add("--exchange", metavar="NAME", help="whose files of --data to take (default binance)")
    add("--interval", metavar="1h", help="candle length (default 1h)")
    add("--markets", metavar="BTC,ETH", help="which markets (default all of --data)")
    add("--from", metavar="TIME", dest="from_", help="first candle, for example 2021-05-01T00:00Z")
    add("--to", metavar="TIME", help="last candle")
    add("--pause-at", metavar="TIME", help="stop the data clock after this close, before its round is authorised")
    add("--speed", type=_speed, metavar="N|max", help="data seconds a second (default 3600), or max")
    add("--chain", type=_chain, metavar="anvil|eth-tester|URL", help="the chain (default anvil)")
    add("--confirmations", type=int, metavar="N", help="with --chain URL: blocks after which an outcome counts (12)")
    add("--quorum", type=_quorum, metavar="MofN", help="how many of how many oracle keys sign (default 1of1)")
    add("--strategy", metavar="NAME", help="which strategy trades (default technical)")
    add("--retrain", type=_span, metavar="30d", help="fit the confidence again so often on the data's clock (never)")
    add("--participation", metavar="SHARE", help="an order gets this share of a bar's volume at most, like 0.1 (all)")
    add("--slippage", metavar="SHARE", help="prices move by this share of a bar's range times √(size / volume) (0)")
    add("--tick", metavar="STEP", help="price steps of the venue: 0.01, or BTC=0.01,ETH=0.001 (none)")
    add("--lot", metavar="STEP", help="quantity steps of the venue: 0.001, or BTC=0.00001 (none)")
    add("--min-notional", metavar="N", help="the venue's smallest order in quote currency (none)")
    add("--plugins", metavar="DIR", help="a folder of own strategies: code that you trust")
    return parser


def _test_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="test.sh",
        description="Check Tradeseal.",
        epilog=TEST_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "part",
        nargs="?",
        choices=PARTS,
        help="fast: lint and quick tests; contracts, backend, frontend, e2e: one part; full: the long loops too",
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def _speed(text: str) -> str:
    if text != "max" and not re.fullmatch(r"\d+(\.\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor max")
    return text


def _quorum(text: str) -> str:
    if not re.fullmatch(r"\d{1,2}of\d{1,2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no quorum like 2of3")
    return text


def _span(text: str) -> str:
    if text != "never" and not re.fullmatch(r"[1-9]\d{0,3}[dh]", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no span like 30d or 12h, nor never")
    return text


def _chain(text: str) -> str:
    if text not in {"anvil", "eth-tester"} and not re.match(r"(https?|wss?)://", text):
        raise argparse.ArgumentTypeError(f"{text!r} is neither anvil nor eth-tester nor a URL")
    return text
