"""Check 8: the deployed bytecode is what the sources compile to, and what lies on the chain is what was deployed.

Knows creation code and constructor arguments. The compiler is the reader's own, pinned by version and settings.
"""

from tradeseal.chain.again import Executed
from tradeseal.chain.compile import Artifacts
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene


class Source:
    """What the reader compiled."""

    def __init__(self, artifacts: Artifacts) -> None:
        self._artifacts = artifacts

    def deployed(self, scene: Scene, event: Event, executed: Executed) -> None:
        """A creation is the compiler's creation code with constructor arguments behind it, and nothing else."""
        if executed.transaction.to is not None:
            return
        name, _, source_hash = event.data["label"].partition(" ")
        scene.findings.same(
            8, "SOURCE_DIFFERS", f"sources that {name} names", at=event, got=source_hash,
            want=self._artifacts.source_hash,
        )  # fmt: skip
        contract = self._artifacts.contracts.get(name)
        if contract is None:
            scene.findings.differs(8, "SOURCE_DIFFERS", "The sources hold no such contract.", at=event, got=name)
            return
        data = executed.transaction.data
        begins = data[: len(contract.creation_code)]
        if begins != contract.creation_code:
            place = next((i for i, (a, b) in enumerate(zip(begins, contract.creation_code, strict=False)) if a != b), 0)
            scene.findings.differs(
                8, "BYTECODE_DIFFERS", f"The sources do not compile to the deployed {name}: byte {place} differs.",
                at=event, got=begins[place : place + 16], want=contract.creation_code[place : place + 16],
            )  # fmt: skip
        scene.findings.count(8, "contracts")
        scene.findings.count(8, "bytes of creation code", len(contract.creation_code))
