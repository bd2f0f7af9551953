"""The oracle's words hash and sign as EIP-712 says, compared with eth_account."""

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeseal.kernel.errors import Refused
from tradeseal.oracle.domainmodel import (
    DOMAIN_NAME,
    DOMAIN_VERSION,
    SIGNAL_TYPE,
    Domain,
    SignalMessage,
    commit_hash,
    marks_hash,
    name_id,
    round_hash,
)
from tradeseal.oracle.published import Attestor

DOMAIN = Domain(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
KEYS = [bytes([n]) * 32 for n in (1, 2, 3)]
DOMAIN_DATA = {
    "name": DOMAIN_NAME,
    "version": DOMAIN_VERSION,
    "chainId": DOMAIN.chain_id,
    "verifyingContract": DOMAIN.contract,
}
SIGNAL_FIELDS = [part.split(" ") for part in SIGNAL_TYPE[len("Signal(") : -1].split(",")]


def a_signal(**changes: object) -> SignalMessage:
    signal = SignalMessage(
        book=name_id("demo"),
        strategy=name_id("technical"),
        seq=7,
        market=name_id("BTC-USDT"),
        side=1,
        confidence_bps=6612,
        risk_score=31,
        size_bps=1500,
        price=57_000 * 10**8,
        take_profit_bps=150,
        stop_loss_bps=300,
        horizon_seconds=72 * 3600,
        candle_close=1_619_830_800,
        expires_at=1_619_834_400,
        window=keccak(text="window"),
        model=keccak(text="model"),
        calibrator=keccak(text="calibrator"),
        claim=keccak(text="claim"),
        salt=keccak(text="salt"),
    )
    return replace(signal, **changes)  # type: ignore[arg-type]


def typed(kind: str, fields: list[tuple[str, str]], message: dict[str, object]):
    types = {kind: [{"type": type_, "name": name} for type_, name in fields]}
    return encode_typed_data(DOMAIN_DATA, types, message)


def typed_signal(signal: SignalMessage):
    names = [name for _, name in SIGNAL_FIELDS]
    return typed("Signal", [(a, b) for a, b in SIGNAL_FIELDS], dict(zip(names, signal.values(), strict=True)))


def test_a_signal_hashes_as_eth_account_hashes_it() -> None:
    signal, message = a_signal(), typed_signal(a_signal())

    assert message.body == signal.struct_hash()
    assert message.header == DOMAIN.separator
    assert keccak(b"\x19" + message.version + message.header + message.body) == signal.digest(DOMAIN)


@settings(max_examples=40)
@given(data=st.data())
def test_any_signal_in_range_hashes_as_eth_account_hashes_it(data: st.DataObject) -> None:
    values = [
        data.draw(st.binary(min_size=32, max_size=32) if kind == "bytes32" else st.integers(0, 2 ** int(kind[4:]) - 1))
        for kind, _ in SIGNAL_FIELDS
    ]
    signal = SignalMessage(*values)

    assert typed_signal(signal).body == signal.struct_hash()


@pytest.mark.parametrize("field", SignalMessage.__dataclass_fields__)
def test_changing_any_field_changes_the_digest(field: str) -> None:
    signal = a_signal()
    value = getattr(signal, field)
    other = bytes([value[0] ^ 1]) + value[1:] if isinstance(value, bytes) else value + 1

    assert a_signal(**{field: other}).digest(DOMAIN) != signal.digest(DOMAIN)


def test_another_chain_or_contract_changes_the_digest() -> None:
    elsewhere = [Domain(1, DOMAIN.contract), Domain(31337, "0x" + "11" * 20)]

    assert len({a_signal().digest(domain) for domain in [DOMAIN, *elsewhere]}) == 3


def test_a_record_hash_does_not_depend_on_the_salt() -> None:
    assert a_signal(salt=bytes(32)).struct_hash() == a_signal().record_hash() == a_signal(salt=b"s" * 32).record_hash()


@pytest.mark.parametrize(("field", "most"), [("side", 255), ("confidence_bps", 65535), ("price", 2**64 - 1)])
def test_a_value_outside_its_type_is_refused_not_cut(field: str, most: int) -> None:
    a_signal(**{field: most}).struct_hash()

    for outside in (most + 1, -1):
        with pytest.raises(Refused) as refusal:
            a_signal(**{field: outside}).struct_hash()
        assert refusal.value.code == "OUT_OF_RANGE"


def test_a_commitment_hashes_as_eth_account_hashes_it_and_its_signature_recovers() -> None:
    rounds, digests = [keccak(text="r1"), keccak(text="r2")], [a_signal().digest(DOMAIN)]
    fields = [("uint32", "epoch"), ("uint64", "fromSeq"), ("bytes32[]", "roundHashes"), ("bytes32[]", "digests")]
    message = typed("Commit", fields, {"epoch": 4, "fromSeq": 9, "roundHashes": rounds, "digests": digests})

    attestor = Attestor(KEYS, DOMAIN, 4)
    signatures = attestor.sign_commit(9, rounds, digests)

    assert message.body == commit_hash(4, 9, rounds, digests)
    assert attestor.addresses == tuple(Account.recover_message(message, signature=one) for one in signatures)


def test_an_empty_list_of_digests_hashes_as_eth_account_hashes_it() -> None:
    fields = [("uint32", "epoch"), ("uint64", "fromSeq"), ("bytes32[]", "roundHashes"), ("bytes32[]", "digests")]
    message = typed("Commit", fields, {"epoch": 1, "fromSeq": 1, "roundHashes": [keccak(text="r")], "digests": []})

    assert message.body == commit_hash(1, 1, [keccak(text="r")], [])


def test_marks_hash_as_eth_account_hashes_them_and_their_signature_recovers() -> None:
    fields = [("uint32", "epoch"), ("uint64", "seq"), ("bytes32", "previousHash")]
    fields += [("uint64", "observedAt"), ("uint64[]", "prices")]
    values = {"epoch": 1, "seq": 2, "previousHash": b"p" * 32, "observedAt": 1_619_830_800, "prices": [1, 0, 2**64 - 1]}

    attestor = Attestor(KEYS[:1], DOMAIN, 1)
    vector_hash, signatures = attestor.sign_marks(2, b"p" * 32, 1_619_830_800, [1, 0, 2**64 - 1])

    assert (
        typed("Marks", fields, values).body
        == vector_hash
        == marks_hash(1, 2, b"p" * 32, 1_619_830_800, [1, 0, 2**64 - 1])
    )
    assert attestor.addresses == (Account.recover_message(typed("Marks", fields, values), signature=signatures[0]),)


def test_signatures_have_low_s_and_v_27_or_28() -> None:
    half = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
    attestor = Attestor(KEYS, DOMAIN, 1)

    for seq in range(1, 30):
        for signature in attestor.sign_commit(seq, [bytes(32)], []):
            assert len(signature) == 65
            assert int.from_bytes(signature[32:64], "big") <= half
            assert signature[64] in (27, 28)


def test_a_round_hash_is_the_packed_sequence_and_struct_hashes() -> None:
    hashes = [keccak(text="a"), keccak(text="b")]

    assert round_hash(258, hashes) == keccak(bytes.fromhex("0000000000000102") + hashes[0] + hashes[1])


def test_a_salt_depends_on_key_strategy_sequence_and_market_only() -> None:
    one, other = Attestor(KEYS[:1], DOMAIN, 1), Attestor(KEYS[1:2], DOMAIN, 1)
    same = Attestor(KEYS[:1], Domain(5, DOMAIN.contract), 2)

    salts = [
        one.salt("technical", 1, "BTC-USDT"),
        one.salt("technical", 2, "BTC-USDT"),
        one.salt("technical", 1, "ETH-USDT"),
        one.salt("other", 1, "BTC-USDT"),
        other.salt("technical", 1, "BTC-USDT"),
    ]

    assert len(set(salts)) == 5
    assert salts[0] == same.salt("technical", 1, "BTC-USDT")
