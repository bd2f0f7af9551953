"""/rpc only reads, within bounds, and says so in JSON-RPC's own words."""

import json
from typing import Any

import pytest
from fakes import Site, a_site

from tradeseal.api.rpc import ALLOWED, BATCH_MAX, LOG_BLOCKS_MAX, TRACES_IN_BATCH_MAX

FORBIDDEN = [
    "eth_sendTransaction", "eth_sendRawTransaction", "eth_sendRawTransactionSync", "eth_accounts", "eth_sign",
    "eth_signTransaction", "eth_signTypedData_v4", "personal_unlockAccount", "anvil_setBalance", "anvil_dumpState",
    "anvil_impersonateAccount", "evm_mine", "evm_setNextBlockTimestamp", "evm_snapshot", "evm_revert",
    "hardhat_setCode", "debug_setHead", "debug_traceCall", "debug_traceBlockByNumber", "debug_storageRangeAt",
    "miner_start", "admin_nodeInfo", "txpool_content", "eth_newFilter", "eth_subscribe", "engine_newPayloadV3",
    "testing_timeTravel", "trace_replayTransaction", "trace_filter", "ETH_BLOCKNUMBER", " eth_blockNumber", "",
]  # fmt: skip


def asked(site: Site, body: Any) -> Any:
    response = site.client().post(
        "/rpc", content=json.dumps(body).encode(), headers={"content-type": "application/json"}
    )
    assert 200 == response.status_code, response.text
    return response.json()


def call(method: str, *params: Any, request_id: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": list(params)}


def test_a_reading_method_is_forwarded_with_its_id(site: Site) -> None:
    assert {"jsonrpc": "2.0", "id": "abc", "result": "0x2711"} == asked(site, call("eth_blockNumber", request_id="abc"))


@pytest.mark.parametrize("method", FORBIDDEN)
def test_everything_else_is_refused_before_the_node_hears_of_it(site: Site, method: str) -> None:
    reply = asked(site, call(method, {}))

    assert -32601 == reply["error"]["code"]
    assert "only reads" in reply["error"]["message"]
    assert [] == site.rpc.asked


def test_the_list_of_methods_holds_none_that_changes_something() -> None:
    changing = ("send", "sign", "account", "set", "mine", "impersonate", "reset", "new", "unlock", "subscribe")
    assert [] == [method for method in ALLOWED if method.partition("_")[2].lower().startswith(changing)]
    assert {"eth", "net", "web3", "ots", "debug", "trace", "erigon"} == {m.partition("_")[0] for m in ALLOWED}


@pytest.mark.parametrize("body", ["{", "", "\xff", "nul"])
def test_a_body_that_is_no_json_is_a_parse_error(site: Site, body: str) -> None:
    response = site.client().post("/rpc", content=body, headers={"content-type": "application/json"})

    assert -32700 == response.json()["error"]["code"]


@pytest.mark.parametrize(
    "body",
    [1, "eth_blockNumber", None, {}, {"method": "eth_blockNumber"}, {"jsonrpc": "1.0", "id": 1, "method": "x"},
     {"jsonrpc": "2.0", "id": 1, "method": 7}, [], [[]]],
)  # fmt: skip
def test_what_is_no_request_is_an_invalid_request(site: Site, body: Any) -> None:
    reply = asked(site, body)
    reply = reply[0] if isinstance(reply, list) else reply

    assert -32600 == reply["error"]["code"]
    assert [] == site.rpc.asked


def test_parameters_must_be_a_list(site: Site) -> None:
    reply = asked(site, {"jsonrpc": "2.0", "id": 1, "method": "eth_getBalance", "params": {"a": 1}})
    assert -32602 == reply["error"]["code"]


def test_a_batch_is_answered_in_order_with_good_and_bad_together(site: Site) -> None:
    replies = asked(
        site, [call("eth_chainId", request_id=1), call("evm_mine", request_id=2), call("net_version", request_id=3)]
    )

    assert [1, 2, 3] == [reply["id"] for reply in replies]
    assert ["result", "error", "result"] == [next(k for k in reply if k in ("result", "error")) for reply in replies]


def test_a_batch_has_fifty_at_most(site: Site) -> None:
    assert BATCH_MAX == len(asked(site, [call("eth_chainId", request_id=n) for n in range(BATCH_MAX)]))
    site.rpc.asked.clear()

    assert -32005 == asked(site, [call("eth_chainId")] * (BATCH_MAX + 1))["error"]["code"]
    assert [] == site.rpc.asked


def test_notifications_are_not_answered(site: Site) -> None:
    response = site.client().post("/rpc", json={"jsonrpc": "2.0", "method": "eth_chainId", "params": []})

    assert b"" == response.content


@pytest.mark.parametrize(
    ("first", "last", "fine"),
    [
        ("0x1", hex(LOG_BLOCKS_MAX), True),
        ("0x0", hex(LOG_BLOCKS_MAX), False),
        ("0x3", "latest", True),
        ("0x1", "latest", False),
        ("earliest", "latest", False),
        ("latest", "latest", True),
    ],
)
def test_logs_are_bounded_by_blocks(site: Site, first: str, last: str, fine: bool) -> None:
    reply = asked(site, call("eth_getLogs", {"fromBlock": first, "toBlock": last}))

    assert ("result" in reply) is fine
    if not fine:
        assert -32005 == reply["error"]["code"]
        assert ("eth_getLogs" in [method for method, _ in site.rpc.asked]) is False


@pytest.mark.parametrize("chosen", [{"fromBlock": 1}, {"fromBlock": "0xzz"}, {"toBlock": "-1"}, "x"])
def test_a_block_that_is_none_is_refused(site: Site, chosen: Any) -> None:
    assert -32602 == asked(site, call("eth_getLogs", chosen))["error"]["code"]


def test_logs_of_one_block_need_no_bound(site: Site) -> None:
    assert "result" in asked(site, call("eth_getLogs", {"blockHash": "0x" + "ab" * 32}))


def test_traces_name_a_tracer_and_come_few_at_a_time(site: Site) -> None:
    tx = "0x" + "ab" * 32
    assert -32602 == asked(site, call("debug_traceTransaction", tx))["error"]["code"]
    assert -32602 == asked(site, call("debug_traceTransaction", tx, {"tracer": "{code}"}))["error"]["code"]
    fine = call("debug_traceTransaction", tx, {"tracer": "callTracer"})
    assert "result" in asked(site, fine)
    assert -32005 == asked(site, [fine] * (TRACES_IN_BATCH_MAX + 1))["error"]["code"]


def test_calls_have_no_overrides_and_a_bound_of_gas(site: Site) -> None:
    assert "result" in asked(site, call("eth_call", {"to": "0x" + "11" * 20}, "latest"))
    assert -32602 == asked(site, call("eth_call", {"to": "0x"}, "latest", {"0x": {"balance": "0x1"}}))["error"]["code"]
    assert -32005 == asked(site, call("eth_call", {"gas": "0xffffffffff"}, "latest"))["error"]["code"]


def test_the_nodes_own_error_is_passed_on_with_its_data(site: Site) -> None:
    reply = asked(site, call("eth_call", {"data": "0xdead"}))
    assert {"code": 3, "message": "execution reverted", "data": "0x08c379a0"} == reply["error"]


def test_a_node_that_is_away_is_an_error_of_the_server(site: Site) -> None:
    site.rpc.away = True
    assert -32002 == asked(site, call("eth_chainId"))["error"]["code"]


def test_before_the_chain_is_there_the_proxy_says_so(tmp_path, story) -> None:
    reply = asked(a_site(tmp_path, story, joined=False), call("eth_chainId"))
    assert "STARTING" == reply["error"]["data"]["code"]


def test_a_large_body_is_refused_and_a_middling_one_is_not(site: Site) -> None:
    def sized(size: int) -> bytes:
        return json.dumps(call("eth_call", {"data": "0x" + "0" * size})).encode()

    headers = {"content-type": "application/json"}
    assert 200 == site.client().post("/rpc", content=sized(200_000), headers=headers).status_code
    assert 413 == site.client().post("/rpc", content=sized(300_000), headers=headers).status_code


def test_a_foreign_page_may_not_ask(site: Site) -> None:
    response = site.client(origin="http://evil.example").post("/rpc", json=call("eth_chainId"))
    assert 403 == response.status_code
