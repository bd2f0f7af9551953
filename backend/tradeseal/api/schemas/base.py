"""Words of the API that every answer shares: exact money, UTC times, problems, sides, markets.

Knows pydantic. Knows nothing of where an answer comes from.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Amount = Annotated[
    str,
    Field(pattern=r"^-?[0-9]+(\.[0-9]{1,8})?$", description="An exact decimal number as plain digits, never a float."),
]
Fraction = Annotated[
    str,
    Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description='A share of one as plain digits: "0.05" is 5 %.'),
]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="ISO 8601, UTC, ends in Z.")]
Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]*$", description="Lower-case hex with 0x.")]
Address = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]
Market = Annotated[str, Field(description="A dash pair, for example BTC-USDT.", examples=["BTC-USDT"])]
RuleId = Literal["RULE-01", "RULE-02", "RULE-03", "RULE-04", "RULE-05", "RULE-06", "RULE-07", "RULE-08", "RULE-09"]
Side = Literal["BUY", "SELL", "HOLD"]
MarketMode = Literal["automatic", "ask"]


class Answer(BaseModel):
    """The base of everything the server sends."""

    model_config = ConfigDict(extra="forbid")


class Order(BaseModel):
    """The base of everything the server accepts: an unknown field is an error, not a guess."""

    model_config = ConfigDict(extra="forbid", str_max_length=200)


class Problem(Answer):
    """RFC 9457 problem details; `code` is stable, `detail` is for people, `facts` are what was compared."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    facts: dict[str, Any]
