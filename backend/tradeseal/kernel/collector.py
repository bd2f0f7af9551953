"""The collector: long work that makes no reference cycles does not look for any, which costs a tenth of its time.

Knows the interpreter's garbage collector.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_cycles() -> Iterator[None]:
    """The collector rests meanwhile, in all threads; what is counted out is freed as ever."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
