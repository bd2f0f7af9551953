"""Prints the OpenAPI document: `python -m tradeseal.api.openapi > frontend/openapi.json`."""

import json
import sys

from tradeseal.api.document import document
from tradeseal.api.server import create_offline_app


def text() -> str:
    """The document as it is committed."""
    whole = document(create_offline_app())
    return json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
