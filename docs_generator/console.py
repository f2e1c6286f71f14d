"""What MkDocs runs while it builds: a console block is copied as its commands alone, and only they are coloured."""

from __future__ import annotations

import html
import re
from typing import Any, Final

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer

COMMAND: Final = re.compile(r"^\$ ((?:.*\\\n)*.*\n?)", re.MULTILINE)
"""A line behind a prompt, with the lines that it is continued on."""


def on_config(config: Any) -> Any:
    """Takes the blocks of this language before Pygments does: its console lexer takes a `#` of the output for a prompt."""
    fences = config["mdx_configs"].setdefault("pymdownx.superfences", {}).setdefault("custom_fences", [])
    fences.append({"name": "console", "class": "console", "format": fence})
    return config


def fence(source: str, *_arguments: Any, **_options: Any) -> str:
    """The block's HTML. The theme's button copies what `data-copy` says."""
    shown, end = [], 0
    for found in COMMAND.finditer(source + "\n"):
        shown += [_output(source[end : found.start()]), '<span class="gp">$ </span>', _command(found[1])]
        end = found.end()
    shown.append(_output(source[end:]))
    copied = html.escape("\n".join(command.rstrip("\n") for command in COMMAND.findall(source)))
    return (
        f'<div class="language-console highlight" data-copy="{copied}"><pre><code>{"".join(shown)}</code></pre></div>'
    )


def _command(text: str) -> str:
    return str(highlight(text, BashLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def _output(text: str) -> str:
    return f'<span class="go">{html.escape(text, quote=False)}</span>' if text else ""
