"""The way of texts from YAML to each reader: for each place of a text, what its reader made of it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import cdk8s
import yaml

from tests.fidelity import readers
from tests.fidelity.letters import Workloads, environment
from twinstack.kubernetes.manifests import render
from twinstack.local import files_of
from twinstack.rehearsal.control_plane import ControlPlane

Delivered = dict[str, list[str | None]]


def by_compose(folder: Path, texts: list[str], *, is_old: bool = False) -> Delivered:
    """What the stack's container is given; `is_old`: beside an .env that was copied before these settings were written."""
    files = files_of(environment(texts))
    env, stale = files[PurePosixPath(".env.example")], {}
    if is_old:
        stale = {f"{place}_{n}": "stale" for n in range(len(texts)) for place in ("SETTING", "OWN")}
        env += "".join(f"{name}={value}\n" for name, value in stale.items())
    service = readers.compose(folder, files, env, stale).get("worker", {})
    variables = service.get("environment", {})
    named = {
        place: [readers.undoubled(variables.get(f"{place}_{n}")) for n in range(len(texts))]
        for place in ("SETTING", "OWN", "GIVEN")
    }
    tests = service.get("healthcheck", {}).get("test", [None, None])[2:]
    return named | {
        "command": [readers.undoubled(part) for part in service.get("entrypoint", [None])[1:]],
        "health": [readers.undoubled(part) for part in tests],
    }


def by_env_file(reader: str, texts: list[str]) -> Delivered:
    """What a process outside the stack is given."""
    env = files_of(environment(texts))[PurePosixPath(".env.example")]
    values = readers.python(env) if reader == "python-dotenv" else readers.shell(reader, env)
    return {place: [values.get(f"{place}_{n}") for n in range(len(texts))] for place in ("SETTING", "OWN", "GIVEN")}


def by_pod(texts: list[str], server: ControlPlane | None, *, is_mended: bool = True) -> Delivered:
    """What a process in the cluster is given: by the API server's own reading where there is one, else by PyYAML's."""
    files = render(Workloads(cdk8s.App(), environment(texts)))
    found = {}
    for text in "\n---\n".join(files.values()).split("\n---\n"):
        one = yaml.safe_load(text)
        if one["kind"] in {"Namespace", "ConfigMap", "Deployment"}:
            answer = server.api.apply(one, text, force=True) if server else None
            assert answer is None or not answer.refusal, answer
            found[one["kind"], one["metadata"]["name"]] = answer.object if answer else one
    (deployment,) = [one for (kind, _), one in found.items() if kind == "Deployment"]
    variables, command, health = readers.kubelet(
        deployment["spec"]["template"]["spec"],
        lambda name, key: found["ConfigMap", name]["data"][key],
        is_mended=is_mended,
    )
    named: Delivered = {
        place: [variables.get(f"{place}_{n}") for n in range(len(texts))] for place in ("SETTING", "OWN")
    }
    return named | {"command": list(command[1:]), "health": list(health[1:])}
