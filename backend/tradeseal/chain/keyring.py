"""The keyring of a home: who of the roles and signers can be spoken for here.

Knows the key file or the keystores and what the oracle says of its signers. Knows nothing of when anything is signed.
"""

from pathlib import Path

from tradeseal.chain.gate import ChainGate
from tradeseal.chain.keys import DemoKeys, add_demo_key
from tradeseal.chain.keystore import another_key
from tradeseal.chain.transactions import Wallet
from tradeseal.oracle.published import Attestor


class DemoKeyring:
    """`Keyring` over a file of demo keys and the gate that signs with them."""

    def __init__(self, path: Path, gate: ChainGate) -> None:
        self._path = path
        self._gate = gate

    def attestor(self) -> Attestor | None:
        """The first signers of the present epoch whose keys are here, as many as the quorum; None where too few are."""
        signers, quorum = self._gate.attesting()
        held = [key for key in map(self._gate.keys.key_of, signers) if key is not None]
        if len(held) < quorum:
            return None
        return Attestor(held[:quorum], self._gate.domain, self._gate.epoch())

    def holds(self, address: str) -> bool:
        """Whether the key of this address is here."""
        return self._gate.keys.key_of(address) is not None

    def fresh(self, name: str) -> str:
        """Make a key, keep it in the file before anything names it, and give its address."""
        before = set(self._gate.keys.keys)
        self._gate.keys = add_demo_key(self._path, name)
        (added,) = set(self._gate.keys.keys) - before
        return "0x" + Wallet(self._gate.keys.keys[added]).address.hex()


class KeystoreKeyring(DemoKeyring):
    """`Keyring` over keystores, on a chain that others run."""

    def __init__(self, folder: Path, password: str, gate: ChainGate) -> None:
        super().__init__(folder, gate)
        self._password = password

    def fresh(self, name: str) -> str:
        """Make a keystore before anything names its key, and give the key's address."""
        role, key = another_key(self._path, name, self._password)
        self._gate.keys = DemoKeys({**self._gate.keys.keys, role: key})
        return "0x" + Wallet(key).address.hex()
