"""The outside chain: one that others run. It is the truth for what it holds, and may change its mind for a while.

Knows how a transaction of ours gets a block that stays: the same bytes again where the node does not know them, a
replacement at a higher fee where they wait too long, an outcome only when it is deep enough, and what was orphaned
brought back. Decides nothing by itself (`outcomes`), and knows nothing of contracts.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from tradeseal.chain.fees import GWEI, Fees, bumped, first_fees
from tradeseal.chain.journal import ChainJournal, JournalEntry, Variant
from tradeseal.chain.journaled import Journaled
from tradeseal.chain.node import GAS, Connection
from tradeseal.chain.outcomes import (
    Bump,
    Known,
    MendBefore,
    Note,
    Orphan,
    Place,
    Send,
    Settle,
    Taken,
    Told,
    Wait,
    decide,
)
from tradeseal.chain.patience import FIRST_DELAY_S, Patient, delay_s
from tradeseal.chain.rpc import NodeRefused
from tradeseal.chain.transactions import Wallet, read_transaction
from tradeseal.kernel.clock import monotonic_s
from tradeseal.kernel.errors import Inconsistent, Refused, Unavailable
from tradeseal.ledger.published import Ledger

KIND = "outside"
START_TRIES = 4
ASKING_TRIES = 3
FIRST_LOOK_S = 0.03
GAS_MARGIN = (5, 4)  # over the estimate, which is of another block than the one it comes into
_log = structlog.get_logger("chain")


class _DeeperStill(Exception):
    """While something was brought back, something before it went, too."""


@dataclass(frozen=True)
class Rules:
    """How patient to be, and how much to pay at most."""

    confirmations: int = 12
    bump_after_s: float = 120.0
    fee_wei_max: int = 200 * GWEI
    poll_s: float = 1.0
    first_delay_s: float = FIRST_DELAY_S


class OutsideChain(Journaled):
    """The journal, and a node that we do not run."""

    kind = KIND
    pid: int | None = None
    restarts: int = 0
    restarting: tuple[int, int] | None = None

    def __init__(
        self,
        node: Connection,
        name: str,
        ledger: Ledger,
        senders: Sequence[bytes],
        wallet_of: Callable[[str], Wallet | None],
        *,
        rules: Rules | None = None,
    ) -> None:
        super().__init__(ledger, 0, sorted(senders))
        self.wallet_of = wallet_of
        self.name = name
        self._node = node
        self._rules = rules or Rules()
        self.changed: Callable[[], None] = lambda: None  # told when what is waited for is another
        self._ended = threading.Event()
        self._patient = Patient(node, ended=self._ended, first_delay_s=self._rules.first_delay_s, changed=self._tell)
        self._owner = threading.get_ident()
        self._waits = ""
        self._broken = ""
        self._highest: Place | None = None  # of all that counted, when last seen whole
        self._statuses: dict[int, int] = {}  # by position, of what was orphaned after it counted
        self.mended: Callable[[int], None] = lambda _block: None  # told the block of the last one brought back

    # Opening and closing

    def open(self) -> None:
        """Reach the node, see that it is the journal's chain, and bring back what was orphaned meanwhile."""
        self._chain_id = int(self._patient.call("eth_chainId", tries=START_TRIES), 16)
        genesis = self._patient.call("eth_getBlockByNumber", "0x0", False, tries=START_TRIES)
        self.genesis_hash = str(genesis["hash"])
        self._same_accounts()
        entries = list(self.journal.entries())
        self._take_up(entries)
        self._refuse_used_keys()
        self._stand()
        self.note = f"{self.name}, chain {self._chain_id}: outcomes count after {self._rules.confirmations} blocks"

    def _refuse_used_keys(self) -> None:
        """A home's keys begin with the home, and nobody else sends with them; a store that lost events is told so."""
        for sender in self._funded:
            used, known = self._used(sender), self._nonces.get(sender, 0)
            if used > known:
                what = "Bring back the newest backup." if self._last else "A home begins with fresh keys of its own."
                raise Refused(
                    "KEY_USED",
                    f"{sender} has sent {used} transactions on {self.name}, this home knows of {known}. {what}",
                    account=sender,
                    got=used,
                    want=known,
                )

    def _tell(self) -> None:
        self.changed()

    def interrupt(self) -> None:
        """Have whoever waits give up; what is signed is sent again at the next start."""
        self._ended.set()

    def close(self) -> None:
        """Let go of the node; the journal keeps everything."""
        self._ended.set()
        self._node.close()

    @property
    def broken(self) -> str:
        """Why its history and ours differ for good."""
        return self._broken

    @property
    def waits(self) -> str:
        """What it waits for now."""
        return self._waits

    @property
    def away(self) -> str:
        """Since when and why its node does not answer."""
        return self._patient.away

    def keep_snapshot(self) -> bool:
        """Nothing to keep: others hold this chain."""
        return False

    # Writing: sign, save, send

    def block_time(self, at: int) -> int:
        """The data's own time: the block's is the chain's to say. Raises `Refused` while another transaction waits."""
        self._refuse_waiting()
        return at

    def next_nonce(self, sender: str) -> int:
        """The nonce of the sender's next transaction; raises `Inconsistent` where somebody else uses the key."""
        nonce, used = super().next_nonce(sender), self._used(sender)
        if used > nonce:  # fewer are a reorganisation, which `send` mends before it sends
            self._broken = f"{sender} has sent {used} transactions on {self.name}, we know of {nonce}."
            raise Inconsistent(
                "NONCE_TAKEN",
                f"{self._broken} One key belongs to one home: nothing more is sent from here.",
                got=used,
                want=nonce,
                sender=sender,
            )
        return nonce

    def offer(self, *, sender: str, to: bytes | None, data: bytes, value_wei: int) -> tuple[int, Fees]:
        """What the node estimates and a margin, at fees that outlast a few full blocks; never above the ceiling.

        Raises `Refused` when the account cannot pay it.
        """
        call = {"from": sender, "data": "0x" + data.hex(), "value": hex(value_wei)}
        call |= {} if to is None else {"to": "0x" + to.hex()}
        base, tip = self._market()
        fees = first_fees(base_wei=base, tip_wei=tip, ceiling_wei=self._rules.fee_wei_max)
        # At the newest block a node takes that block's number: a commitment in it would be of the same block.
        at = "pending" if self._rules.confirmations < 2 else "latest"
        try:
            estimate = int(self._patient.call("eth_estimateGas", call, at), 16)
        except NodeRefused as refused:
            # A call that reverts is sent all the same: its revert is an outcome that the chain keeps.
            _log.warning("estimate_refused", sender=sender, said=refused.message)
            estimate = GAS
        gas = min(estimate * GAS_MARGIN[0] // GAS_MARGIN[1], GAS)
        have = int(self._patient.call("eth_getBalance", sender, "latest"), 16)
        need = gas * fees.most_wei + value_wei
        if have < need:
            raise Refused(
                "ACCOUNT_EMPTY",
                f"{sender} has {have} wei on {self.name}; this transaction may cost {need}. Send it some and start "
                "again.",
                account=sender,
                got=have,
                want=need,
            )
        return gas, fees

    def sign(self, entry: JournalEntry) -> ChainJournal:
        """Put a signed transaction on the journal's page; whoever called saves the page before `send`."""
        return self._put(entry)

    def send(self, transaction_hash: str) -> tuple[JournalEntry, dict[str, Any], ChainJournal]:
        """See the transaction that waits into a block that counts; its entry, its receipt and the journal's page.

        However long that takes; raises `Unavailable` only when told to give up. Doing it again later is safe.
        """
        self._owner = threading.get_ident()
        entry, page = self._last, self._page
        if entry is None or page is None or entry.counted or entry.intended_hash != transaction_hash:
            raise Refused("NOT_WAITING", f"{transaction_hash} is not the transaction that waits.")
        self._stand()
        entry, receipt = self._until_it_counts(entry, page)
        page.mine(entry)
        self._last = self._mined_last = entry
        self._highest = Place(entry.transaction_hash, entry.block, entry.block_hash)
        return entry, receipt, page

    # One transaction, until its outcome counts

    def _until_it_counts(  # noqa: C901 - one arm a decision
        self, entry: JournalEntry, page: ChainJournal, *, mending: bool = False
    ) -> tuple[JournalEntry, dict[str, Any]]:
        began, refused, looks = monotonic_s(), 0, 0
        try:
            while True:
                told = self._told(entry)
                known = Known(entry.nonce, tuple(v.transaction_hash for v in entry.variants), entry.seen)
                impatient = monotonic_s() - began >= self._rules.bump_after_s
                decision = decide(known, told, confirmations=self._rules.confirmations, impatient=impatient)
                self._say(entry, told)
                match decision:
                    case Settle(place):
                        settled = self._settled(entry, place)
                        if settled is not None:
                            return settled
                    case Note(place):
                        entry = self._noted(entry, page, place)
                    case Orphan(place):
                        entry = self._orphaned(entry, page, place)
                    case MendBefore():
                        self._mend_before(mending=mending)
                    case Taken():
                        raise self._taken(entry)
                    case Bump():
                        entry, began = self._bump(entry, page), monotonic_s()
                    case Send():
                        refused = 0 if self._sent(entry) else refused + 1
                looks = looks + 1 if isinstance(decision, Wait) else 0
                if not isinstance(decision, Note | Orphan):
                    self._pause(refused, looks)
        finally:
            self._waits = ""

    def _pause(self, refused: int, looks: int) -> None:
        """Some chains have a block at once: the first looks are close together."""
        first = self._rules.first_delay_s
        between = min(self._rules.poll_s, FIRST_LOOK_S * 2 ** min(looks, 10))
        self._patient.pause(delay_s(refused, first=first) if refused else between)

    def _mend_before(self, *, mending: bool) -> None:
        if mending:
            raise _DeeperStill
        self._stand()

    def _told(self, entry: JournalEntry) -> Told:
        """Ask for everything that decides."""
        ask, variants = self._patient.call, entry.variants
        newest = int(ask("eth_blockNumber"), 16)
        place = next(filter(None, (self._place(v.transaction_hash) for v in reversed(variants))), None)
        if place is not None:
            return Told(newest, entry.nonce + 1, 0, place)
        deep = max(newest - self._rules.confirmations + 1, 0)
        used, used_deep = self._used(entry.sender), self._used(entry.sender, hex(deep))
        pooled = {v.transaction_hash for v in variants if ask("eth_getTransactionByHash", v.transaction_hash)}
        return Told(newest, used, used_deep, None, frozenset(pooled))

    def _place(self, transaction_hash: str) -> Place | None:
        """Where a transaction stands, if its block is the chain's own of that number."""
        receipt = self._patient.call("eth_getTransactionReceipt", transaction_hash)
        if receipt is None or receipt.get("blockHash") is None:
            return None
        place = Place(transaction_hash, int(receipt["blockNumber"], 16), str(receipt["blockHash"]))
        return place if self._hash_of(place.block) == place.block_hash else None

    def _settled(self, entry: JournalEntry, place: Place) -> tuple[JournalEntry, dict[str, Any]] | None:
        receipt: dict[str, Any] | None = self._patient.call("eth_getTransactionReceipt", place.transaction_hash)
        if receipt is None or receipt["blockHash"] != place.block_hash:
            return None  # gone while we asked
        chosen = next(v for v in entry.variants if v.transaction_hash == place.transaction_hash)
        others = tuple(v for v in entry.variants if v != chosen)
        mined = replace(
            entry, raw=chosen.raw, transaction_hash=chosen.transaction_hash, others=others,
            first_hash=entry.intended_hash if others else "", seen=None, block=place.block,
            block_hash=place.block_hash, status=int(receipt["status"], 16), gas_used=int(receipt["gasUsed"], 16),
            counted=True,
        )  # fmt: skip
        return mined, receipt

    def _noted(self, entry: JournalEntry, page: ChainJournal, place: Place) -> JournalEntry:
        block = self._patient.call("eth_getBlockByNumber", hex(place.block), False)
        if block is None or block["hash"] != place.block_hash:
            return entry  # gone again already
        sealed_at = int(block["timestamp"], 16)
        page.see(place, block_time=sealed_at)
        return self._kept(replace(entry, seen=place, sealed_at=sealed_at), page)

    def _orphaned(self, entry: JournalEntry, page: ChainJournal, place: Place) -> JournalEntry:
        _log.warning("transaction_orphaned", transaction=place.transaction_hash, block=place.block, kind=entry.kind)
        page.orphan(place)
        return self._kept(replace(entry, seen=None, sealed_at=0), page)

    def _bump(self, entry: JournalEntry, page: ChainJournal) -> JournalEntry:
        """Sign a replacement, keep it, then send it; where the ceiling forbids it, wait on."""
        before = read_transaction(entry.raw)
        base, tip = self._market()
        fees = bumped(
            Fees(before.fee_wei_max, before.tip_wei), base_wei=base, tip_wei=tip, ceiling_wei=self._rules.fee_wei_max
        )
        if fees is None:
            _log.warning("fee_ceiling", transaction=entry.transaction_hash, offered_wei=before.fee_wei_max)
            return entry
        wallet = self.wallet_of(entry.sender)
        if wallet is None:
            _log.warning("key_missing", sender=entry.sender)
            return entry
        signed = wallet.sign(
            chain_id=self._chain_id, nonce=entry.nonce, to=before.to, data=before.data, gas=before.gas,
            fee_wei_max=fees.most_wei, tip_wei=fees.tip_wei, value_wei=before.value,
        )  # fmt: skip
        variant = Variant("0x" + signed.raw.hex(), "0x" + signed.transaction_hash.hex())
        page.replace(entry.intended_hash, variant)
        entry = self._kept(
            replace(
                entry, first_hash=entry.intended_hash, others=entry.variants, raw=variant.raw,
                transaction_hash=variant.transaction_hash,
            ),
            page,
        )  # fmt: skip
        _log.info("fee_raised", transaction=variant.transaction_hash, most_wei=fees.most_wei, tip_wei=fees.tip_wei)
        self._sent(entry)
        return entry

    def _kept(self, entry: JournalEntry, page: ChainJournal) -> JournalEntry:
        self._ledger.save(page)
        if self._last is not None and entry.position == self._last.position:
            self._last = entry
        return entry

    def _sent(self, entry: JournalEntry) -> bool:
        """Send the bytes once; whatever comes back, the chain is asked next. False where the node refused them."""
        try:
            self._patient.once("eth_sendRawTransaction", entry.raw)
        except NodeRefused as refused:
            _log.warning("send_refused", transaction=entry.transaction_hash, said=refused.message)
            self._waits = f"{entry.kind}: {self.name} refuses it: {refused.message}"
            self.changed()
            return False
        except Unavailable as silent:
            if silent.code == "CHAIN_CLOSED":
                raise
            _log.warning("send_unanswered", transaction=entry.transaction_hash, said=silent.message)
            return False
        return True

    def _taken(self, entry: JournalEntry) -> Inconsistent:
        self._broken = f"Nonce {entry.nonce} of {entry.sender} was used by a transaction that is not ours."
        return Inconsistent(
            "NONCE_TAKEN",
            f"{self._broken} One key belongs to one home: nothing more is sent from here.",
            sender=entry.sender,
            nonce=entry.nonce,
            ours=entry.transaction_hash,
        )

    def _say(self, entry: JournalEntry, told: Told) -> None:
        said = f"{entry.kind} {entry.transaction_hash[:10]}…: "
        if told.place is None:
            said += "in no block yet"
        else:
            depth = max(told.newest - told.place.block + 1, 0)
            said += f"{depth} of {self._rules.confirmations} confirmations, block {told.place.block}"
        if said != self._waits:
            self._waits = said
            self.changed()

    # What counted and is gone again: a reorganisation deeper than the confirmations

    def _stand(self) -> None:
        """See that what counted still stands; bring back what does not, oldest first, as the same bytes.

        Called when everything decided is stored. Raises `Inconsistent` when one comes out differently.
        """
        mended = 0
        while gone := self._gone():
            _log.error("reorganisation", deeper_than=self._rules.confirmations, transactions=len(gone))
            for entry in gone:
                if entry.mined:
                    page = self._page_of(entry)
                    page.orphan(Place(entry.transaction_hash, entry.block, entry.block_hash))
                    self._ledger.save(page)
            with contextlib.suppress(_DeeperStill):
                mended = self._bring_back(gone[0])
        if mended:
            self.mended(mended)

    def _bring_back(self, entry: JournalEntry) -> int:
        page = self._page_of(entry)
        unmined = replace(entry, block=0, block_hash="", status=0, gas_used=0, seen=None)
        again, _receipt = self._until_it_counts(unmined, page, mending=True)
        page.mine(again)
        self._ledger.save(page)
        if self._mined_last is not None and again.position == self._mined_last.position:
            self._mined_last = again
        if self._last is not None and again.position == self._last.position:
            self._last = again
        want = self._statuses.setdefault(entry.position, entry.status if entry.mined else again.status)
        if again.status != want:
            self._broken = f"{entry.kind} {entry.transaction_hash} came out differently after a reorganisation."
            raise Inconsistent("REORG_CHANGED_OUTCOME", self._broken, got=again.status, want=want)
        return again.block

    def _gone(self) -> list[JournalEntry]:
        """What counted and has no block in the chain any more, oldest first.

        A block that stands holds all before it, so the first that stands, from the highest down, is enough.
        """
        highest = self._highest
        if highest is not None and self._hash_of(highest.block) == highest.block_hash:
            return []
        counted = [entry for entry in self.journal.entries() if entry.counted]
        gone = [entry for entry in counted if not entry.mined]
        self._highest = None
        for entry in sorted((entry for entry in counted if entry.mined), key=lambda entry: -entry.block):
            place = Place(entry.transaction_hash, entry.block, entry.block_hash)
            if self._hash_of(entry.block) == entry.block_hash:
                self._highest = None if gone else place
                break
            gone.append(entry)
        return sorted(gone, key=lambda entry: entry.position)

    def _page_of(self, entry: JournalEntry) -> ChainJournal:
        page = self._page if self._page is not None and self._page.page == entry.page else self.journal.page(entry.page)
        assert page is not None, entry.position
        return page

    # Asking

    def ask(self, method: str, *params: Any) -> Any:
        """A question about the newest block, of a node that has seen all that counts.

        Whoever sends waits until it is answered; anybody else is told at once that it is not.
        """
        tries = 0 if threading.get_ident() == self._owner else ASKING_TRIES
        if params[-1:] == ("latest",):
            params = (*params[:-1], self._newest(tries))
        return self._patient.call(method, *params, tries=tries)

    def read(self, method: str, params: Sequence[Any]) -> Any:
        """A question of somebody else."""
        return self._node.call(method, *params)

    def _newest(self, tries: int) -> str:
        """The newest block, by its number; one of several nodes behind one address may be behind."""
        least = 0 if self._mined_last is None else self._mined_last.block
        for tried in range(1, ASKING_TRIES + 1):
            newest = int(self._patient.call("eth_blockNumber", tries=tries), 16)
            if newest >= least:
                return hex(newest)
            self._patient.pause(delay_s(tried, first=self._rules.first_delay_s))
        raise Unavailable("NODE_BEHIND", f"{self.name} is at block {newest}, we have seen {least}.")

    def _used(self, sender: str, block: str = "latest") -> int:
        return int(self._patient.call("eth_getTransactionCount", sender, block), 16)

    def _hash_of(self, block: int) -> str:
        found = self._patient.call("eth_getBlockByNumber", hex(block), False)
        return "" if found is None else str(found["hash"])

    def _market(self) -> tuple[int, int]:
        """The base fee of the newest block, and the tip that the node suggests."""
        block = self._patient.call("eth_getBlockByNumber", "latest", False)
        base = int(block.get("baseFeePerGas") or "0x0", 16)
        try:
            tip = int(self._patient.call("eth_maxPriorityFeePerGas"), 16)
        except NodeRefused:  # not every node has this method
            tip = GWEI
        return base, tip
