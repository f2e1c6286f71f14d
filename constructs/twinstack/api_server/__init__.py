"""One client of a Kubernetes API server, for rehearsals and for delivery. Needs the extra `deliver` or `rehearse`."""

from twinstack.api_server.answer import Answer
from twinstack.api_server.client import ApiServer, Objects
from twinstack.api_server.places import Resource
from twinstack.api_server.stream import Lines, Watch, WatchEvent

__all__ = [
    "Answer",
    "ApiServer",
    "Lines",
    "Objects",
    "Resource",
    "Watch",
    "WatchEvent",
]
