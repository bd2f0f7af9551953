"""Terms: what a simulated venue asks of an order beside the contract's half spread, each switched off by default.

Knows shares, steps and sizes, and how a person writes them. Knows nothing of candles or of how an order is filled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import SCALE, format_e8, to_e8
from tradeseal.kernel.nearest import did_you_mean, market_meant

ALL: Final = "*"
NAMES: Final = ("participation", "slippage", "tick", "lot", "min_notional")


@dataclass(frozen=True)
class Terms:
    """What fills depend on; steps and sizes are by market, `*` stands for all others. Amounts in 1e-8, 0 is off.

    `participation_e8` is the greatest share of a bar's volume that one order gets. `slippage_e8` is by what share of a
    bar's range (high less low) an order as large as all its volume would move the price; half as large moves it by
    the square root of a half of that.
    """

    participation_e8: int = 0
    slippage_e8: int = 0
    tick_e8: Mapping[str, int] = field(default_factory=dict)
    lot_e8: Mapping[str, int] = field(default_factory=dict)
    min_notional_e8: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, told: Mapping[str, str | None]) -> Self:
        """As a person writes them: `0.1`, or by market `BTC=0.01,ETH-USDT=0.1`, with `0.1` for all others beside it."""
        unknown = sorted(set(told) - set(NAMES))
        if unknown:
            meant = did_you_mean(unknown[0], NAMES)
            raise Refused(
                "BAD_TERMS", f"{unknown[0]} is no term of a venue; {', '.join(NAMES)} are.{meant}", got=unknown[0]
            )
        participation, slippage = (_one(name, told.get(name)) for name in NAMES[:2])
        if participation > SCALE:
            raise Refused("BAD_TERMS", "participation is a share of a bar's volume: at most 1.",
                          got=told["participation"])  # fmt: skip
        if slippage > 100 * SCALE:
            raise Refused("BAD_TERMS", "slippage is a share of a bar's range: at most 100.", got=told["slippage"])
        tick, lot, least = (_by_market(name, told.get(name)) for name in NAMES[2:])
        return cls(participation, slippage, tick, lot, least)

    @property
    def off(self) -> bool:
        """Whether nothing is asked but the contract's half spread."""
        return self == Terms()

    def to_json(self) -> dict[str, str]:
        """What `read` takes; only what is switched on."""
        by_market = {"tick": self.tick_e8, "lot": self.lot_e8, "min_notional": self.min_notional_e8}
        told = {"participation": format_e8(self.participation_e8), "slippage": format_e8(self.slippage_e8)} | {
            name: ",".join(f"{market}={format_e8(value)}" for market, value in sorted(values.items()))
            for name, values in by_market.items()
        }
        return {name: text for name, text in told.items() if text not in ("", "0")}

    def among(self, markets: Sequence[str]) -> "Terms":
        """The terms of some of the markets, for a run on those alone."""
        bases = {market.partition("-")[0] for market in markets}
        tick, lot, least = (
            {market: value for market, value in values.items() if market == ALL or market.partition("-")[0] in bases}
            for values in (self.tick_e8, self.lot_e8, self.min_notional_e8)
        )
        return Terms(self.participation_e8, self.slippage_e8, tick, lot, least)

    def refuse_unknown(self, markets: tuple[str, ...]) -> None:
        """Raise `Refused` where terms name a market that is not traded."""
        bases = {market.partition("-")[0] for market in markets}
        named = {market for values in (self.tick_e8, self.lot_e8, self.min_notional_e8) for market in values}
        for market in sorted(named - {ALL, *markets, *bases}):
            raise Refused(
                "UNKNOWN_MARKET",
                f"The venue's terms name {market}; {', '.join(markets)} are traded.{market_meant(market, markets)}",
                got=market,
            )


def of_market(values: Mapping[str, int], market: str) -> int:
    """The value for a market: by its name, by its base asset, or that of all; 0 where there is none."""
    named = (values.get(name) for name in (market, market.partition("-")[0], ALL))
    return next((value for value in named if value is not None), 0)


def in_words(terms: Mapping[str, Any]) -> str:
    """Terms as `to_json` tells them, for a line of a report."""
    if not terms:
        return "Fills at the worse mark and the half spread, whole orders, no size-dependent slippage."
    told = {
        "participation": "at most {} of a bar's volume an order",
        "slippage": "slippage of {} times range times √(size / volume)",
        "tick": "prices to the tick ({})", "lot": "quantities down to the lot ({})",
        "min_notional": "no order under {} of notional",
    }  # fmt: skip
    asked = ", ".join(told[name].format(text.replace("*=", "")) for name, text in terms.items())
    return f"Fills at the worse mark and the half spread; {asked}."


def _one(name: str, text: str | None) -> int:
    value = 0 if text is None else to_e8(text.strip())
    if value < 0:
        raise Refused("BAD_TERMS", f"{name} is not below 0.", got=text)
    return value


def _by_market(name: str, text: str | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in filter(None, (one.strip() for one in (text or "").split(","))):
        market, _, value = part.rpartition("=")
        found[market.strip().upper() or ALL] = _one(name, value)
    return {market: value for market, value in found.items() if value}
