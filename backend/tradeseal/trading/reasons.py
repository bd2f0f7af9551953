"""Reasons: every rule, skip, flag and error of the contracts by name, as RULES.md numbers them.

Knows names, numbers and ids. Knows nothing of when any of them is given: the contracts alone decide that.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum


class Rule(StrEnum):
    """The nine rules, in the order of their bits."""

    POSITION = "RULE-01"
    DAY_LOSS = "RULE-02"
    CONFIDENCE = "RULE-03"
    TRADES = "RULE-04"
    LIVE = "RULE-05"
    EXPECTATION = "RULE-06"
    DRAWDOWN = "RULE-07"
    CASH = "RULE-08"
    STATE = "RULE-09"


class Part(IntEnum):
    """Which part of RULE-05 failed first."""

    EPOCH = 1
    RANGE = 2
    EXPIRED = 3
    CANDLE = 4
    SIZE = 5


class Skip(IntEnum):
    """Why an order was not judged; nothing was used up."""

    NONE = 0
    UNKNOWN = 1
    REVOKED = 2
    SPENT = 3
    SAME_BLOCK = 4
    MALFORMED = 5
    OUT_OF_BAND = 6
    MARKS_OLD = 7
    NOTHING_TO_SELL = 8


class Malformed(IntEnum):
    """What is wrong with a malformed order."""

    BOOK = 1
    MARKET = 2
    SIDE = 3
    QUANTITY = 4
    LIMIT_PRICE = 5
    REASON = 6
    SIGNAL = 7
    CONFIDENCE = 8


class Flag(IntFlag):
    """What is odd about a fact that a live book was told."""

    OUT_OF_BAND = 1
    OVER = 2
    LATE = 4
    NO_TICKET = 8


class Cause(IntEnum):
    """Why a ticket was released."""

    ROLE = 0
    LATE = 1
    VOID = 2


class Fault(StrEnum):
    """Errors that revert a whole call."""

    NOT_GOVERNOR = "NotGovernor"
    NOT_GUARDIAN = "NotGuardian"
    NOT_DEPLOYER = "NotDeployer"
    NOT_BOOK = "NotBook"
    NOT_TRADER_OR_GOVERNOR = "NotTraderOrGovernor"
    ALREADY_BOUND = "AlreadyBound"
    WRONG_BOOK = "WrongBook"
    NOT_BOUND = "NotBound"
    BAD_SETUP = "BadSetup"
    NOT_A_CHANGE = "NotAChange"
    NOT_SUBMITTED = "NotSubmitted"
    SUPERSEDED = "Superseded"
    TOO_EARLY = "TooEarly"
    TOO_LATE = "TooLate"
    BAD_BATCH = "BadBatch"
    ROUNDS_NOT_CONTIGUOUS = "RoundsNotContiguous"
    ALREADY_COMMITTED = "AlreadyCommitted"
    NOT_OPEN = "NotOpen"
    WRONG_SIGNATURE_COUNT = "WrongSignatureCount"
    NOT_A_SIGNER = "NotASigner"
    SIGNER_TWICE = "SignerTwice"
    STALE_SEQUENCE = "StaleSequence"
    WRONG_PREVIOUS_HASH = "WrongPreviousHash"
    WRONG_PRICE_COUNT = "WrongPriceCount"
    TIME_WENT_BACK = "TimeWentBack"
    NOT_FRESH = "NotFresh"
    ANCHOR_WENT_BACK = "AnchorWentBack"
    ECDSA_INVALID_SIGNATURE = "ECDSAInvalidSignature"
    ECDSA_INVALID_SIGNATURE_LENGTH = "ECDSAInvalidSignatureLength"
    ECDSA_INVALID_SIGNATURE_S = "ECDSAInvalidSignatureS"
    NOT_TRADER = "NotTrader"
    NOT_A_ROLE = "NotARole"
    NOT_GUARDIAN_OR_GOVERNOR = "NotGuardianOrGovernor"
    NOT_ORACLE = "NotOracle"
    NO_MARKS = "NoMarks"
    UNKNOWN_MARKET = "UnknownMarket"
    UNKNOWN_TICKET = "UnknownTicket"
    TICKET_LATE = "TicketLate"
    TICKET_VOID = "TicketVoid"
    NOT_RELEASABLE = "NotReleasable"
    BAD_QUANTITY = "BadQuantity"
    PRICE_TOO_GOOD = "PriceTooGood"
    PRICE_BEYOND_LIMIT = "PriceBeyondLimit"
    WRONG_FEE = "WrongFee"
    NOT_COVERED = "NotCovered"
    LOOSENS = "Loosens"
    OUT_OF_RANGE = "OutOfRange"
    FLOW_REFUSED = "FlowRefused"
    STATE_REFUSED = "StateRefused"
    NOTHING_TO_RESUME = "NothingToResume"
    RESUME_REFUSED = "ResumeRefused"
    NO_FACT = "NoFact"
    SAFE_CAST_OVERFLOWED_INT_DOWNCAST = "SafeCastOverflowedIntDowncast"
    SAFE_CAST_OVERFLOWED_UINT_DOWNCAST = "SafeCastOverflowedUintDowncast"


class Must(StrEnum):
    """What each external function must do."""

    SENSELESS_ORACLE_OPENS_NOTHING = "MUST-OPEN-01"
    SENSELESS_BOOK_OPENS_NOTHING = "MUST-OPEN-02"
    LIMITS_WITHIN_RANGE = "MUST-OPEN-03"
    PARTS_SERVE_ONE_BOOK = "MUST-OPEN-04"
    OPENING_IS_ON_RECORD = "MUST-OPEN-05"
    CODE_FITS = "MUST-OPEN-06"
    PARTS_HAVE_NO_RIGHTS = "MUST-OPEN-07"
    DEPLOYER_BINDS = "MUST-BIND-01"
    BOUND_ONCE = "MUST-BIND-02"
    BOOK_NAMES_THIS_ORACLE = "MUST-BIND-03"
    NOTHING_BEFORE_BINDING = "MUST-BIND-04"
    COMMITMENTS_BOUNDED = "MUST-COMMIT-01"
    ROUNDS_CONTIGUOUS = "MUST-COMMIT-02"
    QUORUM_EXACT = "MUST-COMMIT-03"
    SIGNERS_ONLY = "MUST-COMMIT-04"
    EACH_SIGNER_ONCE = "MUST-COMMIT-05"
    SIGNATURES_CANONICAL = "MUST-COMMIT-06"
    DIGEST_ONCE = "MUST-COMMIT-07"
    COMMITMENT_REMEMBERED = "MUST-COMMIT-08"
    HOLDS_ALONE_COMMIT = "MUST-COMMIT-09"
    SEQUENCE_GROWS = "MUST-MARKS-01"
    TIME_NEVER_BACK = "MUST-MARKS-02"
    PRICE_FOR_EACH_MARKET = "MUST-MARKS-03"
    VECTORS_CHAIN = "MUST-MARKS-04"
    VECTORS_FRESH = "MUST-MARKS-05"
    WITHHELD_VECTORS_COUNTED = "MUST-MARKS-06"
    MISSING_PRICE_IS_STALE = "MUST-MARKS-07"
    STEP_WAITS = "MUST-MARKS-08"
    NEXT_VECTOR_SETTLES_STEP = "MUST-MARKS-09"
    STEP_OUTLIVES_A_GAP = "MUST-MARKS-10"
    GUARDIAN_ALONE_REVOKES = "MUST-REVOKE-01"
    OPEN_ALONE_IS_REVOKED = "MUST-REVOKE-02"
    EVERY_DIGEST_COUNTED = "MUST-REVOKE-03"
    FREEZE_AT_ONCE = "MUST-REVOKE-04"
    SIGNERS_ALONE_ARE_REMOVED = "MUST-REVOKE-05"
    REMOVAL_BEGINS_AN_EPOCH = "MUST-REVOKE-06"
    GOVERNOR_ALONE_LOOSENS = "MUST-CHANGE-01"
    KNOWN_CHANGES_ALONE = "MUST-CHANGE-02"
    SENSELESS_CHANGES_REFUSED = "MUST-CHANGE-03"
    SUBMITTED_FIRST = "MUST-CHANGE-04"
    MADE_AGAINST_STILL_SO = "MUST-CHANGE-05"
    DELAY_OVER_ON_BOTH_CLOCKS = "MUST-CHANGE-06"
    LONGER_DELAY_HOLDS = "MUST-CHANGE-07"
    FORTNIGHT_TO_ACCEPT = "MUST-CHANGE-08"
    GOVERNOR_AND_GUARDIAN_REVOKE = "MUST-CHANGE-09"
    NO_QUORUM_NO_MARKS_CLOCK = "MUST-CHANGE-10"
    SIGNERS_THROUGH_THE_DELAY = "MUST-CHANGE-11"
    TRADER_THROUGH_THE_DELAY = "MUST-CHANGE-12"
    TRADER_OR_GOVERNOR_ANCHORS = "MUST-ANCHOR-01"
    ANCHORS_GROW = "MUST-ANCHOR-02"
    BOOK_ALONE_SETTLES = "MUST-SETTLE-01"
    ORACLE_ALONE_MARKS = "MUST-SETTLE-02"
    FIRST_VECTOR_SETS_THE_DAY = "MUST-SETTLE-03"
    MIDNIGHT_CLOSES_THE_OLD_DAY = "MUST-SETTLE-04"
    DAY_LATCHES_EXACTLY = "MUST-SETTLE-05"
    DRAWDOWN_LATCHES_EXACTLY = "MUST-SETTLE-06"
    LATCH_OUTLIVES_THE_PRICE = "MUST-SETTLE-07"
    TRADER_ALONE_AUTHORISES = "MUST-AUTH-01"
    ENTRIES_BOUNDED = "MUST-AUTH-02"
    MARKS_BEFORE_ENTRIES = "MUST-AUTH-03"
    UNKNOWN_SKIPPED = "MUST-AUTH-04"
    REVOKED_SKIPPED = "MUST-AUTH-05"
    SPENT_SKIPPED = "MUST-AUTH-06"
    SAME_BLOCK_SKIPPED = "MUST-AUTH-07"
    MALFORMED_SKIPPED = "MUST-AUTH-08"
    OLD_MARKS_SKIPPED = "MUST-AUTH-09"
    BEYOND_BAND_SKIPPED = "MUST-AUTH-10"
    SKIP_USES_NOTHING = "MUST-AUTH-11"
    REJECTION_ON_RECORD = "MUST-AUTH-12"
    TICKET_RESERVES = "MUST-AUTH-13"
    BATCH_DECIDES_AS_ALONE = "MUST-AUTH-14"
    ROLES_ALONE_EXIT = "MUST-EXIT-01"
    EXITS_BOUNDED = "MUST-EXIT-02"
    MARKS_BEFORE_EXITS = "MUST-EXIT-03"
    NO_MORE_THAN_FREE = "MUST-EXIT-04"
    EXIT_BAND = "MUST-EXIT-05"
    STALE_BAND_WIDER = "MUST-EXIT-06"
    EXITS_MALFORMED_SKIPPED = "MUST-EXIT-07"
    SELL_SIGNAL_JUDGED = "MUST-EXIT-08"
    HALT_ALONE_BLOCKS = "MUST-EXIT-09"
    EVERY_REASON_LEAVES = "MUST-EXIT-10"
    NO_DIGEST_IN_THE_WAY = "MUST-EXIT-11"
    ROLES_ALONE_RECORD = "MUST-REC-01"
    FILLS_BOUNDED = "MUST-REC-02"
    TICKETS_AUTHORISED_ALONE = "MUST-REC-03"
    WITHIN_THE_TICKET = "MUST-REC-04"
    IN_TIME = "MUST-REC-05"
    VOID_AFTER_A_LATCH = "MUST-REC-06"
    NO_BETTER_THAN_THE_WORSE_MARK = "MUST-REC-07"
    WITHIN_THE_LIMIT_PRICE = "MUST-REC-08"
    FORMULA_FEE = "MUST-REC-09"
    COVERED = "MUST-REC-10"
    BUY_ADDS_COST = "MUST-REC-11"
    SALE_TAKES_COST = "MUST-REC-12"
    PARTS_FREE_THEIR_SHARE = "MUST-REC-13"
    LATCHES_AFTER_THE_BATCH = "MUST-REC-14"
    FACTS_BY_ROLES = "MUST-FACT-01"
    TELLS_OF_SOMETHING = "MUST-FACT-02"
    OUT_OF_BAND_FLAGGED = "MUST-FACT-03"
    OVER_FLAGGED = "MUST-FACT-04"
    LATE_FLAGGED = "MUST-FACT-05"
    NO_TICKET_FLAGGED = "MUST-FACT-06"
    FLAG_STOPS_ENTRIES = "MUST-FACT-07"
    TRUE_FACT_UNFLAGGED = "MUST-FACT-08"
    RELEASES_BOUNDED = "MUST-REL-01"
    ROLES_RELEASE_ANY = "MUST-REL-02"
    ANYONE_RELEASES_LATE = "MUST-REL-03"
    ELSE_NOT_RELEASABLE = "MUST-REL-04"
    RELEASE_FREES = "MUST-REL-05"
    ASSESS_KNOWN_MARKETS = "MUST-ASSESS-01"
    ASSESS_BOTH_SIDES = "MUST-ASSESS-02"
    ASSESS_SAYS_WHAT_AUTHORISE_SAYS = "MUST-ASSESS-03"
    GUARDIAN_OR_GOVERNOR_TIGHTENS = "MUST-LIMIT-01"
    TIGHTEN_NEVER_LOOSENS = "MUST-LIMIT-02"
    NEVER_PAST_THE_CEILING = "MUST-LIMIT-03"
    COSTS_NEVER_SINK = "MUST-LIMIT-04"
    TIGHTER_AT_ONCE = "MUST-LIMIT-05"
    LIMITS_TEST_LATCHES = "MUST-LIMIT-06"
    GUARDIAN_OR_GOVERNOR_STOPS = "MUST-STATE-01"
    NOBODY_LETS_GO_AT_ONCE = "MUST-STATE-02"
    HALT_ENDS_BY_ITSELF = "MUST-STATE-03"
    HALTED_BOOKS_FACTS = "MUST-STATE-04"
    NOTHING_TO_RESUME_REFUSED = "MUST-STATE-05"
    ONE_RESUMPTION_ONE_STOP = "MUST-STATE-06"
    RESUME_ON_SETTLED_MARKS = "MUST-STATE-07"
    RESUME_RESETS_THE_PEAK = "MUST-STATE-08"
    GOVERNOR_ALONE_BOOKS_FLOWS = "MUST-FLOW-01"
    SOMETHING_FLOWS = "MUST-FLOW-02"
    SOMETHING_IS_LEFT = "MUST-FLOW-03"
    FREE_CASH_ALONE_LEAVES = "MUST-FLOW-04"
    SETTLED_MARKS_FOR_WITHDRAWALS = "MUST-FLOW-05"
    FLOWS_SCALE = "MUST-FLOW-06"
    HEAD_RECOMPUTES = "MUST-HEAD-01"
    SAME_DECISIONS_SAME_HEAD = "MUST-HEAD-02"
    BOOKS_CONSERVED = "MUST-HEAD-03"
    NO_TICKET_BEYOND_ITS_SIZE = "MUST-HEAD-04"
    JUDGED_ONCE = "MUST-HEAD-05"
    COUNTERS_MONOTONE = "MUST-HEAD-06"


@dataclass(frozen=True)
class Reason:
    """One id: the code that API and screen know it by, its kind and its name."""

    code: str
    kind: str
    name: str


def reasons() -> Iterator[Reason]:
    """Every reason and every MUST, in the order of RULES.md."""
    yield from (Reason(each.value, "RULE", each.name) for each in Rule)
    yield from (Reason(f"{Rule.LIVE}-{each.name}", "PART", each.name) for each in Part)
    yield from (Reason(f"SKIP-{each.name}", "SKIP", each.name) for each in Skip if each)
    yield from (Reason(f"MALFORMED-{each.name}", "MALFORMED", each.name) for each in Malformed)
    yield from (Reason(f"FLAG-{each.name}", "FLAG", each.name or "") for each in Flag)
    yield from (Reason(f"CAUSE-{each.name}", "CAUSE", each.name) for each in Cause)
    yield from (Reason(each.name, "FAULT", each.value) for each in Fault)
    yield from (Reason(each.value, "MUST", each.name) for each in Must)


def fault_of(said: str) -> Fault | None:
    """The error that a revert in words begins with: `PriceTooGood(id=0x…, got=1, best=2)`."""
    found = re.match(r"\w+", said)
    return next((fault for fault in Fault if found and fault.value == found[0]), None)
