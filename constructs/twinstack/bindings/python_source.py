"""Makes a generated Python module lean: what it does is kept; what it explains, repeats and checks while running is not.

jsii-pacmak writes very regular code, so each lever is one substitution over the text. What a lever does not recognize
stays as it was generated: slower, never wrong. Keyword names are kept, so a wrong keyword still is a TypeError; a wrong
type is refused by the kernel instead of by typeguard.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise
from typing import Final


def lean(source: str) -> str:
    """The module without documentation, annotations and run-time type checks, its repeated members made by `members`.

    Returns the source as it is where that cannot be done.
    """
    text = source
    for pattern, replacement in LEVERS:
        text = pattern.sub(replacement, text)
    text = _SIGNATURE.sub(_without_annotations, text)
    if any(word in text for word in _TYPE_CHECKS):
        return source
    text = _FUTURE + text.replace(_FUTURE, "").replace(_FIRST_IMPORT, _FIRST_IMPORT + _MEMBERS, 1)
    try:
        compile(text, "<lean>", "exec", dont_inherit=True)
    except SyntaxError:
        return source
    return text


def keep(source: str, wanted: Collection[str]) -> str:
    """A lean module with only the wanted classes and what they refer to."""
    texts = _classes(source)
    kept: set[str] = set()
    left = list(set(wanted) & texts.keys())
    while left:
        name = left.pop()
        if name not in kept:
            kept.add(name)
            left += ({*_WORD.findall(texts[name]), f"_{name}Proxy"} & texts.keys()) - kept
    head = source[: _CLASS.search(source).start()]  # type: ignore[union-attr]  # a module without a class keeps nothing
    return f"{head}{''.join(text for name, text in texts.items() if name in kept)}__all__ = {sorted(kept)!r}\n"


def class_names(source: str) -> list[str]:
    """The classes that a generated module defines, in its order."""
    return list(_classes(source))


def _classes(source: str) -> dict[str, str]:
    """Every class with its decorators, and the statements after it that complete it."""
    body = _ALL.sub("", source)
    matches = list(_CLASS.finditer(body))
    ends = [match.start() for match in matches[1:]] + [len(body)]
    return {match[1]: body[match.start() : end] for match, end in zip(matches, ends, strict=True)}


def _without_annotations(match: re.Match[str]) -> str:
    return match[1] + _PARAMETER.sub(r"\1\2,", match[2]) + "):\n"


def _lever(pattern: str, replacement: str = "") -> tuple[re.Pattern[str], str]:
    return re.compile(pattern, re.MULTILINE | re.DOTALL), replacement


_FUTURE: Final = "from __future__ import annotations\n"
_FIRST_IMPORT: Final = "import jsii\n"
_MEMBERS: Final = "from twinstack.bindings.members import NameMapping, equal, holds, invokes, reads, requires, shown, unequal, writes\n"
_TYPE_CHECKS: Final = ("check_type(", "_typecheckingstub__")
_SELF: Final = r"\((?:\n        )?self,?(?:\n    )?\) -> [^\n]+:\n"
_HELD: Final = r'    @builtins\.property\n    def (\w+)' + _SELF + r'        result = self\._values\.get\("(\w+)"\)\n'

LEVERS: Final = (
    # The signatures that typeguard reads, half of a module, and the loop that helps it with protocols.
    _lever(r"^(?:def _typecheckingstub__|for cls in \[).*"),
    # The checks themselves, and what imports them.
    _lever(r"^( *)if __debug__:\n(?:\1 +[^\n]*\n)+"),
    _lever(r"^import typeguard\n.*?(?=^from \.|^import \w+\._jsii)"),
    _lever(r"^from (?:typeguard|jsii\._type_checking) import [^\n]*\n"),
    # Documentation. A class that consisted of nothing else gets a body.
    _lever(r"^ *r?'''.*?'''\n"),
    _lever(r"^(class [^\n]+:|\):)\n(?=\n*\S)", r"\1\n    pass\n"),
    # `publish` moves a module's imports out of sight, and makes a second module to do so.
    _lever(r"^(?:import publication|publication\.publish\(\))\n"),
    # A cast is a call, and the type in it an expression that is computed each time.
    _lever(r"\btyping\.cast\([^\n]*?, (jsii\.(?:s?a?invoke|s?get)\([^\n]*\))\)$", r"\1"),
    _lever(r"\btyping\.cast\([^\n]+, result\)$", "result"),
    _lever(r"^( +self\._values): [^\n=]+ = ", r"\1 = "),
    # The members that every class repeats.
    _lever(
        r'^    @builtins\.property\n    @jsii\.member\(jsii_name="(\w+)"\)\n    def (\w+)'
        + _SELF
        + r'        return jsii\.get\(self, "\1"\)\n',
        r'    \2 = reads("\1")\n',
    ),
    _lever(
        r"^    @(\w+)\.setter\n    def \1\((?:\n        )?self,\s+value: [^\n]+?,?(?:\n    )?\) -> None:\n"
        r'        jsii\.set\(self, "(\w+)", value\)[^\n]*\n',
        r'    \1 = writes(\1, "\2")\n',
    ),
    _lever(
        r'^    @jsii\.member\(jsii_name="(\w+)"\)\n    def (\w+)' + _SELF + r'        return jsii\.invoke\(self, "\1", \[\]\)\n',
        r'    \2 = invokes("\1")\n',
    ),
    _lever(f"^{_HELD}        return result\n", r'    \1 = holds("\2")\n'),
    _lever(f'^{_HELD}        assert result is not None, "[^"\n]*"\n        return result\n', r'    \1 = requires("\2")\n'),
    _lever(r"^    def __eq__\(self, rhs: typing\.Any\) -> builtins\.bool:\n[^\n]*\n", "    __eq__ = equal\n"),
    _lever(r"^    def __ne__\(self, rhs: typing\.Any\) -> builtins\.bool:\n[^\n]*\n", "    __ne__ = unequal\n"),
    _lever(r'^    def __repr__\(self\) -> str:\n        return "\w+\(%s\)"[^\n]*\n[^\n]*\n        \)\n', "    __repr__ = shown\n"),
    _lever(r"^    name_mapping=(\{[^{}]*\}),$", r"    name_mapping=NameMapping(\1),"),
    _lever(r"\n{3,}", "\n\n"),
)
"""In order: the later ones rest on the earlier ones. What they save is in docs/performance.md."""

_SIGNATURE: Final = re.compile(r"^( *def \w+\()((?:\n +[^\n]+,)*\n *|[^()\n:]*)\) -> [^\n]+:\n", re.MULTILINE)
_PARAMETER: Final = re.compile(r"^( +\**\w+): [^\n]*?( = [^\n]+)?,$", re.MULTILINE)
_CLASS: Final = re.compile(r"^(?:@jsii\.[^\n]*\n(?:[ )][^\n]*\n)*)*class (\w+)", re.MULTILINE)
_ALL: Final = re.compile(r"^__all__ = \[(?:[^\]]|\n)*\]\n", re.MULTILINE)
_WORD: Final = re.compile(r"\w+")
