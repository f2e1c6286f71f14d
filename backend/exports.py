"""Exports: a request starts one, the worker writes it, an address leads to it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import insert, select

from bodies import GuardedRoute
from bucket import export_key
from errors import ApiError, refusals
from events import Accepted
from identity import Caller
from schema import exports
from services import ServicesOf


class Export(BaseModel):
    """One export; `url` is there when it is done."""

    id: UUID
    status: Literal["pending", "done", "failed"]
    url: str | None


async def require_feature(services: ServicesOf) -> None:
    """Refuse while ENABLE_EXPORT_FEATURE is false."""
    if not services.settings.enable_export_feature:
        raise ApiError(404, "feature_disabled", "exports are switched off")


Feature = Annotated[None, Depends(require_feature)]

router = APIRouter(
    prefix="/api/exports", route_class=GuardedRoute, responses=refusals(401, 404, 422, 429, 503), tags=["exports"]
)


@router.post("", status_code=202)
async def start(caller: Caller, _: Feature, services: ServicesOf) -> Accepted:
    """Have all events written to the bucket."""
    export_id = uuid4()
    values = {"id": export_id, "subject": caller.subject, "email": caller.email}
    await services.database.rows(insert(exports).values(values))
    await services.queue.send("tasks.export", str(export_id))
    return Accepted(id=export_id)


@router.get("/{export_id}")
async def read(export_id: UUID, caller: Caller, _: Feature, services: ServicesOf) -> Export:
    """How far an export of the caller's is."""
    query = select(exports.c.status).where(exports.c.id == export_id, exports.c.subject == caller.subject)
    rows = await services.database.rows(query)
    if not rows:
        raise ApiError(404, "not_found", "no such export")
    status = rows[0].status
    key = export_key(str(export_id))
    url = await asyncio.to_thread(services.bucket.address, key) if status == "done" else None
    return Export(id=export_id, status=status, url=url)
