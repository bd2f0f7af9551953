"""Settings: what a person chooses, checked once, before anything starts.

Knows names, defaults and ranges. Knows nothing of how they are used.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tradeseal.cycle.speed import parse_speed
from tradeseal.kernel.clock import parse_span, parse_utc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import SCALE
from tradeseal.trading.terms import NAMES, Terms

ADDRESS = "address"  # the file of a home that says where its server answers, while it runs
CHECKOUT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """One run's settings. Each may also come from the environment as `TRADESEAL_…`."""

    model_config = SettingsConfigDict(env_prefix="TRADESEAL_", extra="ignore", frozen=True)

    home: Path = Field(default=CHECKOUT / ".tradeseal", description="the data folder")
    data: Path | None = Field(default=None, description="a folder of Parquet candles; none means the synthetic feed")
    exchange: str = Field(default="binance", description="which exchange's files to read")
    interval: str = Field(default="1h", description="the candles' interval")
    markets: tuple[str, ...] = Field(default=(), description="base assets or pairs; none means all there are")
    start: int | None = Field(default=None, description="first candle to trade, UTC")
    end: int | None = Field(default=None, description="last candle's close at the latest, UTC")
    pause_at: int | None = Field(default=None, description="hold the data's clock after this close")
    speed: str = Field(default="3600", description="seconds of data per second, or max")
    chain: str = Field(default="anvil", description="which chain to use")
    confirmations: int = Field(
        default=12, ge=1, le=10_000, description="on a chain of others: blocks after which an outcome counts"
    )
    fee_gwei_max: int = Field(
        default=200, ge=1, le=1_000_000, description="on a chain of others: the most to offer for a unit of gas"
    )
    bump_seconds: float = Field(
        default=120.0, ge=1, description="on a chain of others: how long to wait before the fee is raised"
    )
    password_file: Path | None = Field(default=None, description="a file with the password of the home's keystores")
    quorum: str = Field(default="1of1", description="how many of how many oracle keys sign, like 2of3")
    strategy: str = Field(default="technical", description="which strategy trades; see `tradeseal strategies`")
    strategies: Path | None = Field(default=None, description="a folder of own strategies: code that you trust")
    retrain: str | None = Field(
        default=None, description="how often the confidence is fitted again, like 30d, on the data's clock; none: never"
    )
    participation: str | None = Field(
        default=None, description="the greatest share of a bar's volume that an order gets, like 0.1; none: all of it"
    )
    slippage: str | None = Field(
        default=None, description="slippage = this share of the bar's range times √(size / volume), like 0.63; none: no"
    )
    tick: str | None = Field(default=None, description="price steps of the venue, like BTC=0.01,ETH=0.01, or 0.01")
    lot: str | None = Field(default=None, description="quantity steps of the venue, like BTC=0.00001, or 0.01")
    min_notional: str | None = Field(default=None, description="the venue's smallest order in quote currency, like 10")
    fetch_seconds: float = Field(
        default=10.0, ge=0, le=600, description="how long a new home without --data may fetch candles; 0: not at all"
    )
    exchange_url: str | None = Field(default=None, description="another address of the exchange's public REST API")
    host: str = Field(default="127.0.0.1", description="where the page is served; loopback unless you know better")
    port: int = Field(default=8000, ge=1, le=65_535, description="the page's port")
    book: str = Field(default="demo", min_length=1, max_length=64, description="the book's name")
    cash_e8: int = Field(default=10_000 * SCALE, gt=0, description="initial cash in units of 1e-8")
    mode: Literal["replay"] = "replay"

    @field_validator("start", "end", "pause_at", mode="before")
    @classmethod
    def _time(cls, value: Any) -> Any:
        return parse_utc(value) if isinstance(value, str) else value

    @field_validator("speed")
    @classmethod
    def _speed(cls, value: str) -> str:
        parse_speed(value)
        return value

    @field_validator("retrain")
    @classmethod
    def _retrain(cls, value: str | None) -> str | None:
        if value is not None:
            parse_span(value)
        return value

    @property
    def terms(self) -> Terms | None:
        """What the simulated venue asks; None where nothing was said."""
        told = {name: getattr(self, name) for name in NAMES}
        return None if all(text is None for text in told.values()) else Terms.read(told)

    @property
    def retrain_s(self) -> int | None:
        """Seconds of the data's clock between two fits, 0 for never; None where nothing was asked for."""
        return None if self.retrain is None else parse_span(self.retrain)

    @property
    def contracts(self) -> Path:
        """Where the Solidity sources lie."""
        return CHECKOUT / "contracts"

    @property
    def page(self) -> Path:
        """Where the built page lies."""
        return CHECKOUT / "frontend" / "out"


def load_settings(**chosen: Any) -> Settings:
    """The settings of a command; what was not chosen comes from the environment or the defaults."""
    try:
        return Settings(**{name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Refused("BAD_SETTING", f"{name}: {first['msg']}.", setting=name, got=str(first["input"])) from error
