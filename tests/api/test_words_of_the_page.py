"""The page says the server's sentences in two languages: each that it knows is still one that the server says."""

import ast
import json
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGLISH = json.loads((ROOT / "frontend/src/messages/en.json").read_text("utf-8"))
# Said by the page itself, when nobody answers.
OF_THE_PAGE = {"NO_ANSWER", "NODE_SILENT"}
# Put together by the server from a state's name.
COMPOSED = {"reducing_by_hand", "halted_by_hand"}


@cache
def nodes() -> list[ast.AST]:
    """Everything in the server's sources."""
    paths = sorted((ROOT / "backend/tradeseal").rglob("*.py"))
    return [node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8")))]


def texts() -> set[str]:
    return {node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def problems() -> dict[str, set[str | None]]:
    """What the server says with each code; None for a sentence with numbers in it."""
    said: dict[str, set[str | None]] = {}
    for node in nodes():
        match node:
            case ast.Call(func=ast.Name(id="Refused" | "Unavailable"), args=[ast.Constant(str(code)), message, *_]):
                said.setdefault(code, set()).add(message.value if isinstance(message, ast.Constant) else None)
    return said


def test_each_refusal_that_the_page_translates_is_said_by_the_server_in_these_words_alone() -> None:
    said = problems()
    assert {code: {text} for code, text in ENGLISH["problems"].items() if code not in OF_THE_PAGE} == {
        code: said.get(code) for code in ENGLISH["problems"] if code not in OF_THE_PAGE
    }


def test_each_sentence_that_the_page_translates_stands_in_the_server() -> None:
    known = texts()
    sentences = {name: text for name, text in ENGLISH["server"].items() if name not in {"phrases", *COMPOSED}}
    assert {name: text for name, text in sentences.items() if text not in known} == {}
    assert len(sentences) > 30


def test_each_metric_rate_and_latency_is_told_as_the_server_tells_it() -> None:
    known = texts()
    figures = [each for part in ("metrics", "rates", "latencies") for each in ENGLISH["figures"][part].values()]
    told = {text for figure in figures for text in figure.values()} | {ENGLISH["figures"]["uptime"]}
    assert told - known == set()
