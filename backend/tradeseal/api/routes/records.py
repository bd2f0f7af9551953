"""On-chain records, contracts, verifications, the log and its heads.

Knows the read models and the deployment. Knows nothing of web3.
"""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from tradeseal.api import proofs, tables
from tradeseal.api.routes.common import (
    After,
    Checked,
    Cursor,
    Limit,
    MarketText,
    PortsDep,
    RecordKind,
    RuleText,
    SideText,
    Since,
    Topic,
    Until,
    as_json,
)
from tradeseal.api.schemas.records import Contracts, EventPage, EventProof, Heads, RecordPage, Rulebook
from tradeseal.api.schemas.trades import VerificationPage
from tradeseal.trading.published import reasons

router = APIRouter(tags=["records"])


@router.get("/api/smartcontract/records", response_model=RecordPage, operation_id="getRecords")
def records(
    ports: PortsDep,
    after: After = None,
    market: MarketText = None,
    kind: RecordKind = None,
    rule: RuleText = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """The contract's records with block number, block hash, previous hash, data and time."""
    chosen = tables.filter_of(ports, market=market, kind=tables.record_kind(kind), rule=rule, since=since, until=until)
    return as_json(tables.record_page(ports, chosen, after=after, cursor=cursor, limit=limit))


@router.get("/api/smartcontract/contracts", response_model=Contracts, operation_id="getContracts")
def contracts(ports: PortsDep) -> Response:
    """Addresses, ABI, EIP-712 types, chain id, source hash: all that a stranger needs to verify."""
    return as_json(proofs.contracts(ports.the_contracts().contracts()))


@router.get("/api/smartcontract/rules", response_model=Rulebook, operation_id="getRulebook")
def rulebook() -> Response:
    """Every rule, reason and MUST of the contracts by its code; what each means stands in RULES.md."""
    return as_json({"items": [asdict(reason) for reason in reasons()]})


@router.get("/api/oracle/verifications", response_model=VerificationPage, operation_id="getVerifications")
def verifications(
    ports: PortsDep,
    market: MarketText = None,
    side: SideText = None,
    outcome: Checked = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Each check of the oracle, its numbers, its outcome, newest first."""
    chosen = tables.filter_of(ports, market=market, side=side, outcome=outcome, since=since, until=until)
    return as_json(tables.verification_page(ports, chosen, cursor, limit))


@router.get("/api/events", response_model=EventPage, operation_id="getEvents")
def events(
    ports: PortsDep,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    topic: Topic = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """The append-only log behind a position, oldest first, each event with its hash and the one before.

    `from` and `to` are of the wall clock at which events were stored. With `topic` a page may be short, even empty,
    and still lead on by `next`.
    """
    return as_json(tables.event_page(ports, after=after, limit=limit, topic=topic, since=since, until=until))


@router.get("/api/events/{position}/proof", response_model=EventProof, operation_id="getEventProof")
def event_proof(ports: PortsDep, position: Annotated[int, Path(ge=1, le=2**53)]) -> Response:
    """The inclusion proof of one event under the root that was anchored on the chain."""
    return as_json(proofs.inclusion(ports, position))


@router.get("/api/heads", response_model=Heads, operation_id="getHeads")
def heads(ports: PortsDep) -> Response:
    """What a witness keeps: compare it at your next visit."""
    return as_json(proofs.heads(ports))
