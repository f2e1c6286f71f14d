"""Why an image cannot be pulled, by what the registry and the node's runtime say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from twinstack.delivery.reasons import AT_ONCE, PULL_SECONDS


@dataclass(frozen=True, slots=True)
class PullFailure:
    """One way in which a pull fails."""

    pattern: re.Pattern[str]
    words: str
    """What goes after `the image X`."""
    fix: str
    patience_seconds: float = PULL_SECONDS


def pull_failure(reason: str, message: str) -> PullFailure:
    """Which way this is: `reason` is the container's (`ErrImagePull`), `message` what was said."""
    return next((one for one in _WAYS if one.pattern.search(f"{reason}: {message}")), _OTHER)


def _way(pattern: str, words: str, fix: str, patience_seconds: float = PULL_SECONDS) -> PullFailure:
    return PullFailure(re.compile(pattern, re.IGNORECASE), words, fix, patience_seconds)


REGISTRY_SECONDS: Final = 90.0
"""A registry, a name server or a network that is away for a moment; three more pulls, 10, 20 and 40 s apart."""
# What a registry answers: Open Container Initiative, "Distribution Specification: Error Codes"; the words around it are
# containerd's and Docker's. The right is asked first: a registry that hides what one may not see says both.
_WAYS: Final = (
    _way(
        "^InvalidImageName|couldn't parse image|invalid reference format",
        "is no image reference",
        "correct the image's name, tag or digest",
        AT_ONCE,
    ),
    _way(
        "^ErrImageNeverPull",
        "is not on the node, and its pull policy is Never",
        "let the image be pulled: imagePullPolicy IfNotPresent",
    ),
    _way(
        "toomanyrequests|too many requests|pull rate limit",
        "cannot be pulled: the registry answers too many requests",
        "wait, or pull it from a registry of your own or with an account",
        REGISTRY_SECONDS,
    ),
    _way(
        "denied|unauthorized|forbidden|authentication required|authorization failed|no basic auth credentials|"
        "insufficient_scope|\\b40[13]\\b",
        "cannot be pulled: the cluster has no right to it, or it does not exist",
        "check the image's name, and make the image public or give the nodes or the ServiceAccount a right to pull it",
    ),
    _way(
        "no match for platform|no matching manifest",
        "is not made for the processor of this node",
        "build it for the nodes' architecture too, or choose nodes that it is made for",
    ),
    _way(
        "manifest unknown|name unknown|not found|does not exist|\\b404\\b",
        "does not exist: the registry has no such tag or digest",
        "check that this version was built and pushed, then deploy again; or deploy a version that exists",
    ),
    _way(
        "no space left on device",
        "does not fit the node's disk",
        "let the nodes have larger disks, or make the image smaller",
        REGISTRY_SECONDS,
    ),
    _way(
        "x509|certificate",
        "cannot be pulled: the registry's certificate is not trusted",
        "look at the registry's certificate, and at what the nodes trust",
    ),
    _way(
        "dial tcp|no such host|i/o timeout|connection re|TLS handshake|deadline exceeded|EOF|^RegistryUnavailable|\\b50[0-9]\\b",
        "cannot be pulled: the nodes do not reach the registry",
        "look at the registry, and at the nodes' way out: NAT, endpoints, name server",
        REGISTRY_SECONDS,
    ),
)
_OTHER: Final = PullFailure(re.compile(""), "cannot be pulled", "look at what the registry says")
