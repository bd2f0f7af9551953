"""Prices become an opinion: indicators, scores, and a probability that was fitted, not felt."""
