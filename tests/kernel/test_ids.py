"""An identity says what it is of: the same parts give the same one, on every machine, and any other part another."""

from uuid import UUID

from tradeseal.kernel import ids

OPENING = UUID(int=7)


def test_identities_never_change() -> None:
    """These are stored in every home: another value would orphan its streams."""
    assert [str(identity) for identity in all_kinds()] == [
        "832efdf8-84b6-5aab-97cf-e4501e602ec4",
        "a6d531b9-7603-503c-a28c-e85a5ab1da94",
        "af747c0a-9bc3-53db-9acb-7a0925cb7097",
        "75da3ac2-8e63-55d2-8c84-a228a2e1e38a",
        "5bcfac51-dc96-5072-9f05-3e2d38888211",
        "02c19fbe-611c-5cf4-9bbd-50bd062359e6",
        "d95a2646-aa4f-50aa-9454-440c5d90a29f",
    ]


def test_streams_of_different_kinds_never_meet() -> None:
    assert len(set(all_kinds())) == len(all_kinds())


def test_every_part_of_a_name_counts() -> None:
    names = [
        ("demo", "technical", "BTC-USDT", 1),
        ("demo", "technical", "BTC-USDT", 2),
        ("demo", "technical", "ETH-USDT", 1),
        ("demo", "other", "BTC-USDT", 1),
        ("paper", "technical", "BTC-USDT", 1),
    ]

    assert len({ids.entry_cycle_id(*name) for name in names}) == len(names)


def test_a_genesis_hash_is_one_however_it_is_spelt() -> None:
    assert ids.chain_journal_id(1, "0xAB", 0) == ids.chain_journal_id(1, "0xab", 0)


def all_kinds() -> list[UUID]:
    return [
        ids.entry_cycle_id("demo", "technical", "BTC-USDT", 1_619_827_200),
        ids.exit_cycle_id("demo", OPENING, "STOP_LOSS", 1_619_827_201),
        ids.manual_exit_cycle_id("demo", "key-1"),
        ids.trading_day_id("demo", 18_748),
        ids.portfolio_id("local", "demo"),
        ids.chain_journal_id(31_337, "0x" + "ab" * 32, 0),
        ids.signal_log_id("demo", 18_748),
    ]
