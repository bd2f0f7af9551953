"""What a stranger needs: on-chain records, contracts, the log, heads, access.

Knows the words of the chain's records and of the log. Knows nothing of web3.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from tradeseal.api.schemas.base import Address, Answer, Hash, Market, Order, Time
from tradeseal.trading.published import reasons

ReasonCode = Annotated[str, Field(json_schema_extra={"enum": [reason.code for reason in reasons()]})]


class Record(Answer):
    """One fact of the contract's hash chain: `head` covers `previous` and the record."""

    seq: int
    kind: str
    market: Market | None
    cycle_id: str | None
    head: Hash
    previous: Hash | None
    tx: Hash | None
    block: int | None
    block_hash: Hash | None
    time: Time | None
    data: dict[str, Any]
    position: int


class RecordPage(Answer):
    """Records, newest first unless `after` is given, then oldest first from there."""

    items: list[Record]
    next: str | None
    total: int


class Contract(Answer):
    """One deployed contract."""

    name: str
    address: Address
    abi: list[dict[str, Any]]
    source_hash: str
    code_hash: Hash | None
    deployed_block: int | None


class Role(Answer):
    """Who may do what."""

    role: str
    addresses: list[Address]


class Reason(Answer):
    """One rule, reason or MUST of the contracts: `code` is the same in RULES.md, here and on the screen."""

    code: ReasonCode
    kind: Literal["RULE", "PART", "SKIP", "MALFORMED", "FLAG", "CAUSE", "FAULT", "MUST"]
    name: str = Field(description="Its name in the software; of a FAULT, the error's name in the ABI.")


class Rulebook(Answer):
    """All that the contracts must do and may answer, in the order of RULES.md."""

    items: list[Reason]


class Contracts(Answer):
    """Addresses, ABI, EIP-712 types, chain id, source hash: all that a stranger needs to verify."""

    chain_id: str
    genesis_hash: Hash | None
    rpc: str
    contracts: list[Contract]
    eip712_domain: dict[str, Any]
    eip712_types: dict[str, Any]
    book_id: Hash
    book_name: str
    book_class: str
    markets: list[dict[str, str]]
    roles: list[Role]
    limits: dict[str, str]


class LoggedEvent(Answer):
    """One event of the append-only log, with all that is needed to compute its hash again.

    `hash` is SHA-256 over `previous` (32 bytes; the first event's is zero) and then, each with its length as four
    bytes before it: position (8 bytes), stream (the 16 bytes of the UUID), version (8 bytes), topic and `state` (the
    stored text as UTF-8). Numbers are big-endian. `data` is `state` for reading.
    """

    position: int
    stream: str
    version: int
    topic: str
    time: Time | None
    hash: Hash
    previous: Hash
    state: str
    data: dict[str, Any]


class EventPage(Answer):
    """Events after a position, oldest first."""

    items: list[LoggedEvent]
    next: int | None
    last: int


class EventProof(Answer):
    """Why one event is among those whose Merkle root stands on the chain.

    The tree is RFC 6962's over the hashes of the events `first` to `last`: a leaf is SHA-256 of one zero byte and the
    event's `hash`, a node of one byte 1 and its two children. `path` holds the hashes beside the way from leaf `index`
    of `size` to `root`, from below. The transaction `tx` called `anchor(last, root, first - 1)` of SignalOracle.
    """

    position: int
    hash: Hash
    index: int
    size: int
    path: list[Hash]
    root: Hash
    first: int
    last: int
    anchored_at: int
    tx: Hash
    block: int
    block_hash: Hash


class Head(Answer):
    """What a witness keeps: a block, a place in the log and a record. Each can only be extended.

    To compare at the next visit: same `chain_id` and `genesis_hash`; `log_position` not smaller; the event at the kept
    `log_position` (`/api/events?after=POSITION-1&limit=1`) still has the kept `log_root` as its `hash`; the block at
    the kept number still has its hash (`/rpc`). Anything else: the history was changed since.
    """

    chain_id: str
    genesis_hash: Hash | None
    block: int
    block_hash: Hash
    log_position: int
    log_root: Hash
    record_seq: int
    record_head: Hash
    observed_at: Time | None


class Heads(Answer):
    """The newest head of each book."""

    heads: list[Head]


class SessionOrder(Order):
    """The one-time key from the address that `run.sh` printed, or the token in the file `api-token` of the home."""

    key: str = Field(min_length=16, max_length=200)


class Session(Answer):
    """Whether changes are allowed from here, and if not, why."""

    active: bool
    expires_at: Time | None
    reason: str | None
