"""A small client of a Kubernetes API server: server-side apply, what reads and changes objects, watches and logs."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from twinstack.api_server.answer import Answer, JsonObject, answer_of, no_such_kind
from twinstack.api_server.connection import Connection, by_files, by_kubeconfig
from twinstack.api_server.discovery import namespaced, served
from twinstack.api_server.places import Resource, built_in, well_known
from twinstack.api_server.query import ACCESS_REVIEWS, access_review, deletion, log_parameters, log_path, selectors
from twinstack.api_server.requests import Requests
from twinstack.api_server.response import Response
from twinstack.api_server.stream import Lines, Source, Streamed, Watch
from twinstack.errors import ClusterError, TwinstackError
from twinstack.kubeconfig import DEFAULT_NAMESPACE

FIELD_MANAGER: Final = "twinstack"


class Objects(NamedTuple):
    """The objects of a kind as they stood at one moment."""

    items: list[JsonObject]
    version: str
    """The collection's resourceVersion: a watch goes on from it."""


class ApiServer:
    """Talks to one API server. A context manager, and safe to use from several threads at once.

    Every call may raise ClusterError: with the HTTP status where the server refuses, with 0 where it gives no answer.
    """

    def __init__(self, url: str, *, authority: Path, certificate: Path, key: Path) -> None:
        """Reaches a server by a client certificate; `from_kubeconfig` by what kubectl would use."""
        self._connect(by_files(url, authority=authority, certificate=certificate, key=key))

    @classmethod
    def from_kubeconfig(cls, path: Path | None = None, context: str = "") -> Self:
        """The server of a kubeconfig's context: of this file, or of what kubectl would read (KUBECONFIG, ~/.kube/config).

        In a pod without one, its own cluster. Raises UsageError where there is none, or the context is not known.
        """
        made = cls.__new__(cls)
        made._connect(by_kubeconfig(path, context))  # noqa: SLF001  its own
        return made

    def _connect(self, connection: Connection) -> None:
        self.url: str = connection.url
        """The server's address, which tells clusters apart."""
        self.context: str = connection.context
        """The kubeconfig's name for it; empty where there was no kubeconfig."""
        self.namespace: str = connection.namespace
        """The namespace that the kubeconfig's context names."""
        self._requests = Requests(connection, self._failure)
        self._resources: dict[tuple[str, str], Resource] = {}
        self._discovering = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._requests.close()

    @property
    def requests_sent(self) -> int:
        """How many requests were sent so far."""
        return self._requests.sent

    def is_ready(self) -> bool:
        """Whether the server answers and calls itself ready."""
        try:
            return self._send("GET", "/readyz").is_success
        except TwinstackError:
            return False

    def serves(self, api_version: str, plural: str) -> bool:
        """Whether this collection can be read; False while an aggregated API is not up."""
        return self._send("GET", f"/apis/{api_version}/{plural}").is_success

    def version(self) -> str:
        """The server's version, as in `v1.36.3`."""
        return str(self._read("/version")["gitVersion"])

    def server_time(self) -> datetime:
        """The server's time, with its zone; within two seconds. Costs a request once a minute at most."""
        return self._requests.server_time()

    def groups(self) -> list[str]:
        """The names of all API groups that are served."""
        return [one["name"] for one in self._read("/apis")["groups"]]

    def namespaced_kinds(self) -> list[tuple[str, str]]:
        """Every kind whose objects lie in namespaces and can be listed and made, each with a version of its API."""
        return [*namespaced(self._read)]

    def resource(self, api_version: str, kind: str) -> Resource | None:
        """Where this kind is found, None where the server does not serve it."""
        known = built_in(api_version, kind) or self._resources.get((api_version, kind))
        if known is None:
            with self._discovering:
                if (api_version, kind) not in self._resources:
                    self._discover(api_version)
            known = self._resources.get((api_version, kind))
        return known

    def apply(
        self,
        data: Mapping[str, Any],
        text: str = "",
        *,
        manager: str = FIELD_MANAGER,
        force: bool = False,
        dry_run: bool = False,
    ) -> Answer:
        """Applies an object on the server's side, refusing unknown and duplicate fields.

        `text` is the YAML it was read from: duplicate keys are in the text only. Source: Kubernetes documentation,
        "Server-Side Apply" and "Field validation".
        """
        parameters = {"fieldManager": manager, "fieldValidation": "Strict", "force": str(force).lower()}
        # JSON is YAML: what was made here, and not read from a file, is sent as it is.
        return self._change("PATCH", data, parameters, _APPLY, text=text, dry_run=dry_run)

    def create(self, data: Mapping[str, Any], *, manager: str = FIELD_MANAGER, dry_run: bool = False) -> Answer:
        """Creates an object, refused (`AlreadyExists`) where there is one; it may be named by `generateName`."""
        parameters = {"fieldManager": manager, "fieldValidation": "Strict"}
        return self._change("POST", data, parameters, _JSON, dry_run=dry_run)

    def replace(self, data: Mapping[str, Any], *, manager: str = FIELD_MANAGER, dry_run: bool = False) -> Answer:
        """Replaces an object whole; with `metadata.resourceVersion` only where nobody changed it since (`Conflict`)."""
        parameters = {"fieldManager": manager, "fieldValidation": "Strict"}
        return self._change("PUT", data, parameters, _JSON, dry_run=dry_run)

    def patch(
        self,
        api_version: str,
        kind: str,
        name: str,
        namespace: str = "",
        *,
        changes: Mapping[str, Any],
        manager: str = FIELD_MANAGER,
        subresource: str = "",
        dry_run: bool = False,
    ) -> Answer:
        """Merges changes into an object: null removes a field, a list is replaced whole. Source: RFC 7386."""
        resource = self._place(api_version, kind)
        if resource is None:
            return no_such_kind(api_version, kind)
        path = resource.path(name, namespace or DEFAULT_NAMESPACE) + (f"/{subresource}" if subresource else "")
        parameters = {"fieldManager": manager, "fieldValidation": "Strict", **_dry(dry_run)}
        response = self._send("PATCH", path, parameters=parameters, content=json.dumps(changes), content_type=_MERGE)
        return answer_of(response, api_version, kind)

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> JsonObject | None:
        """The object, None where there is none."""
        resource = self._place(api_version, kind)
        if resource is None:
            return None
        response = self._send("GET", resource.path(name, namespace))
        return None if response.status == HTTPStatus.NOT_FOUND else self._object(response)

    def objects(
        self, api_version: str, kind: str, namespace: str = "", *, labels: Mapping[str, str | None] | None = None
    ) -> list[JsonObject]:
        """The objects of a kind, in one namespace or in all; empty where the server does not know the kind."""
        if self._place(api_version, kind) is None:
            return []
        try:
            return self.listed(api_version, kind, namespace, labels=labels).items
        except TwinstackError as error:
            if getattr(error, "status", 0) == HTTPStatus.NOT_FOUND:
                return []
            raise

    def listed(
        self,
        api_version: str,
        kind: str,
        namespace: str = "",
        *,
        labels: Mapping[str, str | None] | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> Objects:
        """As `objects`, with the version to watch from. Raises ClusterError (404) where the kind is not served."""
        path = self._collection(api_version, kind, namespace)
        response = self._send("GET", path, parameters=selectors(labels, fields))
        answer = answer_of(response, api_version, kind)
        if answer.refusal:
            raise self._failure(f"GET {path}: {answer.refusal}", answer.status)
        # An item of a list bears neither.
        items = [{"apiVersion": api_version, "kind": kind, **one} for one in answer.object["items"] or []]
        return Objects(items, answer.object["metadata"].get("resourceVersion", ""))

    def delete(
        self,
        api_version: str,
        kind: str,
        name: str,
        namespace: str = "",
        *,
        uid: str = "",
        resource_version: str = "",
        propagation: str = "Background",
        dry_run: bool = False,
    ) -> bool:
        """Deletes the object; False where there is none, or with `uid` where the name is another object's by now.

        With `resource_version` it raises ClusterError (409) where the object was changed since, or made anew.
        `propagation` is `Background`, `Foreground` or `Orphan`.
        """
        resource = self._place(api_version, kind)
        if resource is None:
            return False
        response = self._send(
            "DELETE",
            resource.path(name, namespace),
            parameters=_dry(dry_run),
            content=deletion(propagation, uid, resource_version),
            content_type=_JSON,
        )
        is_anothers = bool(uid) and not resource_version and response.status == HTTPStatus.CONFLICT
        if response.status == HTTPStatus.NOT_FOUND or is_anothers:
            return False
        self._object(response)
        return True

    def watch(
        self,
        api_version: str,
        kind: str,
        namespace: str = "",
        *,
        labels: Mapping[str, str | None] | None = None,
        fields: Mapping[str, str] | None = None,
        since: str = "",
    ) -> Watch:
        """What happens to the objects of a kind, from `since` (a resourceVersion) on, or from what there is now.

        `with api.watch(…) as watch: for event in watch.events(): …`; any thread may `close()` it, which ends the loop.
        Raises ClusterError (404) where the kind is not served.
        """
        path = self._collection(api_version, kind, namespace)

        def anew() -> tuple[list[JsonObject], str]:
            return self.listed(api_version, kind, namespace, labels=labels, fields=fields)

        def failure(message: str, status: int) -> TwinstackError:
            missing = status == HTTPStatus.NOT_FOUND
            return self._failure(no_such_kind(api_version, kind).refusal if missing else message, status)

        source = replace(self._source(path, _SILENT_WATCH_SECONDS), failure=failure)
        return Watch(source, selectors(labels, fields), since, anew)

    def log(
        self, namespace: str, pod: str, container: str = "", *, tail_lines: int | None = None, previous: bool = False
    ) -> tuple[str, ...]:
        """The lines of a container's log so far; `previous`: of the one before it, which ended. Empty where it has none."""
        parameters = log_parameters(container, tail_lines)
        if previous:
            parameters["previous"] = "true"
        response = self._send("GET", log_path(namespace, pod), parameters=parameters)
        # 400: the container has not started yet, or there is no previous one.
        if response.status in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}:
            return ()
        if not response.is_success:
            answer = answer_of(response)
            raise self._failure(f"GET {log_path(namespace, pod)}: {answer.refusal}", answer.status)
        return (
            tuple(response.content.decode(errors="replace").removesuffix("\n").split("\n")) if response.content else ()
        )

    def follow_log(self, namespace: str, pod: str, container: str = "", *, tail_lines: int | None = None) -> Lines:
        """The lines of a container's log as they come, until it ends. Any thread may `close()` it."""
        parameters = {**log_parameters(container, tail_lines), "follow": "true"}
        return Lines(self._source(log_path(namespace, pod), None), parameters)

    def may(
        self,
        verb: str,
        group: str,
        plural: str,
        namespace: str = "",
        *,
        name: str = "",
        subresource: str = "",
    ) -> bool:
        """Whether whoever this is may do that, as `kubectl auth can-i` asks. Source: SelfSubjectAccessReview."""
        content = access_review(
            verb=verb, group=group, resource=plural, namespace=namespace, name=name, subresource=subresource
        )
        answer = self._object(self._send("POST", ACCESS_REVIEWS, content=content, content_type=_JSON))
        return bool(answer["status"].get("allowed"))

    def _change(
        self,
        method: str,
        data: Mapping[str, Any],
        parameters: Mapping[str, str],
        content_type: str,
        *,
        text: str = "",
        dry_run: bool = False,
    ) -> Answer:
        api_version, kind, metadata = data["apiVersion"], data["kind"], data["metadata"]
        resource = self._place(api_version, kind)
        if resource is None:
            return no_such_kind(api_version, kind)
        name = "" if method == "POST" else metadata["name"]
        response = self._send(
            method,
            resource.path(name, metadata.get("namespace", DEFAULT_NAMESPACE)),
            parameters={**parameters, **_dry(dry_run)},
            content=text or json.dumps(data),
            content_type=content_type,
        )
        return answer_of(response, api_version, kind)

    def _place(self, api_version: str, kind: str) -> Resource | None:
        """Where a kind would be: asked of the server only for one that is not well known."""
        return well_known(api_version, kind) or self.resource(api_version, kind)

    def _collection(self, api_version: str, kind: str, namespace: str) -> str:
        resource = self._place(api_version, kind)
        if resource is None:
            raise self._failure(no_such_kind(api_version, kind).refusal, HTTPStatus.NOT_FOUND)
        return resource.path(namespace=namespace)

    def _discover(self, api_version: str) -> None:
        try:
            found = served(self._read, api_version)
        except TwinstackError as error:
            if getattr(error, "status", 0) != HTTPStatus.NOT_FOUND:
                raise
            return
        self._resources.update({(api_version, kind): place for kind, place in found.items()})

    def _read(self, path: str) -> JsonObject:
        return self._object(self._send("GET", path))

    def _object(self, response: Response) -> JsonObject:
        answer = answer_of(response)
        if answer.refusal:
            raise self._failure(f"{response.request}: {answer.refusal}", answer.status)
        return answer.object

    def _failure(self, message: str, status: int) -> TwinstackError:
        """What is raised; a client of a rehearsal raises what a rehearsal raises."""
        return ClusterError(message, status=status)

    def _source(self, path: str, silence_seconds: float | None) -> Source:
        def opened(parameters: Mapping[str, str]) -> AbstractContextManager[Streamed]:
            return self._requests.stream(path, parameters, silence_seconds=silence_seconds)

        return Source(opened, self._failure)

    def _send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        content: str = "",
        content_type: str = "",
    ) -> Response:
        return self._requests.send(method, path, parameters=parameters, content=content, content_type=content_type)


def _dry(dry_run: bool) -> dict[str, str]:
    return {"dryRun": "All"} if dry_run else {}


_JSON: Final = "application/json"
_APPLY: Final = "application/apply-patch+yaml"
_MERGE: Final = "application/merge-patch+json"
# Bookmarks come about once a minute; silence of twice that is a connection that somebody in between has forgotten.
_SILENT_WATCH_SECONDS: Final = 150.0
