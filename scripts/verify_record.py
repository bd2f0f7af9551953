# A stranger checks the newest authorised trade: python verify_record.py http://127.0.0.1:8000 [LAST_BLOCK]
# fmt: off
# ruff: noqa: ANN001, ANN201, E401, I001 - lines for the README, with nothing of this project in them
import sys, requests
from eth_account import Account, messages
from web3 import Web3
web3 = Web3(Web3.HTTPProvider(sys.argv[1] + "/rpc"))
told = requests.get(sys.argv[1] + "/api/smartcontract/contracts", timeout=9).json()
contracts = {c["name"]: web3.eth.contract(c["address"], abi=c["abi"]) for c in told["contracts"]}
oracle, book = contracts["SignalOracle"], contracts["RiskBook"]
def typed(kind, message):
    return messages.encode_typed_data(told["eip712_domain"], {kind: told["eip712_types"][kind]}, message)
def newest_first(contract, event, last):  # each with its call data; /rpc searches 10,000 blocks at once
    for log in reversed(contract.events[event]().get_logs(from_block=max(0, last - 9_999), to_block=last)):
        yield log, contract.decode_function_input(web3.eth.get_transaction(log.transactionHash).input)[1]
last = sys.argv[2] if sys.argv[2:] else web3.eth.block_number
record, call = next(newest_first(book, "TradeAuthorised", int(last)))
block = web3.eth.get_block(record.blockNumber)
print("record", record.args.seq, "in block", block.number, block.hash.to_0x_hex())
signals = [typed("Signal", order["signal"]) for order in call["orders"]]
digest = next(d for d in (Web3.keccak(b"\x19\x01" + s.header + s.body) for s in signals) if d == record.args.digest)
commits = newest_first(oracle, "SignalsCommitted", block.number - 1)
commit, call = next((log, call) for log, call in commits if digest in call["digests"])
print("digest", digest.to_0x_hex(), "rebuilt from its signal, committed in the earlier block", commit.blockNumber)
message, signers = typed("Commit", call | {"epoch": commit.args.epoch}), set(oracle.functions.signers().call())
signed_by = {Account.recover_message(message, signature=signature) for signature in call["signatures"]}
print("signed by", *signed_by, "of the signers", *signers, "FAILED" if signed_by - signers else "VERIFIED")
