"""The RPC proxy: read-only JSON-RPC by an allow-list, with bounds that keep a node alive.

Knows JSON-RPC 2.0 and which methods only read. Knows nothing of what a method answers.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import orjson

from tradeseal.api.ports import Ports, RpcFault, RpcPort
from tradeseal.kernel.errors import Unavailable

BATCH_MAX: Final = 50
LOG_BLOCKS_MAX: Final = 10_000
LOG_ADDRESSES_MAX: Final = 50
TRACES_IN_BATCH_MAX: Final = 5
GAS_MAX: Final = 50_000_000

ALLOWED: Final = frozenset(
    {
        "eth_blockNumber", "eth_call", "eth_chainId", "eth_estimateGas", "eth_feeHistory", "eth_gasPrice",
        "eth_getBalance", "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getBlockReceipts",
        "eth_getBlockTransactionCountByHash", "eth_getBlockTransactionCountByNumber", "eth_getCode", "eth_getLogs",
        "eth_getProof", "eth_getStorageAt", "eth_getTransactionByBlockHashAndIndex",
        "eth_getTransactionByBlockNumberAndIndex", "eth_getTransactionByHash", "eth_getTransactionCount",
        "eth_getTransactionReceipt", "eth_getUncleCountByBlockHash", "eth_getUncleCountByBlockNumber",
        "eth_maxPriorityFeePerGas", "eth_syncing", "net_listening", "net_version", "web3_clientVersion", "web3_sha3",
        "ots_getApiLevel", "ots_getBlockDetails", "ots_getBlockDetailsByHash", "ots_getBlockTransactions",
        "ots_getContractCreator", "ots_getInternalOperations", "ots_getTransactionBySenderAndNonce",
        "ots_getTransactionError", "ots_hasCode", "ots_searchTransactionsAfter", "ots_searchTransactionsBefore",
        "ots_traceTransaction", "debug_traceTransaction", "trace_transaction", "erigon_getHeaderByNumber",
    }
)  # fmt: skip
TRACES: Final = frozenset(
    {"debug_traceTransaction", "trace_transaction", "ots_traceTransaction", "ots_getInternalOperations"}
)
_PAGED: Final = frozenset({"ots_getBlockTransactions", "ots_searchTransactionsAfter", "ots_searchTransactionsBefore"})
TRACERS: Final = frozenset({"callTracer", "prestateTracer", "4byteTracer"})

PARSE_ERROR, INVALID_REQUEST, NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
UNAVAILABLE: Final = -32002
LIMIT_EXCEEDED: Final = -32005

_QUANTITY: Final = re.compile(r"^0x[0-9a-fA-F]{1,16}$")


class _Wrong(Exception):
    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


def answer(ports: Ports, body: bytes) -> Any:
    """The reply to one request or a batch; None when there were notifications only."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _error(None, _Wrong(PARSE_ERROR, "The body is not JSON."))
    if not isinstance(asked, list):
        return _one(ports, asked)
    if not asked:
        return _error(None, _Wrong(INVALID_REQUEST, "An empty batch asks nothing."))
    if len(asked) > BATCH_MAX:
        return _error(None, _Wrong(LIMIT_EXCEEDED, f"At most {BATCH_MAX} requests in a batch, got {len(asked)}."))
    traces = sum(isinstance(a, dict) and a.get("method") in TRACES for a in asked)
    if traces > TRACES_IN_BATCH_MAX:
        return _error(None, _Wrong(LIMIT_EXCEEDED, f"At most {TRACES_IN_BATCH_MAX} traces in a batch, got {traces}."))
    replies = [reply for reply in (_one(ports, a) for a in asked) if reply is not None]
    return replies or None


def _one(ports: Ports, asked: Any) -> dict[str, Any] | None:
    request_id = asked.get("id") if isinstance(asked, dict) else None
    if not isinstance(request_id, str | int | float | None):
        request_id = None
    try:
        method, params = _checked(asked)
        rpc = ports.the_rpc()
        _bound(rpc, method, params)
        result = rpc.request(method, params)
    except _Wrong as wrong:
        return _error(request_id, wrong)
    except RpcFault as fault:
        return _error(request_id, _Wrong(fault.code, fault.message, fault.data))
    except Unavailable as error:
        return _error(request_id, _Wrong(UNAVAILABLE, error.message, {"code": error.code}))
    if isinstance(asked, dict) and "id" not in asked:
        return None
    return {"jsonrpc": "2.0", "id": request_id, "result": result}


def _error(request_id: Any, wrong: _Wrong) -> dict[str, Any]:
    error: dict[str, Any] = {"code": wrong.code, "message": wrong.message}
    if wrong.data is not None:
        error["data"] = wrong.data
    return {"jsonrpc": "2.0", "id": request_id, "error": error}


def _checked(asked: Any) -> tuple[str, list[Any]]:
    if not isinstance(asked, dict) or asked.get("jsonrpc") != "2.0" or not isinstance(asked.get("method"), str):
        raise _Wrong(INVALID_REQUEST, "A request is an object with jsonrpc 2.0, method, params and id.")
    method: str = asked["method"]
    if method not in ALLOWED:
        raise _Wrong(
            NOT_FOUND,
            f"{method[:60]} is not served here: /rpc only reads. Nothing can be sent, signed, mined or set through it.",
        )
    params = asked.get("params", [])
    if not isinstance(params, list):
        raise _Wrong(INVALID_PARAMS, "Parameters come as a list.")
    return method, params


def _bound(rpc: RpcPort, method: str, params: Sequence[Any]) -> None:
    if method == "eth_getLogs":
        _bound_logs(rpc, params)
    elif method == "debug_traceTransaction":
        _bound_trace(params)
    elif method in ("eth_call", "eth_estimateGas"):
        _bound_call(params)
    elif method == "eth_feeHistory" and params and _number(params[0]) > 1024:
        raise _Wrong(LIMIT_EXCEEDED, "At most 1024 blocks of fee history.")
    elif method in _PAGED and len(params) > 2 and _number(params[2]) > 100:
        raise _Wrong(LIMIT_EXCEEDED, "At most 100 transactions a page.")


def _bound_logs(rpc: RpcPort, params: Sequence[Any]) -> None:
    if len(params) != 1 or not isinstance(params[0], dict):
        raise _Wrong(INVALID_PARAMS, "eth_getLogs takes one filter.")
    chosen = params[0]
    addresses = chosen.get("address")
    if isinstance(addresses, list) and len(addresses) > LOG_ADDRESSES_MAX:
        raise _Wrong(LIMIT_EXCEEDED, f"At most {LOG_ADDRESSES_MAX} addresses.")
    if "blockHash" in chosen:
        return
    first = _block(rpc, chosen.get("fromBlock", "latest"))
    last = _block(rpc, chosen.get("toBlock", "latest"))
    if last - first >= LOG_BLOCKS_MAX:
        raise _Wrong(
            LIMIT_EXCEEDED,
            f"At most {LOG_BLOCKS_MAX} blocks at once, got {last - first + 1}; ask in parts.",
            {"limit": LOG_BLOCKS_MAX},
        )


def _block(rpc: RpcPort, named: Any) -> int:
    if named == "earliest":
        return 0
    if named in ("latest", "pending", "safe", "finalized", None):
        return int(str(rpc.request("eth_blockNumber", [])), 16)
    if isinstance(named, str) and _QUANTITY.match(named):
        return int(named, 16)
    raise _Wrong(INVALID_PARAMS, "A block is a hex quantity, earliest or latest.")


def _bound_trace(params: Sequence[Any]) -> None:
    options = params[1] if len(params) > 1 else {}
    if not isinstance(options, dict) or options.get("tracer") not in TRACERS:
        raise _Wrong(
            INVALID_PARAMS,
            "Name a tracer (callTracer, prestateTracer or 4byteTracer): a trace of every opcode has no bound.",
        )


def _bound_call(params: Sequence[Any]) -> None:
    if len(params) > 2:
        raise _Wrong(INVALID_PARAMS, "State and block overrides are not served here.")
    call = params[0] if params else None
    if not isinstance(call, dict):
        raise _Wrong(INVALID_PARAMS, "The first parameter is the call.")
    if "gas" in call and _number(call["gas"]) > GAS_MAX:
        raise _Wrong(LIMIT_EXCEEDED, f"At most {GAS_MAX} gas.")


def _number(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _QUANTITY.match(value):
        return int(value, 16)
    raise _Wrong(INVALID_PARAMS, "A number is a hex quantity.")
