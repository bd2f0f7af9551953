"""Manipulations by name: what a forger does to an honest log, and which check must name it, with which code.

Except where he is called clumsy he recomputes the hash chain of the log; where a key is named he has it and signs anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from forger import Forger, Line, domain_of

from tradeseal.chain.abi import Abi
from tradeseal.chain.compile import ORACLE, artifacts
from tradeseal.chain.transactions import read_transaction
from tradeseal.kernel.money import SCALE
from tradeseal.oracle.published import Attestor


@dataclass(frozen=True)
class Manipulation:
    """One forgery and how it is found."""

    name: str
    forge: Callable[[Forger], None]
    check: int
    code: str
    clumsy: bool = False
    candles: bool = False

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


ALL: list[Manipulation] = []


def manipulation(name: str, check: int, code: str, **more: bool) -> Callable[[Callable[[Forger], None]], Any]:
    def keep(forge: Callable[[Forger], None]) -> Callable[[Forger], None]:
        ALL.append(Manipulation(name, forge, check, code, **more))
        return forge

    return keep


# The log itself


@manipulation("a byte changed, hashes left as they were", 1, "HASH_DIFFERS", clumsy=True)
def _(f: Forger) -> None:
    line = f.nth("TradeSettled", 2)
    f.change(line, realised_pnl_e8=line.data["realised_pnl_e8"] + 1)


@manipulation("a field changed", 4, "VERDICT_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("TradeAuthorised", 1)
    line.data["ticket"]["quantity_e8"] += 1
    f.change(line)


@manipulation("an event dropped, its gap left", 1, "VERSION_GAP")
def _(f: Forger) -> None:
    f.lines.remove(f.nth("OrderPlaced", 1))


@manipulation("an event dropped, its gap closed", 1, "OUT_OF_ORDER")
def _(f: Forger) -> None:
    f.drop(f.nth("OrderPlaced", 1))


@manipulation("a rejection dropped", 4, "RECORD_NOT_IN_LOG")
def _(f: Forger) -> None:
    f.drop(f.nth("TradeRejected", 3))


@manipulation("events swapped", 1, "OUT_OF_ORDER")
def _(f: Forger) -> None:
    f.swap(f.nth("TradeRecorded", 2), f.nth("TradeSettled", 2))


@manipulation("an event inserted", 4, "NO_SUCH_RECORD")
def _(f: Forger) -> None:
    line = f.nth("BookRecordNoted", 1)
    f.insert_after(line, line.topic, line.data | {"record_seq": line.data["record_seq"] + 1})


@manipulation("a record doubled", 1, "OUT_OF_ORDER")
def _(f: Forger) -> None:
    line = f.nth("TradeRecorded", 1)
    f.insert_after(line, line.topic, dict(line.data))


@manipulation("a stream deleted", 3, "ROUND_CHANGED")
def _(f: Forger) -> None:
    stream = f.nth("TradeRejected", 2).stream
    f.drop(*[line for line in f.lines if line.stream == stream])


@manipulation("the beginning of a stream deleted", 1, "STREAM_HEADLESS")
def _(f: Forger) -> None:
    f.lines.remove(f.nth("CycleOpened", 2))


@manipulation("an event of a made-up kind", 1, "UNKNOWN_TOPIC")
def _(f: Forger) -> None:
    f.insert_after(f.nth("TradeSettled", 0), "Portfolio.TrophyWon", {"timestamp": "2026-01-01T00:00:00+00:00"})


@manipulation("a field smuggled in", 1, "UNKNOWN_FIELD")
def _(f: Forger) -> None:
    f.change(f.nth("TradeSettled", 0), audited_by="somebody famous")


@manipulation("a stream under another name", 1, "WRONG_STREAM")
def _(f: Forger) -> None:
    stream = f.nth("SignalGenerated", 4).stream
    for line in f.lines:
        if line.stream == stream:
            line.stream = "f" * 32


# Time


@manipulation("a record re-dated", 4, "REDATED")
def _(f: Forger) -> None:
    line = f.nth("TradeRejected", 1)
    f.change(line, observed_at=line.data["observed_at"] - 3600)


@manipulation("a block re-dated", 4, "REDATED")
def _(f: Forger) -> None:
    line = f.nth("TransactionSigned", 20)
    f.change(line, block_time=line.data["block_time"] + 1)


@manipulation("a signal re-dated", 1, "REDATED")
def _(f: Forger) -> None:
    line = f.nth("SignalGenerated", 3)
    line.data["signal"]["candle_close"] -= 3600
    f.change(line)


@manipulation("a commitment told after its trade", 3, "NOT_COMMITTED_BEFORE")
def _(f: Forger) -> None:
    judged = f.nth("TradeAuthorised", 0)
    committed = next(line for line in f.all("SignalCommitted") if line.stream == judged.stream)
    f.lines.remove(committed)
    f.lines.insert(f.lines.index(judged) + 1, committed)
    f.renumber()


@manipulation("a commitment sent after its trade, with the keys", 3, "DIGEST_UNKNOWN")
def _(f: Forger) -> None:
    """The digest of a later signal is put where an earlier commitment stood."""
    early, late = f.nth("TransactionSigned", 0, _commits), f.nth("TransactionSigned", 5, _commits)
    call = _arguments(f, late)
    digests = _arguments(f, early)["digests"][:-1] + call["digests"][:1]
    a = _arguments(f, early)
    quorum = Attestor([f.keys["signer1"]], domain_of(f), epoch=1)
    _commit_again(f, early, digests=digests, signatures=quorum.sign_commit(a["fromSeq"], a["roundHashes"], digests))


@manipulation("a round left out", 3, "ROUND_GAP")
def _(f: Forger) -> None:
    line = f.nth("RoundClosed", 6)
    f.change(line, round=line.data["round"] + 1)


@manipulation("a HOLD turned into another", 3, "ROUND_CHANGED")
def _(f: Forger) -> None:
    line = f.nth("SignalsHeld", 2)
    line.data["holds"][0]["struct_hash"] = "0x" + "ab" * 32
    f.change(line)


@manipulation("a verified signal told as refused", 3, "VERDICT_OF_ORACLE")
def _(f: Forger) -> None:
    line = f.nth("SignalVerified", 2)
    line.topic = "TradeCycle.SignalRefused"
    f.change(line, code="CHECK_7_made_up")


# Signatures


@manipulation("the signature of another signal", 2, "NOT_A_SIGNER")
def _(f: Forger) -> None:
    first, second = f.nth("TransactionSigned", 0, _commits), f.nth("TransactionSigned", 1, _commits)
    _commit_again(f, first, signatures=_arguments(f, second)["signatures"])


@manipulation("marks signed by nobody of the quorum", 2, "NOT_A_SIGNER")
def _(f: Forger) -> None:
    line = f.nth("TransactionSigned", 3, _marks)
    a = _arguments(f, line)
    _call_again(f, line, "postMarks", a["seq"], a["previousHash"], a["observedAt"], [p + 1 for p in a["prices"]],
                a["signatures"])  # fmt: skip


@manipulation("a signal's content changed", 2, "DIGEST_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("SignalGenerated", 2)
    line.data["signal"]["confidence_bps"] += 100
    f.change(line)


@manipulation("a sender misnamed", 2, "SENDER_DIFFERS")
def _(f: Forger) -> None:
    f.change(f.nth("TransactionSigned", 10), sender="0x" + "12" * 20)


@manipulation("the bytes of another transaction", 2, "TRANSACTION_CHANGED")
def _(f: Forger) -> None:
    f.change(f.nth("TransactionSigned", 12), raw=f.nth("TransactionSigned", 11).data["raw"])


@manipulation("a transaction for another chain", 2, "WRONG_CHAIN")
def _(f: Forger) -> None:
    line = f.nth("TransactionSigned", 0, _marks)
    f.sign_again(line, f.call_of(line), wallet="relayer", chain_id=1)


# Verdicts


@manipulation("a verdict flipped", 4, "VERDICT_DIFFERS")
def _(f: Forger) -> None:
    line, model = f.nth("TradeRejected", 4), f.nth("TradeAuthorised", 0)
    line.topic = model.topic
    told = {k: v for k, v in line.data.items() if k not in ("rules", "checks")}
    line.data = told | {"ticket": model.data["ticket"]}
    line.state = None


@manipulation("the numbers of a rejection changed", 4, "VERDICT_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("TradeRejected", 5)
    line.data["checks"][0]["limit"] = "1"
    f.change(line)


@manipulation("a gap in the records", 4, "NO_SUCH_RECORD")
def _(f: Forger) -> None:
    line = f.nth("TradeRejected", 0)
    f.change(line, record_seq=line.data["record_seq"] + 1_000)


@manipulation("the head of a record changed", 4, "RECORD_DIFFERS")
def _(f: Forger) -> None:
    f.change(f.nth("TradeRejected", 0), previous_hash="0x" + "00" * 32)


@manipulation("limits loosened in the log", 4, "VERDICT_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("BookRecordNoted", 0)
    line.data["values"]["limits"] = line.data["values"]["limits"].replace("2000", "9000", 1)
    f.change(line)


@manipulation("an order told larger than it was sent", 4, "ORDER_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("AuthorisationRequested", 1)
    f.change(line, quantity_e8=line.data["quantity_e8"] * 2)


@manipulation("a transaction dropped", 4, "ORDER_DIFFERS")
def _(f: Forger) -> None:
    """The post of a vector vanishes with its events, and all later blocks move up."""
    line = f.nth("TransactionSigned", 4, _marks)
    tx = line.data["transaction_hash"]
    f.drop(*[one for one in f.lines if one.data.get("transaction_hash") == tx and one.topic != "TradeCycle"])
    for one in f.lines:
        if one.data.get("position", 0) > line.data["position"] and one.topic.endswith("TransactionSigned"):
            f.change(one, position=one.data["position"] - 1)
        if one.data.get("block", 0) > line.data["position"]:
            f.change(one, block=one.data["block"] - 1)


@manipulation("a success told as a failure", 4, "OUTCOME_DIFFERS")
def _(f: Forger) -> None:
    f.change(f.nth("TransactionMined", 30), status=0)


# Fills and money


@manipulation("a fill improved by one unit", 5, "FILL_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("OrderFilled", 0)
    f.change(line, price_e8=line.data["price_e8"] - 1)


@manipulation("a fill improved by one unit, with the trader's key", 5, "OUTCOME_DIFFERS")
def _(f: Forger) -> None:
    _fill_again(f, price=-1)


@manipulation("a fee dropped", 5, "FILL_DIFFERS")
def _(f: Forger) -> None:
    f.change(f.nth("OrderFilled", 1), fee_e8=0)


@manipulation("a fee dropped, with the trader's key", 5, "OUTCOME_DIFFERS")
def _(f: Forger) -> None:
    _fill_again(f, fee=-1)


@manipulation("a booking changed", 6, "BOOKING_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("FillBooked", 1)
    f.change(line, cash_after_e8=line.data["cash_after_e8"] + SCALE)


@manipulation("more money at the opening", 6, "CASH_DIFFERS")
def _(f: Forger) -> None:
    f.change(f.nth("BookOpened"), cash_e8=20_000 * SCALE)


@manipulation("a day's closing changed", 6, "DAY_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("DaySettled")
    f.change(line, closing_equity_e8=line.data["closing_equity_e8"] + SCALE)


@manipulation("a metric inflated", 7, "SETTLEMENT_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("TradeSettled", 3)
    f.change(line, realised_pnl_e8=line.data["realised_pnl_e8"] + SCALE)


@manipulation("the equity of a settlement inflated", 7, "EQUITY_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("TradeSettled", 0)
    f.change(line, equity_e8=line.data["equity_e8"] + 1)


@manipulation("the curve inflated", 7, "CURVE_DIFFERS", candles=True)
def _(f: Forger) -> None:
    line = f.nth("BarFinished", 9)
    f.change(line, equity_e8=line.data["equity_e8"] + SCALE)


@manipulation("a mark told otherwise than posted", 5, "VECTOR_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("MarksPosted", 5)
    line.data["prices_e8"] = {market: price + 1 for market, price in line.data["prices_e8"].items()}
    f.change(line)


# The contract


@manipulation("bytecode changed", 8, "BYTECODE_DIFFERS")
def _(f: Forger) -> None:
    line = f.nth("TransactionSigned", 2)
    code = bytearray(f.call_of(line))
    place = code.index(bytes.fromhex("612710"))  # PUSH2 10,000: a rule's scale becomes another
    code[place + 2] ^= 1
    f.sign_again(line, bytes(code), wallet="governor")


@manipulation("another journal's chain", 1, "WRONG_CHAIN")
def _(f: Forger) -> None:
    f.change(f.nth("BookOpened"), genesis_hash="0x" + "00" * 32)


# The calibrators that follow each other


@manipulation("a calibrator that nobody told of", 2, "CALIBRATOR_UNTOLD")
def _(f: Forger) -> None:
    """The revision is taken out: signals behind it name a calibrator that the log has not introduced."""
    f.drop(f.all("CalibratorRevised")[-1])


@manipulation("a calibrator numbered as if there had been another before", 2, "CALIBRATOR_GAP")
def _(f: Forger) -> None:
    line = f.all("CalibratorRevised")[1]
    f.change(line, number=line.data["number"] + 1)


@manipulation("a calibrator said to follow another one", 2, "CALIBRATOR_GAP")
def _(f: Forger) -> None:
    f.change(f.all("CalibratorRevised")[1], previous="0x" + "ab" * 32)


@manipulation("a calibrator's round changed", 2, "REDATED")
def _(f: Forger) -> None:
    line = f.all("CalibratorRevised")[1]
    f.change(line, round=line.data["round"] - 1)


@manipulation("an anchor told with another root", 1, "ANCHOR_DIFFERS")
def _(f: Forger) -> None:
    f.change(f.nth("LogAnchored"), root="0x" + "cd" * 32)


@manipulation("a field of no consequence changed under an anchor", 1, "ANCHOR_DIFFERS")
def _(f: Forger) -> None:
    """No other check looks at an indicator: only the root on the chain still knows what it was."""
    line = f.nth("SignalGenerated", 0)
    line.data["opinion"]["why"] = ["I knew it"]
    f.change(line)


def _commits(data: dict[str, Any]) -> bool:
    return data["kind"] == "commit"


def _marks(data: dict[str, Any]) -> bool:
    return data["kind"] == "marks"


def _oracle() -> Abi:
    return Abi(artifacts().contracts[ORACLE].abi)


def _arguments(f: Forger, line: Line) -> dict[str, Any]:
    found = _oracle().arguments(read_transaction(line.data["raw"]).data)
    assert found is not None
    return found[1]


def _commit_again(f: Forger, line: Line, **other: Any) -> None:
    a = _arguments(f, line) | other
    _call_again(f, line, "commit", a["fromSeq"], a["roundHashes"], a["digests"], a["signatures"])


def _call_again(f: Forger, line: Line, name: str, *arguments: Any) -> None:
    f.sign_again(line, _oracle().call(name, *arguments), wallet="relayer")


def _fill_again(f: Forger, *, price: int = 0, fee: int = 0) -> None:
    """Sign the first purchase's record anew with a better price or a lower fee, and tell it so everywhere."""
    line = f.nth("TransactionSigned", 0, lambda d: d["kind"] == "record")
    book = Abi(artifacts().merged_book_abi())
    found = book.arguments(f.call_of(line))
    assert found is not None
    fills = found[1]["fills"]
    rows = []
    for place, fill in enumerate(fills):
        better = (price, fee) if place == 0 else (0, 0)
        rows.append(
            (tuple(fill["ticket"].values()), fill["quantity"], fill["price"] + better[0], fill["fee"] + better[1])
        )
    first = "0x" + fills[0]["ticket"]["id"].hex()
    stream = next(one.stream for one in f.all("TradeAuthorised") if one.data["ticket"]["id"] == first)
    told = next(one for one in f.all("OrderFilled") if one.stream == stream)
    f.change(told, price_e8=told.data["price_e8"] + price, fee_e8=told.data["fee_e8"] + fee)
    f.sign_again(line, book.call("record", rows), wallet="trader")
