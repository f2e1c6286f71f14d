"""`/ws`: the summary now, and each new one."""

from __future__ import annotations

import asyncio
import json
import time

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from errors import UnavailableError
from hub import TRY_AGAIN_LATER, Client, Close
from identity import SUBPROTOCOL, claims
from services import Services, ServicesOf
from summary import REALTIME_DAYS, realtime_message
from tokens import Claims

BAD_TOKEN = 4401
FEATURE_OFF = 4404
PING_SECONDS = 25.0
SEND_SECONDS = 10.0
"""A client that takes nothing for so long is gone."""
GONE = Close(1006)

PING = json.dumps({"type": "ping"})

router = APIRouter()


@router.websocket("/ws")
async def stream(websocket: WebSocket, services: ServicesOf) -> None:
    """Accept first: only an open websocket can tell a browser the code that says why it was closed."""
    offered = SUBPROTOCOL in websocket.scope["subprotocols"]
    await websocket.accept(subprotocol=SUBPROTOCOL if offered else None)
    if not services.settings.enable_realtime_updates:
        await websocket.close(FEATURE_OFF)
        return
    caller = claims(websocket)
    if not offered or caller is None:
        await websocket.close(BAD_TOKEN)
        return
    try:
        with services.hub.client(caller.subject) as client:
            await _serve(websocket, services, client, caller)
    except UnavailableError:
        await websocket.close(TRY_AGAIN_LATER)
    except (WebSocketDisconnect, TimeoutError):
        return


async def _serve(websocket: WebSocket, services: Services, client: Client, caller: Claims) -> None:
    """Until the client leaves, is sent away, or its token ends."""
    listening = asyncio.create_task(_listen(websocket, client))
    try:
        await _send(websocket, realtime_message(await services.summaries.json(REALTIME_DAYS)))
        while (left := caller.expires_at - time.time()) > 0:
            try:
                message = await asyncio.wait_for(client.next(), min(PING_SECONDS, left))
            except TimeoutError:
                if left <= PING_SECONDS:
                    continue  # it is the token that ends now, or a moment later
                message = PING
            if isinstance(message, Close):
                if message is not GONE:
                    await websocket.close(message.code)
                return
            await _send(websocket, message)
        await websocket.close(BAD_TOKEN)
    finally:
        listening.cancel()


async def _send(websocket: WebSocket, message: str) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await websocket.send_text(message)


async def _listen(websocket: WebSocket, client: Client) -> None:
    """Clients have nothing to say; this notices that they left."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    client.offer(GONE)
