"""What `bootstrap` may use of the chain.

Knows the names. Knows nothing of their insides.
"""

from tradeseal.chain.deploy import BookPlan
from tradeseal.chain.description import ContractDescription, ContractsDescription, describe
from tradeseal.chain.gate import ChainGate, ChainHead, open_gate
from tradeseal.chain.journal import ChainJournal, JournalEntry, JournalReader
from tradeseal.chain.keys import DemoKeys, demo_keys
from tradeseal.chain.node import CHAIN_ID
from tradeseal.chain.risk_book import BookLimits
from tradeseal.chain.rpc import NodeRefused

__all__ = [
    "CHAIN_ID",
    "BookLimits",
    "BookPlan",
    "ChainGate",
    "ChainHead",
    "ChainJournal",
    "ContractDescription",
    "ContractsDescription",
    "DemoKeys",
    "JournalEntry",
    "JournalReader",
    "NodeRefused",
    "demo_keys",
    "describe",
    "open_gate",
]
