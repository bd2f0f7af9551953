"""What a stranger's tools are told over `/rpc`: eth-tester answers like Anvil, in names, forms and refusals.

The same trades are made on both; blocks differ in their hashes alone, so answers are compared by shape and by content
where the content is the same.
"""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from shutil import copy2
from typing import Any

import pytest
from desk import MARKETS, Desk, filled, ticket_of
from eth_hash.auto import keccak

from tradeseal.chain.choice import ANVIL
from tradeseal.chain.published import NodeRefused

pytestmark = pytest.mark.chain
OpenDesk = Callable[..., Desk]

HEX = re.compile(r"0x[0-9a-f]*")
QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]*)")
NOBODY = "0x" + 40 * "0"


@pytest.fixture(params=["anvil", "eth-tester"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def desk(open_desk: OpenDesk, tmp_path: Path) -> Desk:
    desk = open_desk(tmp_path)
    desk.marks()
    signal = desk.signal()
    desk.commit(signal)
    desk.marks()
    desk.record(filled(ticket_of(desk.buy(signal))))
    return desk


def refused(desk: Desk, method: str, *params: Any) -> NodeRefused:
    with pytest.raises(NodeRefused) as refusal:
        desk.gate.read(method, params)
    return refusal.value


@pytest.mark.parametrize("kind", ["anvil"], indirect=True)
def test_with_the_same_keys_both_chains_hold_the_same_transactions_at_the_same_gas(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    def traded(on: str) -> list[tuple[str, int]]:
        (tmp_path / on).mkdir(exist_ok=True)
        desk = open_desk(tmp_path / on, on=on)
        desk.whole_trade()
        return [(mined.transaction_hash, mined.gas_used) for mined in desk.mined]

    here = traded("eth-tester")
    (tmp_path / "anvil").mkdir()
    copy2(tmp_path / "eth-tester" / "demo-keys.json", tmp_path / "anvil")

    assert traded("anvil") == here


def test_a_block_by_number_and_by_hash_has_the_names_that_clients_read(desk: Desk) -> None:
    block = desk.gate.read("eth_getBlockByNumber", ["latest", True])

    quantities = ("number", "timestamp", "gasLimit", "gasUsed", "size", "baseFeePerGas", "difficulty", "blobGasUsed")
    hashes = ("hash", "parentHash", "stateRoot", "transactionsRoot", "receiptsRoot", "sha3Uncles", "mixHash",
              "withdrawalsRoot", "parentBeaconBlockRoot", "requestsHash")  # fmt: skip
    assert all(QUANTITY.fullmatch(block[name]) for name in quantities), block
    assert all(HEX.fullmatch(block[name]) and len(block[name]) == 66 for name in hashes), block
    assert (len(block["logsBloom"]), len(block["nonce"]), len(block["miner"])) == (514, 18, 42)
    assert (block["uncles"], block["extraData"], int(block["number"], 16)) == ([], "0x", desk.gate.heads().block)
    assert block["transactions"][0]["hash"] == desk.mined[-1].transaction_hash

    by_hash = desk.gate.read("eth_getBlockByHash", [block["hash"], False])
    assert by_hash == {**block, "transactions": [desk.mined[-1].transaction_hash]}
    assert desk.gate.read("eth_getBlockByNumber", ["0xffffff", False]) is None
    assert desk.gate.read("eth_getBlockByHash", ["0x" + 64 * "7", False]) is None


def test_each_block_names_the_one_before_it(desk: Desk) -> None:
    last = desk.gate.heads().block
    blocks = [desk.gate.read("eth_getBlockByNumber", [hex(n), False]) for n in range(last + 1)]

    assert [block["parentHash"] for block in blocks[1:]] == [block["hash"] for block in blocks[:-1]]


def test_a_transaction_and_its_receipt_say_the_same_place(desk: Desk) -> None:
    mined = desk.mined[-1]
    transaction = desk.gate.read("eth_getTransactionByHash", [mined.transaction_hash])
    receipt = desk.gate.read("eth_getTransactionReceipt", [mined.transaction_hash])

    place = ("blockHash", "blockNumber", "transactionIndex", "from", "to", "type")
    assert {name: transaction[name] for name in place} == {name: receipt[name] for name in place}
    assert (receipt["blockHash"], int(receipt["blockNumber"], 16)) == (mined.block_hash, mined.block)
    assert (transaction["type"], transaction["chainId"], transaction["value"]) == ("0x2", hex(31413), "0x0")
    assert int(transaction["yParity"], 16) in (0, 1)
    assert (receipt["status"], receipt["contractAddress"]) == ("0x1", None)
    assert int(receipt["gasUsed"], 16) == int(receipt["cumulativeGasUsed"], 16) == mined.gas_used
    assert desk.gate.read("eth_getTransactionByBlockNumberAndIndex", [hex(mined.block), "0x0"]) == transaction
    assert desk.gate.read("eth_getTransactionByHash", ["0x" + 64 * "7"]) is None
    assert desk.gate.read("eth_getTransactionReceipt", ["0x" + 64 * "7"]) is None


def test_the_first_receipt_names_the_contract_it_created(desk: Desk) -> None:
    created = desk.gate.read("eth_getBlockByNumber", ["0x1", True])["transactions"][0]
    receipt = desk.gate.read("eth_getTransactionReceipt", [created["hash"]])

    assert (created["to"], receipt["to"]) == (None, None)
    assert receipt["contractAddress"] == "0x" + desk.gate.deployment.oracle_address.hex()


def test_logs_are_found_by_address_topics_and_blocks(desk: Desk) -> None:
    oracle, book = ("0x" + a.hex() for a in (desk.gate.deployment.oracle_address, desk.gate.deployment.book_address))
    everything = {"fromBlock": "0x0", "toBlock": "latest"}

    def logs(**wanted: Any) -> list[dict[str, Any]]:
        return desk.gate.read("eth_getLogs", [{**everything, **wanted}])

    fills = [log for log in logs(address=book) if int(log["blockNumber"], 16) == desk.mined[-1].block]
    (fill,) = fills
    topics = fill["topics"]
    market = "0x" + keccak(MARKETS[0].encode()).hex()
    assert market in topics
    assert (fill["logIndex"], fill["removed"], fill["transactionHash"]) == (
        "0x0",
        False,
        desk.mined[-1].transaction_hash,
    )
    assert logs(address=book, topics=[topics[0]]) == [fill]
    assert logs(address=[oracle, book], topics=[[topics[0], "0x" + 64 * "7"]]) == [fill]
    assert logs(topics=[topics[0], None, None, market]) == [fill]
    assert logs(topics=[topics[0], None, None, topics[0]]) == []
    assert logs(address=book, blockHash=fill["blockHash"], fromBlock=None, toBlock=None)[0]["data"] == fill["data"]
    assert logs(address=oracle, topics=[topics[0]]) == []
    assert logs(address=book, topics=[topics[0]], toBlock=hex(desk.mined[-1].block - 1)) == []


def test_a_revert_is_told_with_its_code_and_its_data(desk: Desk) -> None:
    trader = desk.gate.roles()["trader"][0]
    book = "0x" + desk.gate.deployment.book_address.hex()
    call = {"from": trader, "to": book, "data": "0x" + desk.gate.deployment.book.authorise([]).hex()}

    for method in ("eth_call", "eth_estimateGas"):
        refusal = refused(desk, method, call)
        assert refusal.facts["node_code"] == 3
        assert "execution reverted" in refusal.message
        assert len(refusal.facts["data"]) >= 10
        assert desk.gate.deployment.book.abi.error(bytes.fromhex(refusal.facts["data"][2:])).endswith(")")


def test_state_is_told_of_the_newest_block_and_of_an_earlier_one(desk: Desk) -> None:
    read, book = desk.gate.read, "0x" + desk.gate.deployment.book_address.hex()
    trader = desk.gate.roles()["trader"][0]
    head = "0x" + desk.gate.deployment.book.abi.call("head").hex()

    assert len(read("eth_getCode", [book, "latest"])) > 10_000
    assert read("eth_getCode", [NOBODY, "latest"]) == "0x"
    assert read("eth_getTransactionCount", [trader, "latest"]) == "0x2"
    assert int(read("eth_getBalance", [trader, "latest"]), 16) == 10**27
    assert read("eth_getBalance", [NOBODY, "latest"]) == "0x0"
    assert len(read("eth_getStorageAt", [book, "0x0", "latest"])) == 66
    newest = read("eth_call", [{"to": book, "data": head}, "latest"])
    before = read("eth_call", [{"to": book, "data": head}, hex(desk.mined[-1].block - 1)])
    assert desk.gate.heads().record_head[2:] in newest
    assert int(newest[2:66], 16) == int(before[2:66], 16) + 1
    assert read("eth_call", [{"to": book, "data": head}, "pending"]) == newest


def test_small_questions_have_small_answers(desk: Desk) -> None:
    read = desk.gate.read

    assert read("eth_chainId", []) == hex(31413)
    assert read("net_version", []) == "31413"
    assert read("eth_blockNumber", []) == hex(desk.gate.heads().block)
    assert read("eth_syncing", []) is False
    assert QUANTITY.fullmatch(read("eth_gasPrice", []))
    assert read("web3_sha3", ["0x68656c6c6f"]) == "0x" + keccak(b"hello").hex()
    fees = read("eth_feeHistory", ["0x2", "latest", [50]])
    assert (len(fees["baseFeePerGas"]), len(fees["gasUsedRatio"]), len(fees["reward"])) == (3, 2, 2)
    assert read("eth_getBlockTransactionCountByNumber", ["latest"]) == "0x1"
    (receipt,) = read("eth_getBlockReceipts", ["latest"])
    assert receipt["transactionHash"] == desk.mined[-1].transaction_hash


@pytest.mark.parametrize("kind", ["eth-tester"], indirect=True)
def test_what_it_cannot_do_is_said_plainly(desk: Desk) -> None:
    proof = refused(desk, "eth_getProof", NOBODY, [], "latest")
    trace = refused(desk, "debug_traceTransaction", desk.mined[-1].transaction_hash, {"tracer": "callTracer"})
    unknown = refused(desk, "eth_noSuchMethod")
    bad = refused(desk, "eth_getBalance", "0x12", "latest")
    ahead = refused(desk, "eth_getBalance", NOBODY, "0xffffff")
    text = refused(desk, "eth_getBlockByNumber", "newest", False)

    assert (proof.facts["node_code"], trace.facts["node_code"], unknown.facts["node_code"]) == (-32004, -32004, -32601)
    assert "eth-tester" in trace.message
    assert {bad.facts["node_code"], ahead.facts["node_code"], text.facts["node_code"]} == {-32602}


@pytest.mark.parametrize("kind", ["eth-tester"], indirect=True)
def test_gas_is_estimated_to_the_unit(desk: Desk) -> None:
    book = "0x" + desk.gate.deployment.book_address.hex()
    call = {"to": book, "data": "0x" + desk.gate.deployment.book.abi.call("head").hex()}

    enough = int(desk.gate.read("eth_estimateGas", [call]), 16)

    assert desk.gate.read("eth_call", [{**call, "gas": hex(enough)}, "latest"])
    assert refused(desk, "eth_call", {**call, "gas": hex(enough - 1)}, "latest")


def test_readers_see_whole_blocks_while_others_are_made(desk: Desk) -> None:
    book = "0x" + desk.gate.deployment.book_address.hex()
    call = {"to": book, "data": "0x" + desk.gate.deployment.book.abi.call("head").hex()}
    stop, wrong, answers = threading.Event(), [], []
    # While Anvil makes a block, a call at the newest one may meet the state of the one to come: early, not wrong.
    ahead = desk.gate.chain.kind == ANVIL

    def read() -> None:
        last = 0
        while not stop.is_set():
            block = desk.gate.read("eth_getBlockByNumber", ["latest", True])
            receipt = desk.gate.read("eth_getTransactionReceipt", [block["transactions"][0]["hash"]])
            seq = int(desk.gate.read("eth_call", [call, block["number"]])[2:66], 16)
            answers.append(seq)
            if receipt["blockHash"] != block["hash"] or (seq < last and not ahead):
                wrong.append((block, receipt, seq, last))
            last = seq

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(4):
        desk.whole_trade()
    stop.set()
    for reader in readers:
        reader.join()

    assert wrong == []
    assert max(answers) > min(answers)
    assert desk.gate.book().trades_today == 5
