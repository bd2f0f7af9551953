"""Tradeseal: an AI trading platform whose every trade can be recomputed."""

__version__ = "0.1.0"
