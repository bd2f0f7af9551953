"""Verify: a whole history recomputed from outside, by somebody who trusts neither the operator nor the engine."""
