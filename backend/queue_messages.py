"""Reading the queue: what is no Celery message is put aside, and the good ones behind it go on.

Whoever may write to Redis may write anything into the queue. Kombu raises out of the worker's loop for what it cannot
decode, which ends the worker; and some of it is handed back on exit, for the next one to die of.
"""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any, Literal

import structlog
from kombu.transport.redis import Channel, Transport
from pydantic import AwareDatetime, BaseModel, Field, ValidationError
from redis import exceptions

from broker import ASIDE

MOST_ASIDE = 1000
LONGEST_ASIDE = 10_000
"""Bytes that are kept of one."""

log = structlog.get_logger()

Name = Annotated[str, Field(min_length=1, max_length=255)]


class Headers(BaseModel):
    """What Celery's protocol 2 says of a task, as far as anything here looks at it.

    Source: Celery's documentation, "Message Protocol", version 2, read in November 2026.
    """

    task: Name
    id: Name
    eta: AwareDatetime | None = None
    expires: AwareDatetime | None = None
    retries: Annotated[int, Field(ge=0)] | None = None
    timelimit: Annotated[list[float | None], Field(min_length=2, max_length=2)] | None = None


class Properties(BaseModel):
    """What kombu needs to deliver a message and to give it back."""

    delivery_tag: Name
    body_encoding: Literal["base64"]
    delivery_info: dict[str, Any]
    priority: int | None = None


class QueueMessage(BaseModel):
    """A task as this service sends it: JSON, in base64, with headers."""

    body: str
    content_type: Annotated[Literal["application/json"], Field(alias="content-type")]
    content_encoding: Annotated[Literal["utf-8"], Field(alias="content-encoding")]
    headers: Headers
    properties: Properties


def fault_of(item: bytes) -> str | None:
    """Why this is no message that a worker can take up; None when it is one."""
    try:
        message = QueueMessage.model_validate_json(item)
        arguments = json.loads(base64.b64decode(message.body, validate=True).decode())
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['type']}"
    except (ValueError, RecursionError) as error:
        return f"body: {type(error).__name__}"
    match arguments:
        case [list(), dict(), dict()]:
            return None
    return "body: not arguments"


class CarefulChannel(Channel):
    """Kombu's channel, which takes what is no message for an empty answer of Redis."""

    def _create_client(self, asynchronous: bool = False) -> Any:
        if getattr(self.connection, "client", None) is None:
            # Redis was lost with a message taken up and not done: kombu asks the closed transport for it, and what it raises ends
            # the worker. This it takes for what it is; the message is handed on when its visibility timeout is over.
            raise exceptions.ConnectionError("the connection to the queue is closed")
        client = super()._create_client(asynchronous)
        client.set_response_callback("BRPOP", self._taken)
        return client

    def _taken(self, answer: Any, **_: Any) -> Any:
        if not answer:
            return answer
        item = answer[1]
        fault = fault_of(item)
        if fault is None:
            return answer
        log.error("a message in the queue is none, and was put aside", fault=fault, bytes=len(item))
        with self.conn_or_acquire() as client:
            client.pipeline().lpush(ASIDE, item[:LONGEST_ASIDE]).ltrim(ASIDE, 0, MOST_ASIDE - 1).execute()
        return None


class CarefulTransport(Transport):
    """`redis://` and `rediss://` for the worker."""

    Channel = CarefulChannel
