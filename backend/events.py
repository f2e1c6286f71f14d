"""Events come in, summaries go out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, JsonValue
from sqlalchemy.dialects.postgresql import insert

from identity import Caller
from schema import events
from services import Services, ServicesOf
from summary import Summary, counts_since, first_day, summarize, today

router = APIRouter(prefix="/api")


class Event(BaseModel):
    """Something that happened. With an `id` it can be sent again without being counted again."""

    id: UUID = Field(default_factory=uuid4)
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,63}$")]
    properties: dict[str, JsonValue] = Field(default_factory=dict)


class Accepted(BaseModel):
    """What was accepted, to be worked on."""

    id: UUID


@router.post("/events", status_code=202)
async def accept(event: Event, caller: Caller, services: ServicesOf) -> Accepted:
    """Store an event and have it counted.

    It is sent to be counted even when it was there before: the first try may have ended between the two steps.
    """
    values = {"id": event.id, "name": event.name, "properties": event.properties, "subject": caller.subject}
    await services.database.rows(insert(events).values(values).on_conflict_do_nothing(index_elements=["id"]))
    await services.queue.send("tasks.roll_up", str(event.id))
    return Accepted(id=event.id)


@router.get("/summary", response_model_exclude_none=True)
async def read(_: Caller, services: ServicesOf, days: Annotated[int, Query(ge=1, le=365)] = 7) -> Summary:
    """The last `days` days, today included."""
    return await current_summary(services, days)


async def current_summary(services: Services, days: int) -> Summary:
    """The summary as the database has it now."""
    last = today()
    rows = await services.database.rows(counts_since(first_day(days, last)))
    return summarize(rows, days, last, forecast=services.settings.enable_predictive_analytics)
