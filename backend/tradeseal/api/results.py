"""Results: what the book brought, in the shapes of the schemas.

Knows the schemas' words. Knows nothing of HTTP or of how a number is computed.
"""

from tradeseal.api.ports import Ports
from tradeseal.kernel.errors import Unavailable


def analytics(ports: Ports, *, points: int, uptime_s: int) -> bytes:
    """All results as ready bytes."""
    ports.the_queries()
    raise Unavailable("STARTING", "Results are not computed yet.")
