"""Ahead: what a round's signals need of no book, made for many rounds at once before their bars are played.

An opinion, its signed message, the oracle's checks and the commitment's signature follow from candles and from the
round's number alone. One after the other they take half of the time that they take between two transactions, where
none of their code is in the processor's caches. Handed out is only what is exactly what is asked for; all else is made
when it is asked for, by the same code. Knows nothing of prices on the chain, verdicts or money.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from tradeseal.backtest.walk import PASSED_OVER
from tradeseal.cycle.facts import SignalFacts
from tradeseal.cycle.signal_source import SignalSource
from tradeseal.cycle.steps import ROUNDS_MAX
from tradeseal.kernel.ids import entry_cycle_id
from tradeseal.oracle.published import Attestor, SignalMessage, Verification, round_hash
from tradeseal.signals.published import Opinion, Revision, Side
from tradeseal.trading.domainmodel import Portfolio

AT_ONCE: Final = 128

Commitment = tuple[int, tuple[bytes, ...], tuple[bytes, ...]]


class Made(NamedTuple):
    """One market's signal of one round, before anybody has asked for it."""

    opinion: Opinion
    message: SignalMessage
    verification: Verification | None  # a HOLD is not checked


class AttestorAhead(Attestor):
    """The attestor, who has salted and signed some of what it will be asked for."""

    salts: dict[tuple[str, int, str], bytes]
    signed: dict[Commitment, list[bytes]]

    def forget(self) -> None:
        """Begin with nothing."""
        self.salts, self.signed = {}, {}

    def salt(self, strategy: str, seq: int, market: str) -> bytes:
        """As the attestor says it."""
        return self.salts.get((strategy, seq, market)) or super().salt(strategy, seq, market)

    def sign_commit(self, from_seq: int, round_hashes: Sequence[bytes], digests: Sequence[bytes]) -> list[bytes]:
        """As the attestor signs it."""
        known = self.signed.get((from_seq, tuple(round_hashes), tuple(digests)))
        return known or super().sign_commit(from_seq, round_hashes, digests)


class SignalsAhead:
    """A back-test's `Signals`: its source's, some rounds ahead; rounds are given by close and number."""

    def __init__(
        self, source: SignalSource, attestor: AttestorAhead, portfolio: Portfolio, rounds: Sequence[tuple[int, int]]
    ) -> None:
        self.strategy = source.strategy
        self._book = portfolio.book
        self._source = source
        self._attestor = attestor
        self._markets = portfolio.markets
        self._rounds = rounds
        self._places = {close: place for place, (close, _) in enumerate(rounds)}
        self._made: dict[int, dict[str, Made]] = {}
        self._waiting: list[bytes] = []  # rounds that the next commitment takes with it, and the number of the first
        self._first = 1
        attestor.forget()

    def opinions(self, candle_close: int, markets: Sequence[str]) -> Mapping[str, Opinion]:
        """The opinions of a round; with them the next rounds are made where they were not."""
        place = self._places.get(candle_close)
        if place is None:
            return {} if self._places else self._source.opinions(candle_close, markets)
        if candle_close not in self._made:
            self._make(self._rounds[place : place + AT_ONCE])
        made = self._made.get(candle_close)
        if made is None:
            return self._source.opinions(candle_close, markets)
        return {market: made[market].opinion for market in markets if market in made}

    def revisions(self, candle_close: int) -> Sequence[Revision]:
        """The calibrators that have taken another's place by this close."""
        return self._source.revisions(candle_close)

    def message(self, *, market: str, opinion: Opinion, seq: int, candle_close: int, salt: bytes) -> SignalMessage:
        """The opinion as it is signed."""
        made = self._made.get(candle_close, {}).get(market)
        if made and made.opinion is opinion and (made.message.seq, made.message.salt) == (seq, salt):
            return made.message
        return self._source.message(market=market, opinion=opinion, seq=seq, candle_close=candle_close, salt=salt)

    def verify(self, *, market: str, message: SignalMessage, observed_at: int) -> Verification:
        """The oracle's numbered checks."""
        made = self._made.get(observed_at, {}).get(market)
        if made and made.verification and (made.message is message or made.message == message):
            return made.verification
        return self._source.verify(market=market, message=message, observed_at=observed_at)

    def _make(self, rounds: Sequence[tuple[int, int]]) -> None:
        """Make some rounds; where one cannot be made the making ends, and whoever asks for it is told why."""
        self._made = {}
        self._attestor.forget()
        try:
            for close, seq in rounds:
                self._made[close] = dict(self._round(close, seq))
        except Exception:  # noqa: BLE001 - it is raised again at its bar
            self._made.pop(close, None)
        for close, seq in rounds:
            if close in self._made:
                self._commit(seq, list(self._made[close].values()))

    def _round(self, close: int, seq: int) -> Iterator[tuple[str, Made]]:
        for market, opinion in self._source.opinions(close, self._markets).items():
            salt = self._attestor.salt(self.strategy, seq, market)
            self._attestor.salts[self.strategy, seq, market] = salt
            message = self._source.message(market=market, opinion=opinion, seq=seq, candle_close=close, salt=salt)
            if opinion.side == Side.HOLD:
                yield market, Made(opinion, message, None)
                continue
            # These two are kept where they are made, and found there when the cycle begins.
            entry_cycle_id(self._book, self.strategy, market, close)
            SignalFacts.of(message)
            checks = self._source.verify(market=market, message=message, observed_at=close)
            yield market, Made(opinion, message, checks)

    def _commit(self, seq: int, made: Sequence[Made]) -> None:
        """Sign the commitment of a round, with those before it that wait."""
        waiting = self._waiting + [PASSED_OVER] * (seq - self._first - len(self._waiting))
        full = len(waiting) // ROUNDS_MAX * ROUNDS_MAX  # those have gone by themselves
        waiting, self._first = waiting[full:], self._first + full
        waiting.append(round_hash(seq, [one.message.struct_hash() for one in made]))
        verified = [one.message for one in made if one.verification and one.verification.outcome == "VERIFIED"]
        digests = tuple([message.digest(self._attestor.domain) for message in verified])
        if digests:
            commitment = (self._first, tuple(waiting), digests)
            self._attestor.signed[commitment] = self._attestor.sign_commit(*commitment)
        if digests or len(waiting) >= ROUNDS_MAX:
            waiting, self._first = [], seq + 1
        self._waiting = waiting
