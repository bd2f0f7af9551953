"""What other contexts may use of the signals context."""

from tradeseal.signals.calibrator import Calibrator
from tradeseal.signals.domainmodel import (
    CLAIM,
    CLAIM_TEXT,
    HORIZON_BARS,
    RISK_BUDGET_BPS,
    SIZE_BPS_MOST,
    STOP_LOSS_BPS_MOST,
    STOP_LOSS_VOLATILITIES,
    TAKE_PROFIT_BPS_MOST,
    TAKE_PROFIT_VOLATILITIES,
    NotEnoughData,
    Opinion,
    Side,
    Strategy,
    risk_score,
    side_of,
    size_bps,
)
from tradeseal.signals.engine import Opinions, SignalEngine
from tradeseal.signals.fitting import fit_calibrator
from tradeseal.signals.technical import TechnicalStrategy

__all__ = [
    "CLAIM",
    "CLAIM_TEXT",
    "HORIZON_BARS",
    "RISK_BUDGET_BPS",
    "SIZE_BPS_MOST",
    "STOP_LOSS_BPS_MOST",
    "STOP_LOSS_VOLATILITIES",
    "TAKE_PROFIT_BPS_MOST",
    "TAKE_PROFIT_VOLATILITIES",
    "Calibrator",
    "NotEnoughData",
    "Opinion",
    "Opinions",
    "Side",
    "SignalEngine",
    "Strategy",
    "TechnicalStrategy",
    "fit_calibrator",
    "risk_score",
    "side_of",
    "size_bps",
]
