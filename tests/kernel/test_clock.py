"""Times are whole UTC seconds inside and ISO 8601 outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeseal.kernel.clock import iso_utc, parse_utc
from tradeseal.kernel.errors import Refused

MAY_DAY = 1_619_827_200


@given(st.integers(0, 253_402_300_799))
def test_a_time_is_read_as_it_was_written(seconds: int) -> None:
    assert parse_utc(iso_utc(seconds)) == seconds


def test_a_time_is_written_with_its_zone() -> None:
    assert iso_utc(MAY_DAY) == "2021-05-01T00:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "2021-05-01",
        "2021-05-01T00:00",
        "2021-05-01T00:00Z",
        "2021-05-01T07:00:00+07:00",
        "2021-04-30T22:30-01:30",
        "1619827200",
    ],
)
def test_a_time_is_read_in_the_usual_spellings(text: str) -> None:
    assert parse_utc(text) == MAY_DAY


@pytest.mark.parametrize("text", ["", "yesterday", "2021-13-01", "2021-05-01T25:00Z", "-5", "1619827200.5", "²"])
def test_what_is_no_time_is_refused_with_what_was_given(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_utc(text)

    assert (refusal.value.code, refusal.value.facts["got"]) == ("NOT_A_TIME", text)


@pytest.mark.parametrize("text", ["99999999999999999999", "0001-01-01", "253402300800"])
def test_a_time_that_cannot_be_written_again_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_utc(text)

    assert refusal.value.code == "NOT_A_TIME"
