"""Telling others how a deployment ended: a command that reads JSON, a webhook whose address the environment holds."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from twinstack.surroundings import said

if TYPE_CHECKING:
    from twinstack.delivery.engine import Outcome


def notice(release: Mapping[str, Any], outcome: Outcome, by: str, seconds: float) -> dict[str, Any]:
    """What is told: names, versions and the reason. No log line, for what a program prints may be a secret."""
    failure = outcome.failures[0] if outcome.failures else None
    return {
        "product": release["product"],
        "environment": release["environment"],
        "version": release["version"],
        "ending": str(outcome.ending),
        "number": outcome.number,
        "returned_to": outcome.returned_to.version if outcome.returned_to else None,
        "failed": str(failure.identity) if failure else None,
        "reason": str(failure.reason) if failure else None,
        "by": by,
        "seconds": round(seconds, 1),
    }


def send(told: Mapping[str, Any], *, command: Sequence[str] = (), webhook_variable: str = "") -> Iterator[str]:
    """Tells it; yields what went wrong with that, for whoever deploys: the deployment itself is over, and stays as it is.

    The address never shows in a message: whoever has it can post.
    """
    text = json.dumps(told).encode()
    if command:
        try:
            done = subprocess.run(command, input=text, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            yield f"{command[0]} was not told: {said(error) if isinstance(error, OSError) else 'it took too long'}"
        else:
            if done.returncode:
                yield f"{command[0]} was told, and ended with status {done.returncode}"
    if webhook_variable:
        yield from _post(text, webhook_variable)


def _post(text: bytes, variable: str) -> Iterator[str]:
    address = os.environ.get(variable, "")
    if not address:
        yield f"the webhook was not told: {variable} is not set"
        return
    if urlsplit(address).scheme != "https" and urlsplit(address).hostname not in LOOPBACK:
        yield f"the webhook was not told: {variable} is no https address"
        return
    request = urllib.request.Request(  # noqa: S310  https, as was just seen
        address, data=text, headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):  # noqa: S310
            return
    except (OSError, ValueError) as error:
        status = getattr(error, "code", None)
        yield f"the webhook was not told: {f'it answered {status}' if status else 'it did not answer'}"


PATIENCE_SECONDS: Final = 30
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
