"""What the machine refuses (a full disk, a folder that may not be written), in words that help.

Such a failure is no bug of the library and no mistake in the product: it ends a command with exit status 2.
"""

from __future__ import annotations

import errno
import os
import re
from typing import Final


def said(error: OSError) -> str:
    """What the system said, with the file that it is about and what to do."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    where = f"{error.filename}: " if error.filename else ""
    advice = advice_for(error.errno)
    return f"{where}{reason}" + (f": {advice}" if advice else "")


def advice_for(number: int | None) -> str:
    """What to do about an error of this number; empty where nothing is known that helps."""
    return _ADVICE.get(number or 0, "")


def failure_of(error: BaseException, *, is_the_products: bool = False) -> str | None:
    """What the machine refused, if that is what failed.

    Node tells it in the words of its own errors. Of an error in the product's own code (`is_the_products`) only what
    no code could help is the machine's.
    """
    match error:
        case OSError():
            return said(error) if not is_the_products or error.errno in _NOBODYS_FAULT else None
        case Exception() if found := _OF_NODE.search(str(error)):
            number = getattr(errno, found["name"], None)
            if number is None or (is_the_products and number not in _NOBODYS_FAULT):
                return None
            return said(OSError(number, "", found["path"]))
    return None


_OF_NODE: Final = re.compile(r"\b(?P<name>E[A-Z0-9]{3,}): [a-z][^,'\n]*, [a-z]+(?: '(?P<path>[^'\n]*)')?")
"""`ENOSPC: no space left on device, write`, `EACCES: permission denied, mkdir '/x'`."""
_FULL: Final = "free some space there, or work in another place; TMPDIR names the folder of temporary files"
_NO_ACCESS: Final = "give this user access to it, or work in a folder that may be written"
_ADVICE: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "raise the limit of a file's size, `ulimit -f`",
    errno.EMFILE: "raise the limit of open files, `ulimit -n`",
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.EROFS: _NO_ACCESS,
    errno.EACCES: _NO_ACCESS,
    errno.EPERM: _NO_ACCESS,
    errno.ELOOP: "take away the link that stands there",
}
_NOBODYS_FAULT: Final = frozenset({
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.EROFS, errno.EIO, errno.ENOMEM
})  # fmt: skip
