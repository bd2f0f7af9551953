"""Check 1, anchors: the roots on the chain are the roots of the log's own events, stretch by stretch.

Knows the Merkle tree of the log. Knows nothing of who sends an anchor.
"""

from tradeseal.chain.again import Executed
from tradeseal.ledger.published import merkle_root
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene
from tradeseal.verify.transactions import at_its_time


class Anchors:
    """Keeps the hashes of the events that no anchor has covered yet."""

    def __init__(self) -> None:
        self._position = 0
        self._hashes: list[bytes] = []

    def event(self, event: Event) -> None:
        """One more leaf."""
        self._hashes.append(event.hash)

    def sent(self, scene: Scene, event: Event, executed: Executed) -> None:
        """The root in an anchor's call is that of the events behind the last anchor, up to its position."""
        a = executed.arguments
        previous, position = a["previousPosition"], a["position"]
        same = scene.findings.same
        same(1, "ANCHOR_DIFFERS", "position before an anchor", at=event, got=previous, want=self._position)
        count = position - self._position
        if not 0 < count <= len(self._hashes):
            scene.findings.differs(
                1, "ANCHOR_DIFFERS", "An anchor is of events that lie before it.", at=event, got=position,
                want=f"{self._position + 1} … {self._position + len(self._hashes)}",
            )  # fmt: skip
            return
        root = merkle_root(self._hashes[:count])
        same(1, "ANCHOR_DIFFERS", "root of an anchor", at=event, got=a["root"], want=root)
        del self._hashes[:count]
        self._position = position
        scene.findings.count(1, "anchors")
        scene.findings.count(1, "events under an anchor", count)
        if event.data["label"].count(":") == 2:
            at_its_time(scene, event, int(event.data["label"].rpartition(":")[2]))


def anchored(scene: Scene, event: Event) -> None:
    """The log tells an anchor as the contract took it."""
    d = event.data
    a = {} if scene.last is None else scene.last.arguments
    told = (d["position"], d["root"], d["previous_position"])
    want = (a.get("position"), "0x" + a.get("root", b"").hex(), a.get("previousPosition"))
    scene.findings.same(1, "ANCHOR_DIFFERS", "anchor told by the log", at=event, got=told, want=want)
    if scene.take("anchor", d["position"]) is None:
        scene.findings.differs(1, "ANCHOR_DIFFERS", "No such anchor is in the block.", at=event, got=d["position"])
    scene.same_place(1, event)
