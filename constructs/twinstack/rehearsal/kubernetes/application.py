"""Applies manifests in file order, as `kubectl apply -f` on an empty cluster would, and then once more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.api_server import Answer, ApiServer
from twinstack.errors import Problem
from twinstack.rehearsal.kubernetes.definitions import wait_until_served
from twinstack.rehearsal.kubernetes.inventory import Applied
from twinstack.rehearsal.kubernetes.manifests import Manifest


def apply(api: ApiServer, manifest: Manifest, *, narrow: bool = False) -> tuple[Applied | None, list[Problem]]:
    """Applies one manifest. What the server refuses, and what it warns of, comes back as problems.

    `narrow`: its definition is a built-in one, which knows fewer fields than a cluster's own.
    """
    answer = api.apply(manifest.data, manifest.text)
    problems = [_warning(manifest, text) for text in answer.warnings]
    if answer.refusal:
        return None, [*problems, _refusal(manifest, answer, narrow=narrow)]
    if manifest.kind == "CustomResourceDefinition":
        wait_until_served(api, [manifest.name])
    resource = api.resource(manifest.api_version, manifest.kind)
    if resource and resource.namespaced and not manifest.data["metadata"].get("namespace"):
        problems.append(
            manifest.problem(
                "TW907",
                "the object names no namespace, so it lands wherever kubectl's context points",
                fix="write metadata.namespace",
                warning=True,
            )
        )
    return Applied(manifest, answer.object), problems


def apply_again(api: ApiServer, applied: Applied) -> Iterator[Problem]:
    """Applies a manifest that stands already, and yields a problem where that is refused or changes anything."""
    manifest = applied.manifest
    before = api.get(manifest.api_version, manifest.kind, manifest.name, applied.namespace)
    if before is None:
        # A finished Job that its time to live has removed: applying it again would run it again.
        return
    answer = api.apply(manifest.data, manifest.text)
    if answer.refusal:
        yield manifest.problem(
            "TW903",
            "the API server took it once and refuses it the second time",
            given=plain(answer.refusal),
            fix=advice(answer.refusal),
        )
        return
    if answer.object["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]:
        return
    # A controller may have written its status in between; that is no change of ours.
    changed = sorted(_differences(_wanted(before), _wanted(answer.object)))
    if changed:
        yield manifest.problem(
            "TW903",
            "applying it a second time changes it, so every deployment would",
            given=", ".join(changed),
            fix="leave out what a controller sets, and write each value as the server stores it",
        )


def plain(message: str) -> str:
    """The server's message without the parts that speak of its own machinery, on one line."""
    for noise, words in _NOISE:
        message = noise.sub(words, message)
    return " ".join(message.split())


def advice(message: str) -> str:
    """What to do about a refusal of a well-known kind; empty for any other."""
    return next((text for pattern, text in _ADVICE if pattern.search(message)), "")


def _refusal(manifest: Manifest, answer: Answer, *, narrow: bool) -> Problem:
    fix = _NARROW_ADVICE if narrow and _UNKNOWN_FIELD.search(answer.refusal) else advice(answer.refusal)
    return manifest.problem("TW902", "the API server refuses it", given=plain(answer.refusal), fix=fix)


def _warning(manifest: Manifest, text: str) -> Problem:
    return manifest.problem("TW904", "the API server takes it and warns", given=plain(text), warning=True)


def _wanted(data: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {key: held for key, held in data["metadata"].items() if key not in _SERVER_METADATA}
    return {**{key: held for key, held in data.items() if key != "status"}, "metadata": metadata}


def _differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif before != after:
        yield path


_SERVER_METADATA: Final = frozenset({"managedFields", "resourceVersion", "generation"})
_NOISE: Final = (
    (re.compile(r"got &value\.valueUnstructured\{Value:(.*?)\}"), r"got \1"),
    (re.compile(r"failed to create typed patch object \([^)]*\): "), ""),
    (re.compile(r"^[A-Za-z.]+ \"[^\"]*\" is invalid: "), ""),
    (re.compile(r"error (strict )?decoding YAML: "), ""),
    (re.compile(r"error converting YAML to JSON: "), ""),
    (re.compile(r"yaml: unmarshal errors:\s*"), ""),
    (re.compile(r"\[?strict decoding error: ?"), ""),
)
_UNKNOWN_FIELD: Final = re.compile("field not declared in schema|unknown field")
_NARROW_ADVICE: Final = (
    "correct the field's name; where it is right, give the cluster's own definition by --definitions, "
    "for the built-in one knows only the fields that twinstack writes"
)
_ADVICE: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (
            _UNKNOWN_FIELD.pattern,
            "correct the field's name; this version of the API has no such field",
        ),
        (r"already set in map|duplicate", "write the key once"),
        (
            r"^the cluster has no kind",
            "check apiVersion and kind; a custom resource needs its definition in the cluster",
        ),
        (r"namespaces \"[^\"]*\" not found", "put the Namespace in an earlier file"),
        (r"conflict", "leave the field to the controller that sets it"),
        (r"violates PodSecurity", "give each container the securityContext that the namespace's level demands"),
        (r"exceeded quota", "raise the quota, or ask for less"),
        (r"field is immutable", "give the object another name, or delete it first"),
    )
)
