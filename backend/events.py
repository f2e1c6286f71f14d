"""Events come in, summaries go out."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import insert

from bodies import GuardedRoute
from errors import UnavailableError, refusals
from identity import Caller
from schema import events
from services import ServicesOf
from summary import Summary
from text import Properties
from watch import REDIS

router = APIRouter(prefix="/api", route_class=GuardedRoute, responses=refusals(401, 422, 429, 503), tags=["events"])


class Event(BaseModel):
    """Something that happened. With an `id` it can be sent again without being counted again."""

    id: UUID = Field(default_factory=uuid4)
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,63}$")]
    properties: Properties = Field(default_factory=dict)


class Accepted(BaseModel):
    """What was accepted, to be worked on."""

    id: UUID


@router.post("/events", status_code=202, responses=refusals(400, 408, 413))
async def accept(event: Event, caller: Caller, services: ServicesOf) -> Accepted:
    """Store an event and have it counted.

    It is sent to be counted even when it was there before: the first try may have ended between the two steps. Once it
    is stored it is accepted, whether or not the queue takes it: the minute's task counts what was left behind. A refusal
    would have a client send it again, and one that gives no id would be counted twice.
    """
    values = {"id": event.id, "name": event.name, "properties": event.properties, "subject": caller.subject}
    await services.database.rows(insert(events).values(values).on_conflict_do_nothing(index_elements=["id"]))
    if services.watch.states[REDIS] == "ok":
        with suppress(UnavailableError):
            await services.queue.send("tasks.roll_up", str(event.id))
    return Accepted(id=event.id)


@router.get("/summary", response_model=Summary)
async def read(_: Caller, services: ServicesOf, days: Annotated[int, Query(ge=1, le=365)] = 7) -> Response:
    """The last `days` days, today included; `forecast` is left out where it is switched off."""
    return Response(await services.summaries.json(days), media_type="application/json")
