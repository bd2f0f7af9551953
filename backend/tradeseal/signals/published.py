"""What other contexts may use of the signals context."""

from tradeseal.signals.calibrator import Calibrator, Standing
from tradeseal.signals.curves import CURVES, curves
from tradeseal.signals.domainmodel import (
    BPS,
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
from tradeseal.signals.ema_cross import EmaCrossStrategy
from tradeseal.signals.engine import Opinions, SignalEngine
from tradeseal.signals.features import FEATURES, Features
from tradeseal.signals.fitting import fit_calibrator, learn
from tradeseal.signals.labels import REACHED, outcomes
from tradeseal.signals.labels import UNKNOWN as LABEL_UNKNOWN
from tradeseal.signals.naming import read_run
from tradeseal.signals.registry import Found, find_strategy, known_strategies
from tradeseal.signals.scored import Parameter, Part, ScoredReadings, ScoredStrategy
from tradeseal.signals.scores import Interval, ReliabilityBin, Scores, score
from tradeseal.signals.succession import NEVER, WATCHED, Revision, Schedule, Succession, no_notice
from tradeseal.signals.technical import TechnicalStrategy
from tradeseal.signals.walkforward import QUARTER_S, Walked, walk_forward_scores
from tradeseal.signals.windows import Windows

__all__ = [
    "BPS",
    "CLAIM",
    "CLAIM_TEXT",
    "CURVES",
    "FEATURES",
    "HORIZON_BARS",
    "LABEL_UNKNOWN",
    "NEVER",
    "QUARTER_S",
    "REACHED",
    "RISK_BUDGET_BPS",
    "SIZE_BPS_MOST",
    "STOP_LOSS_BPS_MOST",
    "STOP_LOSS_VOLATILITIES",
    "TAKE_PROFIT_BPS_MOST",
    "TAKE_PROFIT_VOLATILITIES",
    "WATCHED",
    "Calibrator",
    "EmaCrossStrategy",
    "Features",
    "Found",
    "Interval",
    "NotEnoughData",
    "Opinion",
    "Opinions",
    "Parameter",
    "Part",
    "ReliabilityBin",
    "Revision",
    "Schedule",
    "ScoredReadings",
    "ScoredStrategy",
    "Scores",
    "Side",
    "SignalEngine",
    "Standing",
    "Strategy",
    "Succession",
    "TechnicalStrategy",
    "Walked",
    "Windows",
    "curves",
    "find_strategy",
    "fit_calibrator",
    "known_strategies",
    "learn",
    "no_notice",
    "outcomes",
    "read_run",
    "risk_score",
    "score",
    "side_of",
    "size_bps",
    "walk_forward_scores",
]
