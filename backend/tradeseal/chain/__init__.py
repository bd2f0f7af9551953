"""The outside that enforces: compiled contracts, a supervised local chain, signed and journaled transactions."""
