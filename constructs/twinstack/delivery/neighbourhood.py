"""What a namespace holds around the objects of a release, kept as it stands by watches, and the events of all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, NamedTuple

from twinstack.delivery.manifest import JsonObject
from twinstack.errors import ClusterError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from twinstack.api_server import ApiServer, Watch


class News(NamedTuple):
    """Something that a watch told: what happened to an object, or why the watch ended."""

    type: str
    """`ADDED`, `MODIFIED`, `DELETED`; empty where the watch was refused."""
    object: JsonObject
    error: ClusterError | None = None


class Watches:
    """Any number of watches that tell one queue. A context manager: leaving it ends them all."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._open: list[tuple[Watch, threading.Thread]] = []
        self.news: SimpleQueue[News] = SimpleQueue()
        """What they tell, in the order in which it came."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for watch, _ in self._open:
            watch.close()
        for _, thread in self._open:
            thread.join(_ENDING_SECONDS)

    def open(
        self, api_version: str, kind: str, namespace: str, *, since: str = "", fields: Mapping[str, str] | None = None
    ) -> None:
        """Watches a kind in a namespace, from this version on."""
        watch = self._api.watch(api_version, kind, namespace, since=since, fields=fields)
        thread = threading.Thread(target=self._read, args=(watch, api_version, kind), daemon=True)
        self._open.append((watch, thread))
        thread.start()

    def _read(self, watch: Watch, api_version: str, kind: str) -> None:
        while not watch.closed:
            try:
                for event in watch.events():
                    self.news.put(News(event.type, {"apiVersion": api_version, "kind": kind, **event.object}))
            except ClusterError as error:
                if watch.closed:
                    return
                if error.status and error.status < _SERVERS_OWN:
                    self.news.put(News("", {"apiVersion": api_version, "kind": kind}, error))
                    return
                # It was away at the moment in which everything was to be listed anew.
                threading.Event().wait(_PAUSE_SECONDS)


class Held:
    """Objects of one kind, found by whom they belong to: by an owner's uid, or by the uid of what an event is about."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[str, JsonObject]] = {}
        self._belonging: dict[str, dict[str, JsonObject]] = {}

    def put(self, one: JsonObject) -> None:
        """Keeps an object as it is now."""
        uid, to = one["metadata"]["uid"], _belongs_to(one)
        self.drop(uid)
        self._objects[uid] = to, one
        self._belonging.setdefault(to, {})[uid] = one

    def drop(self, uid: str) -> None:
        """Forgets an object."""
        if (known := self._objects.pop(uid, None)) is not None:
            self._belonging[known[0]].pop(uid, None)

    def clear(self) -> None:
        """Forgets all of them."""
        self._objects.clear()
        self._belonging.clear()

    def of(self, uids: Iterable[str]) -> list[JsonObject]:
        """What belongs to these."""
        return [one for uid in uids for one in self._belonging.get(uid, {}).values()]


class Surroundings(NamedTuple):
    """What belongs to one object, directly or by its ReplicaSets."""

    replica_sets: list[JsonObject]
    pods: list[JsonObject]
    events: list[JsonObject]


class Neighbourhood:
    """The pods, ReplicaSets and events of one namespace."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.hidden: dict[str, str] = {}
        """Which of the three may not be seen, and why."""
        self._pods, self._replica_sets, self._events = Held(), Held(), Held()
        self._held = {
            ("v1", "Pod"): self._pods,
            ("apps/v1", "ReplicaSet"): self._replica_sets,
            ("v1", "Event"): self._events,
        }

    def read(self, api: ApiServer, watches: Watches) -> None:
        """Reads them all, and keeps them by these watches. Raises ClusterError where the server is away."""
        for (api_version, kind), version in self._listed(api).items():
            watches.open(api_version, kind, self.namespace, since=version)

    def look_again(self, api: ApiServer) -> None:
        """Reads them all anew, whatever the watches told. Raises ClusterError where the server is away."""
        self._listed(api)

    def _listed(self, api: ApiServer) -> dict[tuple[str, str], str]:
        versions = {}
        for (api_version, kind), held in self._held.items():
            if kind in self.hidden:
                continue
            try:
                objects, version = api.listed(api_version, kind, self.namespace)
            except ClusterError as error:
                if error.status == HTTPStatus.FORBIDDEN:
                    self.hidden[kind] = str(error)
                    continue
                raise
            held.clear()
            for one in objects:
                held.put(one)
            versions[api_version, kind] = version
        return versions

    def take(self, news: News) -> None:
        """Takes in what a watch told; what is about something else is left."""
        held = self._held.get((news.object["apiVersion"], news.object["kind"]))
        if held is None or news.object["metadata"].get("namespace") != self.namespace:
            return
        if news.type != "DELETED":
            held.put(news.object)
        # What was told stays told: events outlive what they are about, and are themselves deleted after an hour.
        elif held is not self._events:
            held.drop(news.object["metadata"]["uid"])

    def around(self, live: JsonObject) -> Surroundings:
        """What belongs to an object."""
        uid = live["metadata"]["uid"]
        replica_sets = self._replica_sets.of([uid])
        pods = self._pods.of([uid, *(one["metadata"]["uid"] for one in replica_sets)])
        told = [uid, *(one["metadata"]["uid"] for one in (*replica_sets, *pods))]
        return Surroundings(replica_sets, pods, self._events.of(told))


def _belongs_to(one: JsonObject) -> str:
    if "involvedObject" in one:
        return str(one["involvedObject"].get("uid", ""))
    owners = one["metadata"].get("ownerReferences") or [{}]
    return str(next((each for each in owners if each.get("controller")), owners[0]).get("uid", ""))


_ENDING_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 0.5
_SERVERS_OWN: Final = 500
