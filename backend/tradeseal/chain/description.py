"""Description: all that a stranger needs to check this chain's records with tools of his own.

Knows addresses, ABIs, code hashes, EIP-712 types and who holds which role. Knows nothing of HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils import to_checksum_address

from tradeseal.chain.abi import text
from tradeseal.chain.compile import BOOK, BOOK_GOVERNANCE, BOOK_RARE, ORACLE
from tradeseal.chain.gate import ChainGate
from tradeseal.oracle.published import DOMAIN_NAME, DOMAIN_VERSION, SIGNAL_TYPE, keccak, name_id

COMMIT_TYPE = "Commit(uint32 epoch,uint64 fromSeq,bytes32[] roundHashes,bytes32[] digests)"
MARKS_TYPE = "Marks(uint32 epoch,uint64 seq,bytes32 previousHash,uint64 observedAt,uint64[] prices)"
DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


@dataclass(frozen=True)
class ContractDescription:
    """One deployed contract."""

    name: str
    address: str
    abi: Sequence[Mapping[str, Any]]
    source_hash: str
    code_hash: str
    deployed_block: int


@dataclass(frozen=True)
class ContractsDescription:
    """All deployed contracts and what is signed for them."""

    chain_id: int
    contracts: tuple[ContractDescription, ...]
    book_id: str
    book_name: str
    book_class: str
    genesis_hash: str
    eip712_domain: Mapping[str, Any]
    eip712_types: Mapping[str, Any]
    market_ids: Mapping[str, str]
    roles: Mapping[str, Sequence[str]]
    limits: Mapping[str, str]


def describe(gate: ChainGate) -> ContractsDescription:
    """Read from the chain and from what was compiled; the book's ABI is that of all its parts."""
    deployment, plan = gate.deployment, gate.plan
    oracle_address = to_checksum_address(deployment.oracle_address)
    compiled = deployment.artifacts.contracts
    places = (
        (ORACLE, oracle_address, deployment.oracle.abi.entries),
        (BOOK_GOVERNANCE, to_checksum_address(deployment.governance_address), compiled[BOOK_GOVERNANCE].abi),
        (BOOK_RARE, to_checksum_address(deployment.rare_address), compiled[BOOK_RARE].abi),
        (BOOK, to_checksum_address(deployment.book_address), deployment.book.abi.entries),
    )
    return ContractsDescription(
        chain_id=gate.chain.chain_id,
        contracts=tuple(
            ContractDescription(name, address, abi, deployment.artifacts.source_hash, _code_hash(gate, address), block)
            for (name, address, abi), block in zip(places, gate.deployed_blocks(), strict=False)
        ),
        book_id=text(name_id(plan.name)),
        book_name=plan.name,
        book_class=plan.book_class.name,
        genesis_hash=gate.chain.genesis_hash,
        eip712_domain={
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": gate.chain.chain_id,
            "verifyingContract": oracle_address,
        },
        eip712_types=dict(map(typed, (DOMAIN_TYPE, SIGNAL_TYPE, COMMIT_TYPE, MARKS_TYPE))),
        market_ids={market: text(name_id(market)) for market in plan.markets},
        # No contract knows the relayer, who has no right; a reader who meets it as a sender should.
        roles={role: [to_checksum_address(address) for address in held] for role, held in gate.roles().items()}
        | {"relayer": [to_checksum_address(gate.keys.wallet("relayer").address)]},
        limits={name: str(value) for name, value in vars(gate.limits()).items()},
    )


def typed(signature: str) -> tuple[str, list[dict[str, str]]]:
    """`Commit(uint32 epoch,…)` as EIP-712 libraries want it."""
    name, _, fields = signature.removesuffix(")").partition("(")
    pairs = (field.split(" ") for field in fields.split(","))
    return name, [{"name": field_name, "type": kind} for kind, field_name in pairs]


def _code_hash(gate: ChainGate, address: str) -> str:
    return text(keccak(bytes.fromhex(gate.chain.ask("eth_getCode", address, "latest")[2:])))
