"""Back-tests: the same engine, cycle and contract bytecode on stored candles, and honest reports."""
