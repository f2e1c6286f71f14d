"""What an API server says to a request: the object as it stands there, or why not, and what it advises against."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from twinstack.api_server.response import Response

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to an object: the object as it stands there, or why it was refused."""

    object: JsonObject
    refusal: str = ""
    warnings: tuple[str, ...] = ()
    """What it accepted but advises against: deprecated APIs, pods that Pod Security will refuse."""
    status: int = 200
    reason: str = ""
    """Kubernetes' word for a refusal: `Conflict`, `Invalid`, `NotFound`, `AlreadyExists`, `Forbidden`."""
    causes: tuple[JsonObject, ...] = ()
    """Each with `field`, `reason` and `message`, where the server tells them apart: conflicts, invalid fields."""
    about: str = ""
    """What a refusal speaks of, in the plural as its API has it: `namespaces`, where it is one that is missing."""

    @property
    def kind_is_missing(self) -> bool:
        """Whether the server serves no such kind at all, which is another thing than one object that is missing."""
        return self.status == HTTPStatus.NOT_FOUND and not self.about


def no_such_kind(api_version: str, kind: str) -> Answer:
    """The refusal of what the server has no place for."""
    return Answer({}, refusal=f"the cluster has no kind {kind} in {api_version}", status=HTTPStatus.NOT_FOUND)


def answer_of(response: Response, api_version: str = "", kind: str = "") -> Answer:
    """Reads an answer; of a kind, where one is given. A refused object is an answer too; nothing is raised."""
    warnings = tuple(
        found[1].replace('\\"', '"')
        for header in response.headers.getlist("warning")
        for found in _WARNING.finditer(header)
    )
    body = _body(response)
    if response.is_success:
        return Answer(body, warnings=warnings, status=response.status)
    details: JsonObject = body.get("details") or {}
    answer = Answer(
        {},
        refusal=body.get("message") or f"status {response.status}",
        warnings=warnings,
        status=response.status,
        reason=body.get("reason") or "",
        causes=tuple(details.get("causes") or ()),
        # An unknown kind of a group that is served is answered with details as well, but with no name.
        about=(details.get("kind") or "") if details.get("name") else "",
    )
    return no_such_kind(api_version, kind) if kind and answer.kind_is_missing else answer


def _body(response: Response) -> JsonObject:
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"message": response.text.strip()}


# RFC 7234: 299 - "text", several in one header, quotes inside escaped.
_WARNING: Final = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')
