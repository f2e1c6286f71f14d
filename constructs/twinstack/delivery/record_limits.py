"""What a record takes: no secret, and no more than the cluster's store should hold of one product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from twinstack.delivery import digest
from twinstack.delivery.compression import PIECE_BYTES, pieces
from twinstack.delivery.manifest import Manifest
from twinstack.errors import ConfigurationError, Location, Problem


def recordable(manifests: Sequence[Manifest]) -> list[str]:
    """The manifests as a record holds them, in pieces.

    Raises ConfigurationError for a Secret with its values in it (TW963), and for more than a record takes (TW964).
    """
    held = pieces(digest.canonical([one.data for one in manifests]))
    problems = [*_secrets(manifests), *_size(manifests, len(held))]
    if problems:
        raise ConfigurationError(problems)
    return held


def _secrets(manifests: Sequence[Manifest]) -> Iterator[Problem]:
    for one in manifests:
        identity = one.identity
        keys = sorted({*(one.data.get("data") or ()), *(one.data.get("stringData") or ())})
        if (identity.group, identity.kind) == ("", "Secret") and keys:
            yield Problem(
                "TW963",
                "a release would remember a secret",
                location=Location(one.file) if one.file else None,
                given=f"{identity} with {', '.join(keys)}",
                allowed="manifests without values of secrets: whoever may read ConfigMaps reads a record",
                fix="keep the value in AWS Secrets Manager and let a SecretProviderClass bring it (`uses: [credentials]`)",
            )


def _size(manifests: Sequence[Manifest], needed: int) -> Iterator[Problem]:
    if needed > MOST_PIECES:
        largest = max(manifests, key=lambda one: len(digest.canonical(one.data)))
        yield Problem(
            "TW964",
            "a release is larger than what the cluster can remember of it",
            location=Location(largest.file) if largest.file else None,
            given=f"{len(manifests)} objects, {needed * PIECE_BYTES // 2**20 + 1} MiB when compressed; "
            f"the largest is {largest.identity}",
            allowed=f"{MOST_PIECES * PIECE_BYTES // 2**20} MiB when compressed",
            fix="take files out of ConfigMaps into an image or a bucket",
        )


MOST_PIECES: Final = 6
"""Ten releases of that size are 40 MiB of etcd, of which EKS gives 8 GiB to all that a cluster holds."""
