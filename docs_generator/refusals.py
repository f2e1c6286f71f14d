"""What a room refuses: the codes that its models raise, with the words of docs/errors.md."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any, Final

from docs_generator.fields import models_of
from twinstack.environment import Spec

ERRORS: Final = Path(__file__).parents[1] / "docs" / "errors.md"
CODE: Final = re.compile(r'"(TW[0-9]{3})"')


def refusal_table(spec: type[Spec]) -> str:
    """A row for each code, linked to its page; empty where the room has no rule of its own."""
    known = dict(re.findall(r"^### (TW[0-9]{3})\n\n(.*?)\n\n", ERRORS.read_text("utf-8"), re.MULTILINE | re.DOTALL))
    found = sorted({code for model in models_of(spec) for code in _codes(model)})
    if not found:
        return ""
    rows = [f"| [{code}](../errors.md#{code.lower()}) | {_sentence(known[code])} |" for code in found]
    return "\n".join(["| code | what it says |", "|---|---|", *rows])


def _codes(model: type[Any]) -> Iterator[str]:
    """The codes in the model's own methods, and in the functions that they call."""
    for kind in model.__mro__:
        if not kind.__module__.startswith(("twinstack.", "acme_queue")):
            continue
        source = inspect.getsource(kind)
        yield from CODE.findall(source)
        members = vars(sys.modules[kind.__module__])
        for name in set(re.findall(r"\b[a-z_]\w*(?=\()", source)):
            called = members.get(name)
            if isinstance(called, FunctionType):
                yield from CODE.findall(inspect.getsource(called))


def _sentence(text: str) -> str:
    """The first sentence, on one line."""
    line = " ".join(text.split())
    found = re.match(r".*?\.(?= |$)", line)
    return (found[0] if found else line).replace("|", "\\|")
