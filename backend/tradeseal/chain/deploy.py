"""Deployment: oracle, the book's three parts and their bond, as the first five transactions of the journal.

Knows the order, the deployer's nonces and therefore all addresses beforehand. Knows nothing of what comes after.
A start that was interrupted goes on where it stopped.
"""

from dataclasses import dataclass, field, replace

from tradeseal.chain.abi import Abi
from tradeseal.chain.compile import BOOK, BOOK_GOVERNANCE, BOOK_RARE, ORACLE, Artifacts
from tradeseal.chain.journal import JournalEntry
from tradeseal.chain.journaled import Chain
from tradeseal.chain.keys import DemoKeys, Quorum
from tradeseal.chain.risk_book import BookLimits, BookSetup, RiskBook
from tradeseal.chain.signal_oracle import OracleSetup, SignalOracle
from tradeseal.chain.transactions import Wallet, created_address
from tradeseal.kernel.errors import Refused
from tradeseal.ledger.published import Ledger
from tradeseal.oracle.published import name_id
from tradeseal.trading.published import BookClass

DEPLOYMENT = "deploy"


@dataclass(frozen=True)
class BookPlan:
    """The book that a home is about: fixed at its opening."""

    name: str
    markets: tuple[str, ...]
    cash_e8: int
    opened_at: int
    step_limit_bps: int
    book_class: BookClass = BookClass.SIMULATED
    limits: BookLimits = field(default_factory=BookLimits)
    quorum: Quorum = field(default_factory=Quorum)


@dataclass(frozen=True)
class Deployment:
    """Where the contracts lie and how they are spoken to."""

    oracle_address: bytes
    governance_address: bytes
    rare_address: bytes
    book_address: bytes
    oracle: SignalOracle
    book: RiskBook
    artifacts: Artifacts


@dataclass(frozen=True)
class RoleAddresses:
    """The 20-byte addresses of those who may do something."""

    governor: bytes
    guardian: bytes
    trader: bytes
    signers: tuple[bytes, ...]


def roles_of(keys: DemoKeys, quorum: Quorum) -> RoleAddresses:
    """The roles of a home's own keys."""
    told = keys.addresses()
    signers = tuple(keys.signer_addresses(quorum.signers))
    return RoleAddresses(told["governor"], told["guardian"], told["trader"], signers)


def deployment_of(plan: BookPlan, artifacts: Artifacts, deployer: bytes, *, first_nonce: int = 0) -> Deployment:
    """The addresses follow from the deployer's nonces, of a key of ours its first ones.

    Raises `Refused` when the home's contracts are of a version before the book had three parts.
    """
    if BOOK_GOVERNANCE not in artifacts.contracts:
        raise Refused(
            "CONTRACTS_TOO_OLD",
            "This home has contracts of an earlier version, which this one does not run: begin another (--home DIR).",
            source_hash=artifacts.source_hash,
        )
    return Deployment(
        oracle_address=created_address(deployer, first_nonce),
        governance_address=created_address(deployer, first_nonce + 1),
        rare_address=created_address(deployer, first_nonce + 2),
        book_address=created_address(deployer, first_nonce + 3),
        oracle=SignalOracle(Abi(artifacts.contracts[ORACLE].abi)),
        book=RiskBook(Abi(artifacts.merged_book_abi()), plan.markets),
        artifacts=artifacts,
    )


def deploy(chain: Chain, ledger: Ledger, plan: BookPlan, keys: DemoKeys, artifacts: Artifacts) -> Deployment:
    """Carry out what is missing of the five steps; nothing when all were carried out before."""
    deployer = keys.wallet("governor")
    deployment = deployment_of(plan, artifacts, deployer.address)
    for nonce, (name, to, data) in enumerate(creations(deployment, plan, roles_of(keys, plan.quorum))):
        if chain.mined_count > nonce:
            continue
        _step(
            chain,
            ledger,
            deployer,
            nonce=nonce,
            label=f"{name} {artifacts.source_hash}",
            to=to,
            data=data,
            at=plan.opened_at,
        )
    return deployment


def source_hash_of(entry: JournalEntry) -> str:
    """The sources that a deployment's first transaction came from."""
    return entry.label.rpartition(" ")[2]


def sign_next(
    chain: Chain,
    wallet: Wallet,
    *,
    kind: str,
    label: str,
    to: bytes | None,
    data: bytes,
    at: int,
    value_wei: int = 0,
) -> JournalEntry:
    """Build and sign the next transaction; it is on no page of the journal yet."""
    block_time = chain.block_time(at)
    sender = "0x" + wallet.address.hex()
    nonce = chain.next_nonce(sender)
    gas, fees = chain.offer(sender=sender, to=to, data=data, value_wei=value_wei)
    signed = wallet.sign(
        chain_id=chain.chain_id, nonce=nonce, to=to, data=data, gas=gas, fee_wei_max=fees.most_wei,
        value_wei=value_wei, tip_wei=fees.tip_wei,
    )  # fmt: skip
    return JournalEntry(
        position=chain.next_position,
        raw="0x" + signed.raw.hex(),
        transaction_hash="0x" + signed.transaction_hash.hex(),
        nonce=signed.nonce,
        sender=sender,
        block_time=block_time,
        kind=kind,
        label=label,
    )


def creations(deployment: Deployment, plan: BookPlan, roles: RoleAddresses) -> list[tuple[str, bytes | None, bytes]]:
    """The four transactions in their order: a name, whom it calls (None creates), and its data."""
    code = {name: contract.creation_code for name, contract in deployment.artifacts.contracts.items()}
    oracle_setup = OracleSetup(
        governor=roles.governor,
        guardian=roles.guardian,
        trader=roles.trader,
        signers=roles.signers,
        quorum=plan.quorum.needed,
        markets=tuple(map(name_id, plan.markets)),
        book_class=plan.book_class,
        step_limit_bps=plan.step_limit_bps,
    )
    book_setup = BookSetup(
        oracle=deployment.oracle_address,
        rare=bytes(20),
        book=name_id(plan.name),
        cash_e8=plan.cash_e8,
        limits=plan.limits,
    )
    behind = {BOOK_GOVERNANCE: bytes(20), BOOK_RARE: deployment.governance_address, BOOK: deployment.rare_address}
    parts = [
        (name, None, deployment.book.creation(code[name], replace(book_setup, rare=rare)))
        for name, rare in behind.items()
    ]
    return [
        (ORACLE, None, deployment.oracle.creation(code[ORACLE], oracle_setup)),
        *parts,
        ("bind", deployment.oracle_address, deployment.oracle.bind(deployment.book_address)),
    ]


def _step(
    chain: Chain,
    ledger: Ledger,
    deployer: Wallet,
    *,
    nonce: int,
    label: str,
    to: bytes | None,
    data: bytes,
    at: int,
) -> None:
    entry = chain.waiting()
    if entry is None:
        entry = sign_next(chain, deployer, kind=DEPLOYMENT, label=label, to=to, data=data, at=at)
        ledger.save(chain.sign(entry))
    if entry.nonce != nonce or entry.kind != DEPLOYMENT:
        raise Refused("DEPLOYMENT_ORDER", f"{entry.label} stands where {label} should be.", got=entry.nonce, want=nonce)
    mined, _receipt, page = chain.send(entry.transaction_hash)
    ledger.save(page)
    if not mined.status:
        raise Refused("DEPLOYMENT_FAILED", f"{label} could not be deployed.", transaction_hash=mined.transaction_hash)
