"""The gate to a chain of others: the same contracts and calls, deployed once by the home's own governor.

Knows how it is opened, and refuses code that is not what was compiled. Knows nothing of how a transaction gets there.
"""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from tradeseal.chain.compile import BOOK, BOOK_GOVERNANCE, BOOK_RARE, CONTRACTS, ORACLE, artifacts, artifacts_of
from tradeseal.chain.deploy import BookPlan, Deployment, deploy, source_hash_of
from tradeseal.chain.gate import ChainGate
from tradeseal.chain.journaled import Chain
from tradeseal.chain.keys import DemoKeys
from tradeseal.chain.outside_chain import OutsideChain, Rules
from tradeseal.chain.rpc import HttpRpc
from tradeseal.kernel.errors import Inconsistent, Refused
from tradeseal.ledger.published import Ledger

ANSWER_SECONDS = 15.0
RECORD_STEP = 2_000  # events read at once, from the end of the log backwards
# What the compiler leaves for an immutable: PUSH32 and 32 zero bytes, which it writes for nothing else.
IMMUTABLE = re.compile(b"\x7f" + 32 * b"\0")


def open_outside(
    url: str,
    ledger: Ledger,
    plan: BookPlan,
    keys: DemoKeys,
    *,
    rules: Rules | None = None,
    contracts: Path = CONTRACTS,
    opening: Callable[[str], None] = lambda _: None,
) -> ChainGate:
    """Reach the chain, deploy what is missing, refuse what is other code, and open the gate.

    `opening` hears what is waited for until then.
    """
    node = HttpRpc(url, timeout_s=ANSWER_SECONDS)
    senders = [keys.wallet(role).address for role in ("governor", "guardian", "trader", "relayer")]
    chain = OutsideChain(node, node.name, ledger, senders, keys.by_address, rules=rules)
    chain.changed = lambda: opening(chain.away or chain.waits or f"on {node.name}")
    try:
        chain.open()
        first = next(chain.journal.entries(), None)
        compiled = artifacts(contracts) if first is None else artifacts_of(source_hash_of(first), contracts)
        deployment = deploy(chain, ledger, plan, keys, compiled)
        refuse_other_code(chain, deployment)
        gate = ChainGate(chain, keys, plan, deployment)
        refuse_other_history(gate, ledger)
    except BaseException:
        chain.close()
        raise
    chain.mended = gate.stands_again
    chain.wallet_of = gate.wallet_of
    chain.changed = _nobody
    return gate


def refuse_other_history(gate: ChainGate, ledger: Ledger) -> None:
    """The contract holds the newest record that the log tells, or later ones that were not told yet.

    A reorganisation may have changed it while nobody was here. It cannot be mended: what the log tells stays told, and
    a simulated book takes no fill without its ticket.
    """
    told, heads = newest_record(ledger), gate.heads()
    if told is None or heads.record_seq > told[0] or told == (heads.record_seq, heads.record_head):
        return
    raise Inconsistent(
        "REORG_CHANGED_HISTORY",
        "The contract holds another record than this home's log, as after a reorganisation deeper than its "
        "confirmations. Keep the home as evidence and begin another with --home.",
        got=f"{heads.record_seq}: {heads.record_head}",
        want=f"{told[0]}: {told[1]}",
    )


def newest_record(ledger: Ledger) -> tuple[int, str] | None:
    """Number and hash of the newest record that the log tells; None where it tells none yet."""
    last, _ = ledger.facts.last()
    for end in range(last, 0, -RECORD_STEP):
        facts = ledger.facts.read(max(end - RECORD_STEP, 0), min(end, RECORD_STEP))
        told = [msgspec.json.decode(fact.state, type=_Told) for fact in facts if b'"record_hash"' in fact.state]
        if told:
            newest = max(told, key=lambda one: one.record_seq)
            return newest.record_seq, newest.record_hash
    return None


class _Told(msgspec.Struct):
    record_seq: int
    record_hash: str


def refuse_other_code(chain: Chain, deployment: Deployment) -> None:
    """What lies at each address is what was compiled, immutables apart."""
    for name, address in (
        (ORACLE, deployment.oracle_address),
        (BOOK_GOVERNANCE, deployment.governance_address),
        (BOOK_RARE, deployment.rare_address),
        (BOOK, deployment.book_address),
    ):
        there = bytes.fromhex(chain.ask("eth_getCode", "0x" + address.hex(), "latest")[2:])
        place = first_difference(deployment.artifacts.contracts[name].runtime_code, there)
        if place is not None:
            raise Refused(
                "OTHER_CONTRACT",
                f"The code at 0x{address.hex()} is not the compiled {name}: byte {place} differs "
                f"({len(there)} bytes there, {len(deployment.artifacts.contracts[name].runtime_code)} compiled).",
                contract=name,
                address="0x" + address.hex(),
                byte=place,
            )


def first_difference(compiled: bytes, there: bytes) -> int | None:
    """The first byte in which deployed code is other than the compiled one; None where it is the same."""
    masked = bytearray(there)
    for found in IMMUTABLE.finditer(compiled):
        masked[found.start() + 1 : found.end()] = compiled[found.start() + 1 : found.end()]
    if bytes(masked) == compiled:
        return None
    pairs = enumerate(zip(masked, compiled, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(there), len(compiled)))


def _nobody() -> None:
    """Once open, whoever wants to know asks."""
