"""Prove the integer forms of RULES.md for integers of any size: rounding is against the trader, by less than one unit.

Each lemma is the negation of what is claimed, and no integers satisfy it (z3, integer arithmetic). Runs in the provers'
environment (scripts/prove.py). Knows the forms of BookMath.sol; knows nothing of their bytecode, which halmos, the fuzz
tests and the differential walk compare with the same claims.
"""

import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

from z3 import And, Int, IntVal, Not, Or, Solver, unsat

FRESH = count()


def quotient(solver: Any, numerator: Any, denominator: Any, *, up: bool) -> Any:
    """numerator / denominator rounded up or down, by its remainder."""
    number = next(FRESH)
    whole, rest = Int(f"q{number}"), Int(f"r{number}")
    solver.add(rest >= 0, rest < denominator)
    solver.add(whole * denominator == numerator + rest if up else whole * denominator + rest == numerator)
    return whole


def lemmas() -> Iterator[tuple[str, Any, Any]]:
    """Name, solver with the assumptions, and the claim."""
    s, n = Solver(), Int("n")
    s.add(n >= 0)
    up, down = (quotient(s, n, IntVal(10**8), up=side) for side in (True, False))
    claim = And(up * 10**8 >= n, up * 10**8 < n + 10**8, down * 10**8 <= n, up - down <= 1, up >= down)
    yield "a notional is exact or against the trader", s, claim

    s, n, bps = Solver(), Int("n"), Int("bps")
    s.add(n >= 0, bps >= 0)
    fee = quotient(s, n * bps, IntVal(10**4), up=True)
    yield "a fee is no less than its share", s, And(fee * 10**4 >= n * bps, fee * 10**4 < n * bps + 10**4)

    s, mark, spread = Solver(), Int("mark"), Int("spread")
    s.add(mark >= 0, spread >= 0, spread <= 10**4)
    dear = quotient(s, mark * (10**4 + spread), IntVal(10**4), up=True)
    cheap = quotient(s, mark * (10**4 - spread), IntVal(10**4), up=False)
    s.add(mark * spread >= 0)
    yield "a half spread makes prices worse", s, And(dear >= mark, cheap <= mark)

    # q of the ticket against q - f: notional, then fee, are monotone, so no part frees less than nothing.
    s, whole, rest, bps = Solver(), Int("whole"), Int("rest"), Int("bps")
    s.add(rest >= 0, whole >= rest, bps >= 0, whole * bps >= rest * bps)
    a, b = quotient(s, whole, IntVal(10**8), up=True), quotient(s, rest, IntVal(10**8), up=True)
    s.add(a >= b, a * bps >= b * bps)
    fa, fb = quotient(s, a * bps, IntVal(10**4), up=True), quotient(s, b * bps, IntVal(10**4), up=True)
    yield "a reservation never grows as its ticket shrinks", s, a + fa >= b + fb
    s, whole, rest = Solver(), Int("whole"), Int("rest")
    s.add(rest >= 0, whole >= rest)
    a, b = quotient(s, whole, IntVal(10**8), up=True), quotient(s, rest, IntVal(10**8), up=True)
    yield "a larger notional is no smaller after rounding", s, a >= b

    s, cost, sold, held = Solver(), Int("cost"), Int("sold"), Int("held")
    s.add(cost >= 0, sold >= 0, held > 0, sold <= held, cost * sold <= cost * held)
    taken = quotient(s, cost * sold, held, up=True)
    yield "the cost taken is no less than its share", s, taken * held >= cost * sold
    s, cost, sold, held = Solver(), Int("cost"), Int("sold"), Int("held")
    s.add(cost >= 0, sold >= 0, held > 0, sold <= held, cost * sold <= cost * held)
    taken = quotient(s, cost * sold, held, up=True)
    s.add(Or(taken <= cost, taken * held >= (cost + 1) * held))  # a positive factor keeps the order
    yield "the cost taken is never more than all", s, taken <= cost

    s, x, before, after = Solver(), Int("x"), Int("before"), Int("after")
    s.add(x > 0, before > 0, after > 0)
    scaled = quotient(s, x * after, before, up=True)
    claim = And(scaled * before >= x * after, scaled * before < x * after + before)
    yield "a flow never lowers a loss in percent", s, claim


def main() -> int:
    """Prove each; 1 when one fails."""
    failed = 0
    for name, solver, claim in lemmas():
        solver.set("timeout", 60_000)
        assert solver.check() != unsat, f"{name}: nothing satisfies the assumptions"
        solver.add(Not(claim))
        answer = solver.check()
        failed += answer != unsat
        print("proven " if answer == unsat else f"FAILED ({answer})", name)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
