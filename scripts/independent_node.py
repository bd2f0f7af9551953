"""What a node says of a journal's transactions, for the second verifier: web3 alone.

Knows receipts, blocks and one view of the book, `head()`. Trusts nothing of them: a difference is a difference.
"""

from typing import Any, Protocol

from web3 import HTTPProvider, Web3

HEAD = Web3.keccak(text="head()")[:4].hex().removeprefix("0x")
Json = dict[str, Any]


class Same(Protocol):
    """Compares two values under a check's number, and stops where they differ."""

    def __call__(self, check: int, what: str, got: object, want: object) -> None: ...


class Node:
    """Somebody's node."""

    def __init__(self, url: str) -> None:
        self._provider = HTTPProvider(url, request_kwargs={"timeout": 30})
        self.not_checked: list[str] = []

    def call(self, method: str, *params: Any) -> Any:
        """The result; `ConnectionError` where there is none."""
        answer = self._provider.make_request(method, list(params))
        if "error" in answer:
            raise ConnectionError(f"{method}: {answer['error']}")
        return answer["result"]

    def same_chain(self, same: Same, book: Json) -> None:
        """It is the chain that the book was opened on."""
        same(1, "chain id of the node", book["chain_id"], int(self.call("eth_chainId"), 16))
        same(1, "genesis of the node", book["genesis_hash"], self.call("eth_getBlockByNumber", "0x0", False)["hash"])

    def same_place(self, same: Same, told: Json) -> None:
        """A transaction stands where the log says in the end, and came out so."""
        receipt = self.call("eth_getTransactionReceipt", told["transaction_hash"])
        same(1, "the node has the transaction", receipt is not None, True)
        got = (told["block"], told["block_hash"], told["status"], told["gas_used"])
        want = (int(receipt["blockNumber"], 16), receipt["blockHash"], int(receipt["status"], 16),
                int(receipt["gasUsed"], 16))  # fmt: skip
        same(1, "block, hash, status and gas on the node", got, want)

    def same_head(self, same: Same, book: str, block: int, record: int, record_head: str) -> None:
        """The contract itself holds this record head after the log's last block."""
        try:
            told = bytes.fromhex(self.call("eth_call", {"to": book, "data": "0x" + HEAD}, hex(block))[2:])
        except ConnectionError as error:
            self.not_checked.append(f"the book's head at block {block}: the node does not tell it ({error})")
            return
        same(
            4,
            "record head of the contract",
            (record, record_head),
            (int.from_bytes(told[:32], "big"), "0x" + told[32:64].hex()),
        )
