"""Bootstrap: the only place that joins ports to adapters and settings to both.

Knows everybody. Decides nothing that is not a choice of parts.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tradeseal.backtest.bias import BiasReport
from tradeseal.backtest.committed import committed_signals, compare
from tradeseal.cycle.engine import Engine
from tradeseal.cycle.faults import FaultPoint
from tradeseal.cycle.ports import BookFact, Listener
from tradeseal.cycle.signal_source import SignalSource
from tradeseal.cycle.speed import parse_speed
from tradeseal.cycle.state import EngineState
from tradeseal.cycle.steps import Steps
from tradeseal.cycle.ticks import step_limit_bps
from tradeseal.home.backup import refuse_lost_events, refuse_unfinished
from tradeseal.home.learned import Learned, keep_learned, keep_revision, kept_fits, open_committed, open_learned
from tradeseal.home.logs import log_to
from tradeseal.home.manifest import Manifest, keep_manifest, read_manifest, refuse_other_data
from tradeseal.home.migration import migrate
from tradeseal.kernel.collector import no_cycles
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.kernel.ids import portfolio_id
from tradeseal.ledger.lock import HomeLock
from tradeseal.ledger.published import Ledger, checked
from tradeseal.market.published import (
    CandleStore,
    DataReport,
    Recent,
    ReplayFeed,
    fetch_recent,
    in_words,
    interval_name,
    load_folder,
    synthetic_of,
)
from tradeseal.oracle.published import Attestor, Domain
from tradeseal.settings import Settings
from tradeseal.signals.published import Opinion, Opinions, SignalEngine, Succession, no_notice
from tradeseal.trading.adapters.simulated import SimulatedVenue
from tradeseal.trading.domainmodel import OWNER, Portfolio
from tradeseal.trading.published import BookClass
from tradeseal.trading.terms import Terms

if TYPE_CHECKING:
    from tradeseal.chain.deploy import BookPlan
    from tradeseal.chain.gate import ChainGate
    from tradeseal.chain.keyring import DemoKeyring
    from tradeseal.chain.keys import DemoKeys, Quorum

FETCHED = "data"  # the folder of a home where its first start keeps what it fetched


@dataclass(frozen=True)
class Data:
    """The candles of a run, what was noticed while loading them, and the part that is traded."""

    store: CandleStore
    report: DataReport
    manifest: Manifest
    synthetic: bool
    note: str = ""  # what a person should know of where they came from


@dataclass
class Parts:
    """Everything that runs, joined."""

    data: Data
    source: SignalSource
    portfolio: Portfolio
    ledger: Ledger
    gate: "ChainGate"
    engine: Engine
    chain_note: str  # what a person should know of the chain in use
    opened: ExitStack

    def stop(self) -> None:
        """Have the engine end behind the step in hand, and give up what waits for a chain of others."""
        self.engine.stop()
        self.gate.chain.interrupt()

    def close(self) -> None:
        """End what was started, in reverse order; the chain is kept where that is worth it."""
        self.engine.stop()
        self.gate.rest()
        self.opened.close()


def open_data(settings: Settings, say: Callable[[str], None] = lambda _: None, *, as_begun: bool = True) -> Data:
    """Load the candles; a used home is continued with what it began with, or refused; a new one may fetch.

    Without `as_begun` other candles are taken too: somebody wants to see where they differ.
    """
    began = read_manifest(settings.home)
    folder = settings.data
    markets = settings.markets
    exchange, interval = settings.exchange, settings.interval
    note, begin = "", None
    if began is None and folder is None:
        recent, note = _fetch(settings, say)
        if recent is not None:
            folder, exchange, markets = settings.home / FETCHED, recent.exchange, recent.markets
            begin = recent.start
    if began is not None:
        if folder is None and began.data_folder:
            folder = settings.home / began.data_folder  # of a folder elsewhere only its own path is left
        if folder is None:
            note = "synthetic prices: this home began with them; a new one (--home DIR) may fetch real ones"
        chosen = settings.model_fields_set
        same_folder = settings.data is None or _folder_of(settings.home, settings.data) == began.data_folder
        markets = began.markets if same_folder and "markets" not in chosen else settings.markets
        exchange = settings.exchange if "exchange" in chosen else began.exchange
        interval = settings.interval if "interval" in chosen else began.interval
    if folder is None:
        store, report = synthetic_of(interval, markets), DataReport()
    else:
        store, report = load_folder(folder, exchange, interval, list(markets) or None)
    starts = (settings.start, began.start if began else None, begin, store.default_start)
    start = next(one for one in starts if one is not None)
    end = settings.end if settings.end is not None else (began.end if began else store.last_close)
    manifest = Manifest(
        book=settings.book,
        cash_e8=settings.cash_e8,
        data_label=store.label,
        data_identity=store.identity,
        data_folder=_folder_of(settings.home, folder),
        exchange=exchange,
        interval=interval_name(store.interval_s),
        markets=store.markets,
        start=start,
        end=end,
        chain=settings.chain if began is None or "chain" in settings.model_fields_set else began.chain,
        quorum=settings.quorum if began is None or "quorum" in settings.model_fields_set else began.quorum,
        venue=_terms_text(settings.terms) if began is None or settings.terms is not None else began.venue,
    )
    terms_of(manifest).refuse_unknown(store.markets)
    if began is not None and as_begun:
        refuse_other_data(settings.home, began, manifest)
    if end <= start or not len(ReplayFeed(store, start, end)):
        raise Refused(
            "NO_CANDLES", "No candle lies between --from and --to.", start=start, end=end, first=store.first_open,
            last=store.last_close,
        )  # fmt: skip
    return Data(store, report, manifest, folder is None, note)


def _terms_text(terms: Terms | None) -> str:
    return "" if terms is None or terms.off else json.dumps(terms.to_json(), sort_keys=True)


def terms_of(manifest: Manifest) -> Terms:
    """The terms on which a home's venue fills."""
    return Terms.read(json.loads(manifest.venue)) if manifest.venue else Terms()


def _fetch(settings: Settings, say: Callable[[str], None]) -> tuple[Recent | None, str]:
    """Recent candles of a new home, or None; and what to tell the person."""
    if settings.start is not None or settings.end is not None:
        return None, "synthetic prices: --from and --to choose from candles that --data names"
    if not settings.fetch_seconds:
        return None, "synthetic prices: fetching is switched off (TRADESEAL_FETCH_SECONDS=0)"
    try:
        recent = fetch_recent(
            settings.home / FETCHED,
            seconds=settings.fetch_seconds,
            markets=settings.markets,
            interval=settings.interval,
            exchanges=(settings.exchange,) if "exchange" in settings.model_fields_set else (),
            url=settings.exchange_url,
            say=say,
        )
    except Unavailable as error:
        return None, f"synthetic prices, for no real ones could be fetched: {error.message}. --data DIR brings your own"
    return recent, in_words(recent)


def _folder_of(home: Path, folder: Path | None) -> str:
    """Where the candles lie, as the manifest keeps it: relative in a home, so that the home can be moved."""
    if folder is None:
        return ""
    there = folder.resolve()
    return str(there.relative_to(home.resolve())) if there.is_relative_to(home.resolve()) else str(there)


def open_parts(
    settings: Settings,
    listener: Listener,
    *,
    lock: HomeLock | None = None,
    re_executed: Callable[[int, int], None] = lambda _done, _total: None,
    opened_ledger: Callable[[Ledger], Callable[[], None]] = lambda _ledger: lambda: None,
) -> Parts:
    """Start everything, from the lock of the home to the engine; nothing runs until `engine.run`.

    `opened_ledger` hears of the ledger before its chain is there, of a used home before its candles are, and answers
    what is to be called before the ledger is closed.
    Raises `Refused` with what is wrong, or `Unavailable` with what did not answer; then nothing is left running.
    """
    from tradeseal.chain.choice import choose
    from tradeseal.chain.deploy import BookPlan
    from tradeseal.chain.gate import open_gate
    from tradeseal.chain.keyring import DemoKeyring
    from tradeseal.chain.keys import KEYS_FILE, Quorum, demo_keys

    with ExitStack() as opened:
        lock = lock or HomeLock(settings.home)
        opened.callback(lock.close)
        refuse_unfinished(settings.home)
        migrate(settings.home)
        began = read_manifest(settings.home)
        used = _open_ledger(settings.home, opened, opened_ledger) if began is not None else None
        asked = settings.chain if "chain" in settings.model_fields_set else None
        chain = choose(asked, None if began is None else began.chain, contracts=settings.contracts)
        settings = settings.model_copy(update={"chain": chain.kind})
        listener.phase("LOADING_DATA", "reading candles")
        data = open_data(settings, lambda text: listener.phase("LOADING_DATA", text))
        listener.phase("FITTING", "learning from the candles before the start")
        learned = open_learned(
            settings.home,
            settings.strategy,
            settings.strategies,
            data.store,
            data.manifest.start,
            began=began is not None,
            retrain_s=settings.retrain_s,
        )
        # A strategy that cannot be asked is refused here, before a new home has anything in it.
        strategy, opinions = _opinionated(learned, data.store, data.manifest, home=settings.home)
        if began is None:
            keep_learned(settings.home, learned)
            keep_manifest(settings.home, data.manifest)
        log_to(settings.home / "logs")
        listener.phase("STARTING_CHAIN", chain.note or f"starting {chain.kind}")
        ledger = used or _open_ledger(settings.home, opened, opened_ledger)
        state = EngineState()
        with no_cycles():
            for fact in checked(ledger.facts.all()):
                state.apply(fact)
        quorum = Quorum.parse(data.manifest.quorum)
        plan = BookPlan(
            name=settings.book,
            markets=data.store.markets,
            cash_e8=settings.cash_e8,
            opened_at=data.manifest.start,
            step_limit_bps=step_limit_bps(data.store.interval_s),
            quorum=quorum,
        )
        keyring: DemoKeyring
        if chain.url:
            gate, keyring = _open_outside(settings, chain.url, ledger, plan, listener)
        else:
            keys = demo_keys(settings.home / KEYS_FILE, quorum)
            gate = open_gate(settings.home, ledger, plan, kind=chain.kind, progress=re_executed, keys=keys)
            keyring = DemoKeyring(settings.home / KEYS_FILE, gate)
        opened.callback(gate.close)
        source = SignalSource(
            book=settings.book, store=data.store, oracle_store=data.store.copy(), engine=strategy, opinions=opinions
        )
        portfolio = _open_portfolio(settings, data, ledger, gate, source)
        for fact in ledger.facts.all(after=state.position):
            state.apply(fact)
        steps = Steps(
            ledger=ledger,
            gate=gate,
            venue=SimulatedVenue(terms_of(data.manifest), data.store),
            signals=source,
            attestor=keyring.attestor() or Attestor(gate.keys.signers(quorum.needed), gate.domain, gate.epoch()),
            portfolio=portfolio,
            state=state,
            fault=FaultPoint(),
            keyring=keyring,
        )
        engine = Engine(
            steps=steps,
            store=data.store,
            feed=ReplayFeed(data.store, data.manifest.start, data.manifest.end),
            listener=listener,
            speed=parse_speed(settings.speed),
            pause_at=settings.pause_at,
        )
        note = " ".join(filter(None, (chain.note, gate.chain.note)))
        return Parts(data, source, portfolio, ledger, gate, engine, note, opened.pop_all())


def _open_ledger(home: Path, opened: ExitStack, opened_ledger: Callable[[Ledger], Callable[[], None]]) -> Ledger:
    ledger = Ledger(home / "ledger.sqlite")
    opened.callback(ledger.close)
    refuse_lost_events(home, ledger.facts)
    opened.callback(opened_ledger(ledger))
    return ledger


def _opinionated(
    learned: Learned, store: CandleStore, manifest: Manifest, *, home: Path | None = None
) -> tuple[SignalEngine, Opinions]:
    """The strategy's opinions on a span, and the calibrators that follow each other in it; kept where a home is given.

    Without one every calibrator is fitted anew from the candles.
    """
    engine = SignalEngine(learned.strategy, learned.calibrator)
    opinions = engine.precompute(store, store.markets, manifest.start, manifest.end)
    engine.succession = Succession(
        learned.calibrator,
        learned.strategy,
        store,
        manifest.start,
        learned.schedule,
        read=opinions.read,
        kept=None if home is None else kept_fits(home),
        revised=no_notice if home is None else partial(keep_revision, home),
    )
    return engine, opinions


def _open_outside(
    settings: Settings, url: str, ledger: Ledger, plan: "BookPlan", listener: Listener
) -> "tuple[ChainGate, DemoKeyring]":
    """A chain that others run: keys of value in keystores, never the demo's plain ones."""
    from tradeseal.chain.fees import GWEI
    from tradeseal.chain.keyring import KeystoreKeyring
    from tradeseal.chain.keystore import FOLDER, keystore, password_of
    from tradeseal.chain.outside_chain import Rules
    from tradeseal.chain.outside_gate import open_outside

    folder, password = settings.home / FOLDER, password_of(settings.password_file)
    keys = keystore(folder, password, plan.quorum)
    rules = Rules(
        confirmations=settings.confirmations,
        bump_after_s=settings.bump_seconds,
        fee_wei_max=settings.fee_gwei_max * GWEI,
    )

    def told(said: str) -> None:
        listener.phase("STARTING_CHAIN", said)

    gate = open_outside(url, ledger, plan, keys, rules=rules, contracts=settings.contracts, opening=told)
    return gate, KeystoreKeyring(folder, password, gate)


def _keys(settings: Settings, quorum: "Quorum") -> "DemoKeys":
    from tradeseal.chain.keystore import FOLDER, keystore, password_of

    return keystore(settings.home / FOLDER, password_of(settings.password_file), quorum)


def compare_signals(settings: Settings) -> BiasReport:
    """Every signal that a home has kept, HOLD included, against what its candles, strategy and calibrator say now."""
    from tradeseal.chain.choice import OUTSIDE
    from tradeseal.chain.keys import Quorum, demo_keys

    began = read_manifest(settings.home)
    if began is None:
        raise Refused(
            "NO_HOME", f"{settings.home} has no run whose signals could be compared.", home=str(settings.home)
        )
    data = open_data(settings, as_begun=False)
    learned = open_committed(settings.home, settings.strategies)
    engine, opinions = _opinionated(learned, data.store, began)
    source = SignalSource(
        book=began.book, store=data.store, oracle_store=data.store, engine=engine, opinions=opinions
    )  # fmt: skip
    quorum = Quorum.parse(began.quorum)
    held = _keys(settings, quorum) if began.chain == OUTSIDE else demo_keys(settings.home / "demo-keys.json")
    signer = Attestor(held.signers(quorum.needed), Domain(0, "0x" + 40 * "0"), 0)
    ledger = Ledger(settings.home / "ledger.sqlite")
    try:
        kept = committed_signals(ledger.facts, began.markets)
    finally:
        ledger.close()
    now = {}
    for (market, close), one in kept.signals.items():
        opinion = source.opinion(market, close)
        if isinstance(opinion, Opinion):
            salt = signer.salt(source.strategy, one.seq, market)
            now[market, close] = source.message(
                market=market, opinion=opinion, seq=one.seq, candle_close=close, salt=salt
            )
    model = bytes.fromhex(learned.calibrator.origin.strategy_hash)
    return compare(kept, now, source.strategy, model=model, calibrator=learned.calibrator.hash)


def _open_portfolio(
    settings: Settings, data: Data, ledger: Ledger, gate: "ChainGate", source: SignalSource
) -> Portfolio:
    identity = portfolio_id(OWNER, settings.book)
    if identity in ledger.repository:
        found: Portfolio = ledger.repository.get(identity)
        return found
    heads = gate.heads()
    portfolio = Portfolio(
        book=settings.book,
        book_class=int(BookClass.SIMULATED),
        cash_e8=settings.cash_e8,
        markets=data.store.markets,
        strategy=source.strategy,
        chain_id=heads.chain_id,
        genesis_hash=heads.genesis_hash,
        oracle_address="0x" + gate.deployment.oracle_address.hex(),
        book_address="0x" + gate.deployment.book_address.hex(),
        data_label=data.store.label,
        data_hash=data.store.identity,
        interval_s=data.store.interval_s,
        start=data.manifest.start,
        record_head=heads.record_head,
    )
    for fact in gate.opening_facts():
        if isinstance(fact, BookFact):
            stamp = fact.stamp
            portfolio.note_record(
                name=fact.name,
                values=dict(fact.values),
                record_seq=stamp.seq,
                record_hash=stamp.hash,
                previous_hash=stamp.previous_hash,
            )
    ledger.save(portfolio)
    return portfolio
