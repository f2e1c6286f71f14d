"""The web application, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

import events
import exports
import metrics
import readiness
import stream
from admission import ADMISSION, AdmissionMiddleware
from drain import drain_before_exit
from errors import install_error_handlers
from identity import IdentityMiddleware
from observation import ObservationMiddleware
from rate_limit import RateLimit, RateLimitMiddleware
from services import Services
from settings import WebSettings
from tokens import Tokens


def create_application(settings: WebSettings, version: str = "0") -> FastAPI:
    """An application with its own connections; none is opened before it is needed."""
    services = Services.create(settings, version)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[dict[str, Any]]:
        running = [asyncio.create_task(services.hub.run()), asyncio.create_task(services.watch.run())]
        try:
            with drain_before_exit(services.hub.drain):
                yield {ADMISSION: services.admission}
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await services.close()

    application = FastAPI(
        title="analytics",
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # the address of a redirect would be made of the Host header
    )
    application.state.services = services
    install_error_handlers(application)
    # The last one added is the first to see a request.
    application.add_middleware(RateLimitMiddleware, limit=RateLimit(services.redis, settings))
    application.add_middleware(IdentityMiddleware, tokens=Tokens(settings))
    application.add_middleware(AdmissionMiddleware, admission=services.admission)
    application.add_middleware(ObservationMiddleware)
    for module in (readiness, metrics, events, exports, stream):
        application.include_router(module.router)
    return application
