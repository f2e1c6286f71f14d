"""Recognises values that look like secrets, so that none is committed in an environment's YAML."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from twinstack.layers.secret_shapes import SHAPES, SHORTEST


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a text seems to be."""

    what: str
    """`a private key`."""
    may_be_public: bool
    """Whether somebody may say, with a reason, that everybody may have it."""


@lru_cache(4096)  # environments share most of their values
def by_shape(value: str) -> Suspicion | None:
    """What the value is by what it looks like, wherever it stands."""
    for shape in SHAPES if len(value) >= SHORTEST else ():
        if any(shape.matches(value)):
            return Suspicion(shape.what, shape.may_be_public)
    return _PASSWORD if any(_passwords(value)) else None


@lru_cache(4096)
def by_name(key: str, value: str) -> Suspicion | None:
    """What the value is by what it is called. `key` is a name that a product chose: a variable's, a parameter's, a tag's."""
    words = _words(key)
    if not value or is_harmless(value) or _PUBLIC_NAME.search(words):
        return None
    if _SECRET_NAME.search(words) or (_KEY_NAME.search(words) and is_random(value)):
        return _BY_NAME
    return None


def may_be_secret(key: str, value: str) -> bool:
    """Whether it is better not to repeat the value. More is hidden than is refused: here a mistake costs a word in a
    message, there it costs a false alarm.
    """
    return bool(by_shape(value) or by_name(key, value)) or any(_is_odd(piece) for piece in _PIECES.split(value))


def secrets_by_line(text: str) -> Iterator[tuple[int, str]]:
    """Each line (from one) with something of a secret's shape, comments and keys included, and what it seems to be."""
    found = [(match.start(), shape.what) for shape in SHAPES for match in shape.matches(text)]
    found += [(match.start(), _PASSWORD.what) for match in _passwords(text)]
    line, counted = 1, 0
    for start, what in sorted(found):
        line += text.count("\n", counted, start)
        counted = start
        yield line, what


def is_harmless(value: str) -> bool:
    """What cannot be a secret: a switch, a small number, a reference, an ARN, a file, a page, a sentence."""
    return any(character.isspace() for character in value) or _HARMLESS.fullmatch(value) is not None


def is_random(value: str) -> bool:
    """Whether nobody would make up such a text by hand: a UUID, or a long piece of letters and digits without order."""
    if _UUID.fullmatch(value):
        return True
    piece = max(_PIECES.split(value), key=len)
    if len(piece) < _SHORTEST_RANDOM or _changes(piece) < _FEWEST_CHANGES:
        return False
    counts = Counter(piece)
    entropy = -sum(count / len(piece) * math.log2(count / len(piece)) for count in counts.values())
    return entropy >= (_RANDOM_HEX if _HEX.fullmatch(piece) else _RANDOM)


def _is_odd(piece: str) -> bool:
    """`Passw0rd!`: no word, number, or name with a number at its end."""
    return len(piece) >= _SHORTEST_ODD and _changes(piece) >= _FEWEST_ODD_CHANGES


def _changes(piece: str) -> int:
    """How often letters, digits and other characters follow each other."""
    kinds = ["a" if each.isalpha() else "0" if each.isdigit() else each for each in piece]
    return sum(one != other for one, other in itertools.pairwise(kinds))


def _words(key: str) -> str:
    """`clientSecret` and `client-secret` as `client_secret`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-. ]", "_", key).lower()


def _passwords(text: str) -> Iterator[re.Match[str]]:
    """`://user:password@`, but for a password that is a reference or a gap: `${PASSWORD}`, `<password>`, `***`."""
    if "://" in text:
        for match in _IN_URL.finditer(text):
            if not _GAP.fullmatch(match["password"]):
                yield match


_PASSWORD: Final = Suspicion("a password in a URL", may_be_public=False)
_BY_NAME: Final = Suspicion("what seems to be a secret", may_be_public=True)
_IN_URL: Final = re.compile(r"(?<=[A-Za-z0-9+.-])://[^/\s:@]{0,200}:(?P<password>[^/\s:@]+)@")
_GAP: Final = re.compile(r"\$\{[^}]*\}|\$\([^)]*\)|\$[A-Z_]+|<[^>]*>|\{\{[^}]*\}\}|\*+|[xX]{3,}")
_SECRET_NAME: Final = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|passcode|pwd|pass|secret|secrets|token|credentials?|dsn|connection_string"
    r"|(?:private|api|license|access|secret|signing|encryption|decryption|master|auth|hmac|fernet|app_secret)_?key"
    r"|secret_?key_?base|secret_key_fallbacks)(?:_[0-9]{1,3}|_v[0-9]{1,3}|_old|_new|_current|_previous|_primary|_secondary|_b64"
    r"|_base64|_hex|_value|_raw)?$"
)
"""Names whose value is a secret whatever it looks like, as frameworks and services call them."""
_KEY_NAME: Final = re.compile(
    r"(?:^|_)(?:[a-z0-9]*key|keys|auth|authorization|salt|pepper|seed|signature|pw|private|tokens|passwords|webhook|license)"
    r"(?:_[0-9]{1,3}|_v[0-9]{1,3}|_old|_new|_current|_previous|_primary|_secondary|_b64|_base64|_hex|_value|_raw|_prod|_production"
    r"|_live|_test|_staging|_dev)?$"
)
"""Names whose value is one where it is random too: `STRIPE_KEY`, but no `SORT_KEY: created_at`."""
_PUBLIC_NAME: Final = re.compile(
    r"^(?:next_public|vite|react_app|nuxt_public|expo_public|gatsby|vue_app|public)_|(?:^|_)(?:public|publishable|site)_?(?:key|token)$"
)
"""Names of what is public by its kind, or is built into pages that everybody loads."""
_HARMLESS: Final = re.compile(
    r"true|false|yes|no|on|off|none|null|enabled|disabled|generated|provided|[0-9]{1,6}[smhdw]?|[0-9]{1,4}"
    r"|\$\{.*\}|\$\(.*\)|\{\{.*\}\}|<.*>|\*+|arn:.*|(?:/[A-Za-z0-9_.-]+){2,}|https?://[^@?]*|(?-i:[A-Z]+(?:_[A-Z]+)+)",
    re.IGNORECASE,
)
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HEX: Final = re.compile(r"[0-9a-f]+", re.IGNORECASE)
_PIECES: Final = re.compile(r"[-_./:,@=\s]")
_SHORTEST_RANDOM: Final = 16
_FEWEST_CHANGES: Final = 4
_RANDOM: Final = 3.5
_RANDOM_HEX: Final = 2.8
"""Bits for each character, as scanners ask of a key beside a telling name; sixteen digits of a hash have 3 or a little less."""
_SHORTEST_ODD: Final = 8
_FEWEST_ODD_CHANGES: Final = 2
