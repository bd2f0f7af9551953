"""Assembly: a signal from an opinion and the window it was computed from.

Every field derives from candle, strategy and sequence, never from the wall clock. Knows nothing of checks or keys.
"""

from tradeseal.market.published import CandleWindow
from tradeseal.oracle.domainmodel import SignalMessage, name_id
from tradeseal.oracle.verification import Terms
from tradeseal.signals.published import CLAIM, Opinion


def signal_message(opinion: Opinion, window: CandleWindow, *, terms: Terms, seq: int, salt: bytes) -> SignalMessage:
    """The signal of round `seq` that says what the opinion says; it expires one candle after its own closed."""
    return SignalMessage(
        book=name_id(terms.book),
        strategy=name_id(terms.strategy),
        seq=seq,
        market=name_id(window.market),
        side=int(opinion.side),
        confidence_bps=opinion.confidence_bps,
        risk_score=opinion.risk_score,
        size_bps=opinion.size_bps,
        price=window.close_e8,
        take_profit_bps=opinion.take_profit_bps,
        stop_loss_bps=opinion.stop_loss_bps,
        horizon_seconds=opinion.horizon_s,
        candle_close=window.close_time,
        expires_at=window.close_time + terms.interval_s,
        window=window.hash,
        model=terms.model,
        calibrator=terms.calibrator,
        claim=CLAIM,
        salt=salt,
    )
