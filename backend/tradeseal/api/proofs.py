"""Proofs: records, verifications, contracts and heads, as a stranger needs them.

Knows the rows of the read models and the schemas' words. Knows nothing of HTTP or web3.
"""

import json
from dataclasses import asdict
from typing import Any

from tradeseal.api.plain import exact, time_of
from tradeseal.api.ports import ContractsInfo, Ports
from tradeseal.api.symbols import base_of
from tradeseal.kernel.errors import Refused
from tradeseal.readmodels.published import Row


def record(row: Row) -> dict[str, Any]:
    """One record of the contract's hash chain."""
    return {
        "seq": row["seq"],
        "kind": row["kind"],
        "market": row["market"],
        "cycle_id": row["cycle"],
        "head": row["hash"],
        "previous": row["previous"],
        "tx": row["tx"],
        "block": row["block"],
        "block_hash": row["block_hash"],
        "time": time_of(row["observed_at"]),
        "data": exact(json.loads(row["data"])),
        "position": row["position"],
    }


def verification(row: Row) -> dict[str, Any]:
    """The oracle's verdict on one signal."""
    return {
        "id": str(row["position"]),
        "cycle_id": row["cycle"],
        "market": row["market"],
        "symbol": base_of(row["market"]),
        "side": row["side"],
        "time": time_of(row["observed_at"]),
        "outcome": row["outcome"],
        "digest": row["digest"] or None,
        "checks": json.loads(row["checks"]),
        "position": row["position"],
    }


def contracts(info: ContractsInfo) -> dict[str, Any]:
    """All that a stranger needs to verify."""
    return {
        "chain_id": str(info.chain_id),
        "genesis_hash": info.genesis_hash,
        "rpc": "/rpc",
        "contracts": [asdict(c) | {"abi": [dict(entry) for entry in c.abi]} for c in info.contracts],
        "eip712_domain": dict(info.eip712_domain),
        "eip712_types": dict(info.eip712_types),
        "book_id": info.book_id,
        "book_name": info.book_name,
        "book_class": info.book_class,
        "markets": [{"market": market, "id": market_id} for market, market_id in info.market_ids.items()],
        "roles": [{"role": role, "addresses": list(addresses)} for role, addresses in info.roles.items()],
        "limits": dict(info.limits),
    }


def inclusion(ports: Ports, position: int) -> dict[str, Any]:
    """Why an event is among those whose root was anchored; raises `Refused` for one that is not yet."""
    queries = ports.the_queries()
    last, _ = queries.last_event()
    if position > last:
        raise Refused("UNKNOWN_EVENT", f"The log has {last} events.", got=position, last=last)
    anchor = queries.anchor_of(position)
    if anchor is None:
        raise Refused(
            "NOT_ANCHORED_YET",
            "No anchor covers this event yet: one follows after every 256 events, between two bars. Ask again later.",
            position=position,
            last=last,
        )
    event_hash, proof = queries.proof_of(position, anchor)
    a = anchor.data
    return {
        "position": position,
        "hash": event_hash,
        "index": proof.index,
        "size": proof.size,
        "path": ["0x" + one.hex() for one in proof.path],
        "root": a["root"],
        "first": a["previous_position"] + 1,
        "last": a["position"],
        "anchored_at": anchor.position,
        "tx": a["transaction_hash"],
        "block": a["block"],
        "block_hash": a["block_hash"],
    }


def heads(ports: Ports) -> dict[str, Any]:
    """What a witness keeps."""
    state = ports.the_engine().book()
    engine = ports.status()
    position, root = ports.the_queries().last_event()
    if state is None or not state.observed_at or engine.chain.chain_id is None:
        return {"heads": []}
    return {
        "heads": [
            {
                "chain_id": str(engine.chain.chain_id),
                "genesis_hash": engine.chain.genesis_hash,
                "block": state.block,
                "block_hash": state.block_hash,
                "log_position": position,
                "log_root": root,
                "record_seq": state.record_seq,
                "record_head": state.record_head,
                "observed_at": time_of(state.observed_at),
            }
        ]
    }
