"""On-chain records, contracts, verifications, the log and its heads.

Knows the read models and the deployment. Knows nothing of web3.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from tradeseal.api import proofs, tables
from tradeseal.api.routes.common import Cursor, Limit, MarketText, PortsDep, as_json
from tradeseal.api.schemas.records import Contracts, EventPage, Heads, RecordPage
from tradeseal.api.schemas.trades import VerificationPage

router = APIRouter(tags=["records"])

After = Annotated[int | None, Query(ge=0, le=2**53, description="Only what follows this number.")]


@router.get("/api/smartcontract/records", response_model=RecordPage, operation_id="getRecords")
def records(
    ports: PortsDep,
    after: After = None,
    market: MarketText = None,
    kind: Annotated[str | None, Query(max_length=40, pattern=r"^[A-Za-z_]+$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """The contract's records with block number, block hash, previous hash, data and time."""
    return as_json(tables.record_page(ports, after=after, market=market, kind=kind, cursor=cursor, limit=limit))


@router.get("/api/smartcontract/contracts", response_model=Contracts, operation_id="getContracts")
def contracts(ports: PortsDep) -> Response:
    """Addresses, ABI, EIP-712 types, chain id, source hash: all that a stranger needs to verify."""
    return as_json(proofs.contracts(ports.the_contracts().contracts()))


@router.get("/api/oracle/verifications", response_model=VerificationPage, operation_id="getVerifications")
def verifications(
    ports: PortsDep,
    market: MarketText = None,
    outcome: Annotated[Literal["VERIFIED", "FAILED"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Each check of the oracle, its numbers, its outcome, newest first."""
    return as_json(tables.verification_page(ports, market=market, outcome=outcome, cursor=cursor, limit=limit))


@router.get("/api/events", response_model=EventPage, operation_id="getEvents")
def events(
    ports: PortsDep,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """The append-only log behind a position, oldest first, each event with its hash and the one before."""
    return as_json(tables.event_page(ports, after, limit))


@router.get("/api/heads", response_model=Heads, operation_id="getHeads")
def heads(ports: PortsDep) -> Response:
    """What a witness keeps: compare it at your next visit."""
    return as_json(proofs.heads(ports))
