"""Whether the process works, and whether it can serve. Neither question asks anything of anybody else."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from services import ServicesOf

router = APIRouter()


@router.get("/health")
async def health(services: ServicesOf) -> dict[str, str]:
    """The process works. Nothing else is asked: a restart would not bring the database back."""
    return {"status": "ok", "version": services.version}


@router.get("/health/ready")
async def ready(services: ServicesOf) -> JSONResponse:
    """What the watch last saw, and whether requests should come here: `ready` for the first minutes of an outage too."""
    watch = services.watch
    content = {"status": "ready" if watch.is_ready else "not ready", **watch.states}
    return JSONResponse(content, 200 if watch.is_ready else 503)
