"""A source file as it is on disk, to be added to: what is not added stays as it is, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twinstack.errors import UsageError
from twinstack.regular_file import read_regular


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a file without its byte order mark, with its own line ends."""

    path: Path
    shown_as: str
    text: str
    begins_with_mark: bool = False

    @classmethod
    def read(cls, path: Path, shown_as: str) -> Text:
        """Raises UsageError for a file that cannot be read, or is no UTF-8."""
        try:
            text = read_regular(path).decode("utf-8")
        except OSError as error:
            raise UsageError(f"{shown_as} cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"{shown_as} is no text in UTF-8, so nothing can be added to it") from error
        return cls(path, shown_as, text.removeprefix(_MARK), text.startswith(_MARK))

    @property
    def whole(self) -> str:
        """As it is written, the byte order mark included."""
        return (_MARK if self.begins_with_mark else "") + self.text

    @property
    def line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    @property
    def lines(self) -> Sequence[str]:
        """Its lines with their ends."""
        return _LINES.findall(self.text)

    def with_lines(self, after: int, added: str) -> Text:
        """With lines added after the line of this number (0: at the beginning)."""
        lines = [*self.lines]
        added = added.replace("\n", self.line_end)
        if 0 < after == len(lines) and not lines[-1].endswith("\n"):
            added = self.line_end + added.removesuffix(self.line_end)
        return self._with("".join([*lines[:after], added, *lines[after:]]))

    def with_insertion(self, line: int, column: int, added: str) -> Text:
        """With text added within the line of this number, before the character of this index."""
        lines = [*self.lines]
        lines[line - 1] = lines[line - 1][:column] + added + lines[line - 1][column:]
        return self._with("".join(lines))

    def _with(self, text: str) -> Text:
        return Text(self.path, self.shown_as, text, self.begins_with_mark)


_MARK: Final = "\ufeff"
_LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
