"""Trading on a chain that others run: nothing is lost, doubled or assumed, whatever the node and the line do."""

import secrets
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, a_plan, ticket_of
from foreign import (
    Foreign,
    Proxy,
    act_and_hang_up,
    behind,
    broken_gateway,
    busy,
    cut_short,
    empty_object,
    eventually,
    half_json,
    late,
    limit_exceeded,
    refuse,
    running,
)

from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.fees import GWEI
from tradeseal.chain.keys import ROLES, DemoKeys
from tradeseal.chain.outside_chain import OutsideChain, Rules
from tradeseal.chain.outside_gate import open_outside
from tradeseal.chain.transactions import Wallet, read_transaction
from tradeseal.kernel.errors import Inconsistent, Refused, Unavailable
from tradeseal.ledger.published import Ledger
from tradeseal.oracle.published import Attestor

pytestmark = [pytest.mark.chain, pytest.mark.loopback]

QUICK = Rules(confirmations=1, bump_after_s=60, poll_s=0.02, first_delay_s=0.01)
SENDERS = ("governor", "guardian", "trader", "relayer")


@pytest.fixture(scope="module")
def keys() -> DemoKeys:
    return DemoKeys({role: secrets.token_bytes(32) for role in ROLES})


@pytest.fixture
def node(contracts: Path, keys: DemoKeys, tmp_path: Path) -> Iterator[Foreign]:
    with running(Foreign(anvil_binary(contracts), tmp_path)) as node:
        node.fund(*(keys.wallet(role).address for role in SENDERS))
        yield node


@pytest.fixture
def proxy(node: Foreign) -> Iterator[Proxy]:
    proxy = Proxy(node.url)
    yield proxy
    proxy.close()


OpenOutside = Callable[..., Desk]


@pytest.fixture
def open_outside_desk(proxy: Proxy, keys: DemoKeys, tmp_path: Path) -> Iterator[OpenOutside]:
    """Opens the home on the chain of others; opened again, it is closed first, as a restart would."""
    opened: list[Desk] = []

    def close() -> None:
        while opened:
            desk = opened.pop()
            desk.gate.close()
            desk.ledger.close()

    def open_one(*, rules: Rules = QUICK, like: Desk | None = None, with_keys: DemoKeys = keys) -> Desk:
        close()
        ledger = Ledger(tmp_path / "ledger.sqlite")
        try:
            gate = open_outside(proxy.url, ledger, a_plan(), with_keys, rules=rules)
        except BaseException:
            ledger.close()
            raise
        desk = Desk(gate, ledger, Attestor(with_keys.signers(1), gate.domain, gate.epoch()))
        if like is not None:
            desk.now, desk.tick, desk.previous, desk.round = like.now, like.tick, like.previous, like.round
        opened.append(desk)
        return desk

    yield open_one
    close()


def in_background(act: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def topics(desk: Desk) -> list[str]:
    return [fact.topic.rpartition(".")[2] for fact in desk.ledger.facts.all()]


def each_nonce_once(node: Foreign, desk: Desk, keys: DemoKeys) -> None:
    """The chain holds exactly the journal's transactions, one a nonce."""
    entries = list(desk.gate.chain.journal.entries())
    for role in SENDERS:
        address = keys.wallet(role).address
        want = [(e.nonce, e.transaction_hash) for e in entries if e.sender == "0x" + address.hex()]
        assert node.sent_by(address) == want, role


def test_the_records_are_those_of_our_own_chain(
    open_outside_desk: OpenOutside, open_desk: Callable[..., Desk], node: Foreign, keys: DemoKeys, tmp_path: Path
) -> None:
    ours, outside = open_desk(tmp_path / "ours"), open_outside_desk()

    for desk in (ours, outside):
        desk.whole_trade()

    mine, theirs = ours.gate.heads(), outside.gate.heads()
    assert (theirs.record_seq, theirs.record_head) == (mine.record_seq, mine.record_head)
    assert theirs.genesis_hash != mine.genesis_hash
    each_nonce_once(node, outside, keys)


def test_a_home_goes_on_where_it_was(open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys) -> None:
    first = open_outside_desk()
    first.whole_trade()
    head, blocks = first.gate.heads(), node.block

    again = open_outside_desk(like=first)

    assert (again.gate.heads(), node.block) == (head, blocks)
    again.whole_trade()
    each_nonce_once(node, again, keys)


def test_keys_that_were_used_before_the_home_began_are_refused(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    spend(node, keys, "trader", nonce=0)

    with pytest.raises(Refused, match="has sent 1 transactions") as refused:
        open_outside_desk()

    assert refused.value.code == "KEY_USED"


def test_a_store_that_lost_events_does_not_go_on_from_an_older_backup(
    open_outside_desk: OpenOutside, tmp_path: Path
) -> None:
    desk = open_outside_desk()
    with closing(sqlite3.connect(desk.ledger.path)) as store, closing(sqlite3.connect(tmp_path / "older")) as older:
        store.backup(older)
    desk.marks()
    desk.gate.close()
    desk.ledger.close()
    for path in tmp_path.glob("ledger.sqlite*"):
        path.unlink()
    shutil.copy(tmp_path / "older", tmp_path / "ledger.sqlite")

    with pytest.raises(Refused, match="newest backup"):
        open_outside_desk(like=desk)


# Confirmations


def test_an_outcome_counts_only_when_it_is_deep_enough(open_outside_desk: OpenOutside, node: Foreign) -> None:
    first = open_outside_desk()
    desk = open_outside_desk(rules=replace(QUICK, confirmations=4), like=first)
    prepared = desk.prepare_marks()
    sending, raised = in_background(lambda: desk.post(prepared))
    eventually(lambda: "1 of 4 confirmations" in desk.gate.chain.waits)

    node.mine(2)
    eventually(lambda: "3 of 4 confirmations" in desk.gate.chain.waits)
    assert not desk.mined
    node.mine()
    sending.join(20)

    assert (raised, desk.mined[0].succeeded, desk.gate.chain.waits) == ([], True, "")
    assert topics(desk)[-3:] == ["TransactionSigned", "TransactionSeen", "TransactionMined"]


def test_a_wait_can_be_given_up_and_goes_on_at_the_next_start(open_outside_desk: OpenOutside, node: Foreign) -> None:
    desk = open_outside_desk(rules=replace(QUICK, confirmations=1))
    deep = open_outside_desk(rules=replace(QUICK, confirmations=3), like=desk)
    prepared = deep.prepare_marks()
    sending, raised = in_background(lambda: deep.post(prepared))
    eventually(lambda: "1 of 3" in deep.gate.chain.waits)

    deep.gate.chain.interrupt()
    sending.join(20)

    assert isinstance(raised[0], Unavailable)
    again = open_outside_desk(like=deep)
    waiting = again.gate.unmined()
    assert waiting is not None
    assert waiting.transaction_hash == prepared.transaction_hash
    assert again.gate.send(waiting).succeeded


# Reorganisations


def test_a_transaction_that_loses_its_block_is_sent_again_as_the_same_bytes(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    first = open_outside_desk()
    desk = open_outside_desk(rules=replace(QUICK, confirmations=3), like=first)
    prepared = desk.prepare_marks()
    sending, raised = in_background(lambda: desk.post(prepared))
    eventually(lambda: "1 of 3" in desk.gate.chain.waits)
    node.mine()
    before = node("eth_getTransactionReceipt", prepared.transaction_hash)["blockHash"]

    node("evm_setAutomine", False)
    node("anvil_reorg", 2, [])
    node("anvil_dropAllTransactions")
    eventually(lambda: "TransactionOrphaned" in topics(desk))
    eventually(lambda: node("eth_getTransactionByHash", prepared.transaction_hash) is not None)
    node.mine(3)
    sending.join(20)

    assert raised == []
    assert desk.mined[0].transaction_hash == prepared.transaction_hash
    assert desk.mined[0].block_hash != before
    assert topics(desk)[-5:] == [
        "TransactionSigned", "TransactionSeen", "TransactionOrphaned", "TransactionSeen", "TransactionMined"
    ]  # fmt: skip
    each_nonce_once(node, desk, keys)


def test_what_counted_and_is_gone_is_brought_back_in_its_order(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    desk = open_outside_desk()
    desk.marks()
    desk.commit(desk.signal())
    desk.marks()
    head = desk.gate.heads()

    reorganise(node, 3)
    desk.marks()

    told = [topic for topic in topics(desk) if topic.startswith("Transaction")]
    assert told.count("TransactionOrphaned") == 3
    each_nonce_once(node, desk, keys)
    after = desk.gate.heads()
    assert (after.record_seq, after.record_head) == (head.record_seq, head.record_head)
    blocks = [entry.block for entry in desk.gate.chain.journal.entries()]
    assert blocks == sorted(set(blocks))
    desk.whole_trade()


def test_a_reorganisation_while_we_were_away_is_mended_at_the_start(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    first = open_outside_desk()
    first.whole_trade()
    head = first.gate.heads()
    reorganise(node, 2)

    again = open_outside_desk(like=first)

    each_nonce_once(node, again, keys)
    assert again.gate.unmined() is None
    assert again.gate.heads().record_head == head.record_head
    again.whole_trade()


def test_a_reorganisation_that_changes_the_records_stops_the_engine(
    open_outside_desk: OpenOutside, node: Foreign, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_outside_desk()
    desk.whole_trade()
    monkeypatch.setattr(desk.gate, "_head", replace_head(desk))

    reorganise(node, 1)

    with pytest.raises(Inconsistent, match="holds another record than the log") as stopped:
        desk.marks()
    assert stopped.value.code == "REORG_CHANGED_HISTORY"


def test_a_verdict_that_comes_out_otherwise_after_a_reorganisation_stops_the_engine_and_the_next_start(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    """The guardian's word against entries came before our order in the chain that won: our ticket is a rejection."""
    desk = open_outside_desk()
    desk.marks()
    signal = desk.signal()
    desk.commit(signal)
    desk.marks()
    assert ticket_of(desk.buy(signal)).quantity_e8
    told = topics(desk)

    with replaced(node, depth=1):
        word = desk.gate.act("setManual", 1, b"caution".ljust(32, b"\0"), role="guardian", where="book")
        mined_for_somebody_else(node, keys.wallet("guardian"), desk.gate._book_address, word.call)
    with pytest.raises(Inconsistent, match="holds another record than the log") as stopped:
        desk.marks()
    with pytest.raises(Refused, match="has sent 1 transactions") as at_the_start:
        open_outside_desk(like=desk)

    assert (stopped.value.code, at_the_start.value.code) == ("REORG_CHANGED_HISTORY", "KEY_USED")
    ledger = Ledger(desk.ledger.path)
    assert [fact.topic.rpartition(".")[2] for fact in ledger.facts.all()][: len(told)] == told
    ledger.close()


def mined_for_somebody_else(node: Foreign, wallet: Wallet, to: str, call: bytes) -> None:
    """A transaction that no journal knows of, in a block of its own."""
    nonce = int(node("eth_getTransactionCount", "0x" + wallet.address.hex(), "latest"), 16)
    chain_id = int(node("eth_chainId"), 16)
    signed = wallet.sign(
        chain_id=chain_id, nonce=nonce, to=bytes.fromhex(to[2:]), data=call, gas=1_000_000, fee_wei_max=100 * GWEI
    )
    transaction = node("eth_sendRawTransaction", "0x" + signed.raw.hex())
    node.mine()
    assert node("eth_getTransactionReceipt", transaction)["status"] == "0x1"


def replace_head(desk: Desk) -> object:
    return replace(desk.gate._head, hash="0x" + 64 * "a")


def reorganise(node: Foreign, depth: int) -> None:
    """Blocks are replaced by empty ones, and the pool forgets what was in them."""
    with replaced(node, depth=depth):
        pass


@contextmanager
def replaced(node: Foreign, *, depth: int) -> Iterator[None]:
    """The same, with something mined in their place before anybody sends anything again."""
    node("evm_setAutomine", False)
    node("anvil_reorg", depth, [])
    node("anvil_dropAllTransactions")
    yield
    node("evm_setAutomine", True)


# Fees


def test_what_waits_too_long_is_replaced_at_a_higher_fee_with_the_same_nonce(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    first = open_outside_desk()
    desk = open_outside_desk(rules=replace(QUICK, bump_after_s=0.3), like=first)
    node("evm_setAutomine", False)
    prepared = desk.prepare_marks()
    sending, raised = in_background(lambda: desk.post(prepared))
    eventually(lambda: topics(desk).count("TransactionReplaced") >= 2)
    node.mine()
    sending.join(20)

    assert raised == []
    entry = list(desk.gate.chain.journal.entries())[-1]
    offered = [read_transaction(variant.raw) for variant in entry.variants]
    assert len({tx.nonce for tx in offered}) == 1
    assert len({(tx.to, tx.data, tx.gas, tx.value) for tx in offered}) == 1
    for before, after in pairwise(offered):
        assert after.fee_wei_max * 8 >= before.fee_wei_max * 9
        assert after.tip_wei * 8 >= before.tip_wei * 9
    mined = desk.mined[0]
    assert (mined.transaction_hash, mined.prepared_hash) == (entry.transaction_hash, prepared.transaction_hash)
    assert mined.transaction_hash != prepared.transaction_hash
    node("evm_setAutomine", True)
    each_nonce_once(node, desk, keys)
    again = open_outside_desk(like=desk)
    again.whole_trade()
    each_nonce_once(node, again, keys)


def test_no_fee_goes_above_the_ceiling(open_outside_desk: OpenOutside, node: Foreign) -> None:
    first = open_outside_desk()
    ceiling = 5 * GWEI
    desk = open_outside_desk(rules=replace(QUICK, bump_after_s=0.1, fee_wei_max=ceiling), like=first)
    node("evm_setAutomine", False)
    prepared = desk.prepare_marks()
    sending, raised = in_background(lambda: desk.post(prepared))
    eventually(lambda: len(node("txpool_content")["pending"]) == 1)
    threading.Event().wait(1)
    node.mine()
    sending.join(20)

    entry = list(desk.gate.chain.journal.entries())[-1]
    assert raised == []
    assert max(read_transaction(variant.raw).fee_wei_max for variant in entry.variants) <= ceiling


def test_an_account_without_money_is_named_before_anything_is_signed(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    desk = open_outside_desk()
    relayer = "0x" + keys.wallet("relayer").address.hex()
    node("anvil_setBalance", relayer, "0x1")

    with pytest.raises(Refused, match=f"{relayer} has 1 wei") as refused:
        desk.marks()

    assert refused.value.code == "ACCOUNT_EMPTY"
    assert desk.gate.unmined() is None


# Somebody else has the key


def test_a_key_that_somebody_else_uses_stops_the_engine(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    desk = open_outside_desk()
    spend(node, keys, "relayer", nonce=0)

    with pytest.raises(Inconsistent, match="has sent 1 transactions") as stopped:
        desk.marks()

    assert stopped.value.code == "NONCE_TAKEN"
    assert "1 transactions" in desk.gate.chain.broken


def test_a_nonce_taken_while_ours_waits_is_found_and_not_taken_for_ours(
    open_outside_desk: OpenOutside, node: Foreign, keys: DemoKeys
) -> None:
    desk = open_outside_desk()
    prepared = desk.prepare_marks()
    desk.ledger.save(prepared.journal)
    spend(node, keys, "relayer", nonce=0)

    with pytest.raises(Inconsistent, match="not ours"):
        desk.gate.send(prepared)


def spend(node: Foreign, keys: DemoKeys, role: str, *, nonce: int) -> None:
    signed = keys.wallet(role).sign(
        chain_id=31_338, nonce=nonce, to=bytes(20), data=b"", gas=21_000, fee_wei_max=10 * GWEI, tip_wei=GWEI
    )
    node("eth_sendRawTransaction", "0x" + signed.raw.hex())


# The line


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [refuse, busy, limit_exceeded, broken_gateway, cut_short, half_json, empty_object, act_and_hang_up, late(1.5)],
    ids=["refuses", "429", "limit-exceeded", "502", "cut-short", "half-json", "no-result", "acts-and-hangs-up", "late"],
)
def test_each_call_may_fail_and_a_trade_comes_out_once(  # noqa: PLR0917 - fixtures
    fault: Callable[..., None],
    open_outside_desk: OpenOutside,
    proxy: Proxy,
    node: Foreign,
    keys: DemoKeys,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tradeseal.chain.outside_gate.ANSWER_SECONDS", 0.5)
    desk = open_outside_desk()
    methods = sorted({*proxy.calls, "eth_sendRawTransaction", "eth_getTransactionReceipt"})
    for method in methods:
        proxy.fail(method, fault, 2)

    desk.whole_trade()

    each_nonce_once(node, desk, keys)
    failed = proxy.left
    assert failed < 2 * len(methods) - 4
    assert desk.gate.chain.away == ""


def test_a_lost_answer_to_a_sending_is_asked_for_and_not_sent_as_another(
    open_outside_desk: OpenOutside, proxy: Proxy, node: Foreign, keys: DemoKeys
) -> None:
    desk = open_outside_desk()
    proxy.calls.clear()
    proxy.fail("eth_sendRawTransaction", act_and_hang_up)

    desk.marks()

    assert proxy.calls.count("eth_sendRawTransaction") == 1
    each_nonce_once(node, desk, keys)


def test_a_node_that_is_behind_orphans_nothing(
    open_outside_desk: OpenOutside, proxy: Proxy, node: Foreign, keys: DemoKeys
) -> None:
    first = open_outside_desk()
    desk = open_outside_desk(rules=replace(QUICK, confirmations=3), like=first)
    prepared = desk.prepare_marks()
    sending, raised = in_background(lambda: desk.post(prepared))
    eventually(lambda: "1 of 3" in desk.gate.chain.waits)

    fallen = threading.Event()

    def falls_behind(*asked: Any) -> None:
        """The answer that tells an earlier block is followed by one that knows nothing of the later ones."""
        proxy.fail("eth_getTransactionReceipt", behind(2), 1)
        fallen.set()
        behind(2)(*asked)

    proxy.fail("eth_blockNumber", falls_behind, 1)
    eventually(lambda: fallen.is_set() and proxy.left == 0)
    node.mine(3)
    sending.join(20)

    assert raised == []
    assert "TransactionOrphaned" not in topics(desk)
    each_nonce_once(node, desk, keys)


def test_an_outage_is_told_while_it_lasts_and_waited_through(
    open_outside_desk: OpenOutside, proxy: Proxy, node: Foreign, keys: DemoKeys
) -> None:
    desk = open_outside_desk()
    prepared = desk.prepare_marks()
    proxy.fail("*", refuse, 8)
    sending, raised = in_background(lambda: desk.post(prepared))

    eventually(lambda: "no answer for" in desk.gate.chain.away)
    assert "http://127.0.0.1" in desk.gate.chain.away
    sending.join(30)

    assert (raised, desk.gate.chain.away, len(desk.mined)) == ([], "", 1)
    each_nonce_once(node, desk, keys)


def test_who_only_asks_is_not_kept_waiting_by_an_outage(open_outside_desk: OpenOutside, proxy: Proxy) -> None:
    desk = open_outside_desk()
    proxy.fail("*", refuse, 10_000)

    asking, raised = in_background(desk.gate.roles)
    asking.join(10)

    assert isinstance(raised[0], Unavailable)
    with pytest.raises(Unavailable):
        desk.gate.read("eth_blockNumber", [])


def test_an_address_where_nobody_answers_is_told_at_the_start(keys: DemoKeys, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")

    with pytest.raises(Unavailable, match="does not answer eth_chainId"):
        open_outside("http://127.0.0.1:9", ledger, a_plan(), keys, rules=QUICK)
    ledger.close()


@pytest.mark.parametrize("url", ["ftp://somewhere", "127.0.0.1:8545", "http://"])
def test_an_address_that_is_none_is_refused(url: str, keys: DemoKeys, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")

    with pytest.raises(Refused, match="no address of a node"):
        open_outside(url, ledger, a_plan(), keys)
    ledger.close()


# What lies there


def test_other_code_at_an_address_is_refused(open_outside_desk: OpenOutside, node: Foreign) -> None:
    desk = open_outside_desk()
    book = "0x" + desk.gate.deployment.book_address.hex()
    code = bytearray.fromhex(node("eth_getCode", book, "latest")[2:])
    code[1_000] ^= 1
    node("anvil_setCode", book, "0x" + code.hex())

    with pytest.raises(Refused, match="not the compiled RiskBook: byte 1000 differs") as refused:
        open_outside_desk(like=desk)

    assert refused.value.code == "OTHER_CONTRACT"


def test_a_home_of_another_chain_or_other_keys_is_refused(
    open_outside_desk: OpenOutside, node: Foreign, contracts: Path, tmp_path: Path
) -> None:
    desk = open_outside_desk()
    others = DemoKeys({role: secrets.token_bytes(32) for role in ROLES})
    node.fund(*(others.wallet(role).address for role in SENDERS))

    with pytest.raises(Refused, match="other keys"):
        open_outside_desk(like=desk, with_keys=others)

    node.stop()
    node.start("--timestamp", "1700000000")
    with pytest.raises(Refused, match="began elsewhere"):
        open_outside_desk(like=desk)


def test_a_chain_is_told_apart_from_the_secret_in_its_address(open_outside_desk: OpenOutside, proxy: Proxy) -> None:
    desk = open_outside_desk()
    chain = desk.gate.chain

    assert isinstance(chain, OutsideChain)
    assert chain.note.startswith(proxy.url)
    assert "/v3/secret" not in chain.note
