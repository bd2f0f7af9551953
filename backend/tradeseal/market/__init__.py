"""Prices arrive: files, synthetic feeds and replays become closed candles with provenance."""
