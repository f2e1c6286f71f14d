"""Reads jsii assemblies as streams: the AWS provider's describes 24,943 types in 131 MB, and is never held whole."""

from __future__ import annotations

import codecs
import gzip
import json
import re
from collections.abc import Iterator
from typing import IO, Any, Final

Readable = IO[bytes] | gzip.GzipFile
Types = dict[str, Any]


def types(file: Readable) -> Iterator[tuple[str, Any]]:
    """Each type that an assembly describes, by its full name, in the order of the file."""
    text = _Text(file)
    text.skip_to(_TYPES)
    while not text.ends_object():
        yield text.value(), text.value()


def namespaces(file: Readable) -> Iterator[tuple[str, Types]]:
    """The types of each namespace (`@cdktf/provider-aws.kmsKey`), which stand together in an assembly."""
    current, found = "", Types()
    for name, entry in types(file):
        namespace = name.rpartition(".")[0]
        if namespace != current and found:
            yield current, found
            found = Types()
        current = namespace
        found[name] = entry
    if found:
        yield current, found


def whole(file: Readable) -> Types:
    """All types of a small assembly, which may be packed once more within its package."""
    return dict(types(file))


def unpacked(name: str, content: IO[bytes]) -> Readable | None:
    """The assembly that a file is, or None: `.jsii` itself, or the packed one that it then only names."""
    if name == ASSEMBLY:
        return content
    return gzip.open(content) if name == PACKED else None


class _Text:
    """A JSON text that is read as far as it is needed, from a file that cannot go back."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8")()
        self._buffer = ""
        self._at = 0

    def skip_to(self, head: str) -> None:
        while (found := self._buffer.find(head)) < 0:
            if not self._more(self._buffer[-len(head) :]):
                raise ValueError("an assembly without types")
        self._at = found + len(head)

    def value(self) -> Any:
        """The next value; what separates it from the one before is passed over."""
        while True:
            start = self._skip()
            try:
                value, end = _DECODER.raw_decode(self._buffer, start)
            except ValueError:
                if not self._more(self._buffer[start:]):
                    raise
                self._at = 0
                continue
            self._at = end
            return value

    def ends_object(self) -> bool:
        while (start := self._skip()) == len(self._buffer):
            if not self._more(""):
                raise ValueError("the assembly ends within its types")
            self._at = 0
        return self._buffer[start] == "}"

    def _skip(self) -> int:
        found = _SEPARATORS.match(self._buffer, self._at)
        assert found is not None
        return found.end()

    def _more(self, kept: str) -> bool:
        chunk = self._file.read(_CHUNK)
        self._buffer = kept + self._decode.decode(chunk)
        return bool(chunk)


ASSEMBLY: Final = ".jsii"
PACKED: Final = ".jsii.gz"
_DECODER: Final = json.JSONDecoder()
_TYPES: Final = '\n  "types": {'
"""As jsii writes them, indented: what the assembly needs of others is described before, and further in."""
_SEPARATORS: Final = re.compile(r"[\s,:]*")
_CHUNK: Final = 1 << 20
