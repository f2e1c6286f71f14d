"""A small client of a Kubernetes API server: discovery, server-side apply, get, list, delete."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from twinstack.errors import RehearsalError

JsonObject = dict[str, Any]
FIELD_MANAGER: Final = "twinstack"
DEFAULT_NAMESPACE: Final = "default"


@dataclass(frozen=True, slots=True)
class Resource:
    """Where the objects of one kind are found."""

    prefix: str
    plural: str
    namespaced: bool

    def path(self, name: str = "", namespace: str = "") -> str:
        """The path of one object, of all in a namespace, or of all there are."""
        parts = [self.prefix, *(["namespaces", namespace] if self.namespaced and namespace else []), self.plural]
        return "/".join([*parts, *([name] if name else [])])


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to an object: the object as it stands there, or why it was refused."""

    object: JsonObject
    refusal: str = ""
    warnings: tuple[str, ...] = ()
    """What it accepted but advises against: deprecated APIs, pods that Pod Security will refuse."""
    status: int = 200


class ApiServer:
    """Talks to one API server with a client certificate. A context manager; every call may raise RehearsalError."""

    def __init__(self, url: str, *, authority: Path, certificate: Path, key: Path) -> None:
        context = ssl.create_default_context(cafile=str(authority))
        context.load_cert_chain(certificate, key)
        # trust_env: the user's HTTPS_PROXY has no business between us and our own machine.
        self._http = httpx.Client(base_url=url, verify=context, timeout=_TIMEOUT_SECONDS, trust_env=False)
        self._resources: dict[tuple[str, str], Resource] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def is_ready(self) -> bool:
        """Whether the server answers and calls itself ready."""
        try:
            return self._http.get("/readyz").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def serves(self, api_version: str, plural: str) -> bool:
        """Whether this collection can be read; False while an aggregated API is not up."""
        return self._send("GET", f"/apis/{api_version}/{plural}").is_success

    def version(self) -> str:
        """The server's version, as in `v1.36.3`."""
        return str(self._read("/version")["gitVersion"])

    def resource(self, api_version: str, kind: str) -> Resource | None:
        """Where this kind is found, None where the server does not know it."""
        known = self._resources.get((api_version, kind))
        if known is None:
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
        metadata = data["metadata"]
        resource = self.resource(data["apiVersion"], data["kind"])
        if resource is None:
            return Answer({}, refusal=f"the cluster has no kind {data['kind']} in {data['apiVersion']}", status=404)
        namespace = metadata.get("namespace", DEFAULT_NAMESPACE)
        parameters = {"fieldManager": manager, "fieldValidation": "Strict", "force": str(force).lower()}
        if dry_run:
            parameters["dryRun"] = "All"
        response = self._send(
            "PATCH",
            resource.path(metadata["name"], namespace),
            parameters=parameters,
            # JSON is YAML: what was made here, and not read from a file, is sent as it is.
            content=text or json.dumps(data),
            content_type="application/apply-patch+yaml",
        )
        return _answer(response)

    def create(self, data: Mapping[str, Any], *, dry_run: bool = False) -> Answer:
        """Creates an object that needs no name of its own (`generateName`)."""
        resource = self.resource(data["apiVersion"], data["kind"])
        if resource is None:
            return Answer({}, refusal=f"the cluster has no kind {data['kind']} in {data['apiVersion']}", status=404)
        response = self._send(
            "POST",
            resource.path(namespace=data["metadata"].get("namespace", DEFAULT_NAMESPACE)),
            parameters={"fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})},
            content=json.dumps(data),
            content_type="application/json",
        )
        return _answer(response)

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> JsonObject | None:
        """The object, None where there is none."""
        resource = self.resource(api_version, kind)
        if resource is None:
            return None
        response = self._send("GET", resource.path(name, namespace))
        return None if response.status_code == httpx.codes.NOT_FOUND else _json(response)

    def objects(
        self, api_version: str, kind: str, namespace: str = "", *, labels: Mapping[str, str] | None = None
    ) -> list[JsonObject]:
        """The objects of a kind, in one namespace or in all; empty where the server does not know the kind."""
        resource = self.resource(api_version, kind)
        if resource is None:
            return []
        selector = ",".join(f"{key}={value}" for key, value in (labels or {}).items())
        response = self._send(
            "GET", resource.path(namespace=namespace), parameters={"labelSelector": selector} if selector else {}
        )
        return list(_json(response)["items"] or [])

    def delete(self, api_version: str, kind: str, name: str, namespace: str = "") -> bool:
        """Deletes the object; False where there is none."""
        resource = self.resource(api_version, kind)
        if resource is None:
            return False
        response = self._send("DELETE", resource.path(name, namespace), parameters={"propagationPolicy": "Background"})
        if response.status_code == httpx.codes.NOT_FOUND:
            return False
        _json(response)
        return True

    def _discover(self, api_version: str) -> None:
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        response = self._send("GET", prefix)
        if response.status_code == httpx.codes.NOT_FOUND:
            return
        for entry in _json(response)["resources"]:
            if "/" not in entry["name"]:
                self._resources[api_version, entry["kind"]] = Resource(prefix, entry["name"], entry["namespaced"])

    def _read(self, path: str) -> JsonObject:
        return _json(self._send("GET", path))

    def _send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        content: str = "",
        content_type: str = "",
    ) -> httpx.Response:
        headers = {"Content-Type": content_type} if content_type else {}
        try:
            return self._http.request(method, path, params=parameters, content=content.encode(), headers=headers)
        except httpx.HTTPError as error:
            raise RehearsalError(f"the API server did not answer to {method} {path}: {error}") from error


def _json(response: httpx.Response) -> JsonObject:
    answer = _answer(response)
    if answer.refusal:
        raise RehearsalError(f"{response.request.method} {response.request.url.path}: {answer.refusal}")
    return answer.object


def _answer(response: httpx.Response) -> Answer:
    warnings = tuple(
        found[1].replace('\\"', '"')
        for header in response.headers.get_list("warning")
        for found in _WARNING.finditer(header)
    )
    try:
        body = response.json()
    except ValueError:
        body = {"message": response.text.strip()}
    if response.is_success:
        return Answer(body, warnings=warnings)
    refusal = body.get("message") or f"status {response.status_code}"
    return Answer({}, refusal=refusal, warnings=warnings, status=response.status_code)


# RFC 7234: 299 - "text", several in one header, quotes inside escaped.
_WARNING: Final = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')
_TIMEOUT_SECONDS: Final = 30.0
