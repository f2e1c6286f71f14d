"""Serving a provider to Terraform: over gRPC on this machine, from the running process, for as long as it is needed.

Terraform is told where the provider runs (its `TF_REATTACH_PROVIDERS`), so it starts none: one process serves every
command of a rehearsal. The protocol wants no certificate then, so it is reached by a socket in a folder of this
user alone. Source: Terraform's documentation, "Debugging Terraform Provider Development".
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import grpc

from twinstack.errors import RehearsalError
from twinstack.rehearsal.schema_provider.doorway import Doorway
from twinstack.rehearsal.schema_provider.protocol import CALLS, MESSAGES
from twinstack.rehearsal.schema_provider.provider import SchemaProvider


@contextmanager
def serving(provider: SchemaProvider) -> Generator[Mapping[str, str]]:
    """Serve the provider while the block runs; gives the environment variables with which Terraform finds it.

    Raises RehearsalError where no socket can be opened.
    """
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=_OPTIONS)
    server.add_generic_rpc_handlers((_Calls(provider), _Controller()))
    with ExitStack() as stack:
        try:
            doorway = stack.enter_context(Doorway.open())
            server.add_insecure_port(f"unix:{doorway.back}")
        except (OSError, RuntimeError) as error:
            raise RehearsalError(
                f"no socket could be opened on this machine for Terraform to reach the provider: {error}"
            ) from error
        server.start()
        stack.callback(lambda: server.stop(grace=None).wait())
        yield {"TF_REATTACH_PROVIDERS": json.dumps(dict.fromkeys(ADDRESSES, _attachment(doorway.front)))}


def _attachment(front: Path) -> dict[str, Any]:
    return {
        "Protocol": "grpc",
        "ProtocolVersion": 6,
        "Pid": os.getpid(),
        "Test": True,
        "Addr": {"Network": "unix", "String": str(front)},
    }


class _Calls(grpc.GenericRpcHandler):
    def __init__(self, provider: SchemaProvider) -> None:
        self._handlers = {f"/tfplugin6.Provider/{method}": _handler(provider, method) for method in CALLS}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        return self._handlers.get(handler_call_details.method)


class _Controller(grpc.GenericRpcHandler):
    """Terraform says when it has finished; the next command will come, so nothing ends."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        if handler_call_details.method != "/plugin.GRPCController/Shutdown":
            return None
        return grpc.unary_unary_rpc_method_handler(lambda _request, _context: b"")


def _handler(provider: SchemaProvider, method: str) -> grpc.RpcMethodHandler:
    request, response = (MESSAGES[name] for name in CALLS[method])

    def respond(message: Any, context: grpc.ServicerContext) -> Any:
        answer = provider.call(method, message, context.peer())
        return response() if answer is None else answer

    serialize: Callable[[Any], bytes] = response.SerializeToString
    return grpc.unary_unary_rpc_method_handler(
        respond, request_deserializer=request.FromString, response_serializer=serialize
    )


ADDRESSES: Final = ("registry.terraform.io/hashicorp/aws", "registry.opentofu.org/hashicorp/aws")
"""The addresses of the AWS provider, Terraform's and OpenTofu's."""
_THREADS: Final = 8
_LARGEST_MESSAGE_BYTES: Final = 256 << 20
_OPTIONS: Final = (
    ("grpc.max_send_message_length", _LARGEST_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE_BYTES),
)
