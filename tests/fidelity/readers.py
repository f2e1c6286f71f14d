"""Who reads what twinstack writes, before a process is given it: the real programs, and the kubelet's rule."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import dotenv

from tests.checkers import COMPOSE


def compose(
    folder: Path, files: Mapping[PurePosixPath, str], env: str, shell: Mapping[str, str] = {}
) -> dict[str, Any]:
    """The services as Compose understands them beside this .env, with these variables in the shell."""
    (folder / "compose.yaml").write_text(files[PurePosixPath("compose.yaml")], encoding="utf-8")
    (folder / ".env").write_text(env, encoding="utf-8", newline="")
    done = subprocess.run(
        [COMPOSE, "--profile", "*", "config", "--format", "json"],
        cwd=folder,
        capture_output=True,
        check=False,
        env={"PATH": os.defpath, **shell},
    )
    if done.returncode:
        return {}
    services: dict[str, Any] = json.loads(done.stdout)["services"]
    return services


def undoubled(text: str | None) -> str | None:
    """Compose writes what it has read so that it could read it again: a `$` is doubled."""
    return None if text is None else text.replace("$$", "$")


def shell(program: str, env: str) -> dict[str, str]:
    """What a shell makes of an env file."""
    path = shutil.which(program)
    assert path is not None, program
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [path, "-c", f"set -a; . /dev/stdin; {shutil.which('env')} -0"],
            input=env.encode(),
            cwd=folder,
            capture_output=True,
            check=False,
            env={"PATH": folder},
        )
    pairs = done.stdout.decode(errors="replace").split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def python(env: str) -> dict[str, str | None]:
    """What python-dotenv makes of it: lines of a file that is opened as text, as it opens one."""
    return dict(dotenv.dotenv_values(stream=io.TextIOWrapper(io.BytesIO(env.encode()), encoding="utf-8")))


def terraform(folder: Path, values: Mapping[str, str]) -> dict[str, str]:
    """What Terraform makes of these values of a JSON configuration. It has no provider to ask."""
    program = shutil.which("terraform") or shutil.which("tofu")
    assert program is not None
    outputs = {name: {"value": f"${{local.{name}}}"} for name in values}
    (folder / "main.tf.json").write_text(json.dumps({"locals": dict(values), "output": outputs}), encoding="utf-8")
    environment = {"PATH": os.defpath, "HOME": str(folder), "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    for command in (["init", "-input=false"], ["apply", "-input=false", "-auto-approve"]):
        done = subprocess.run(
            [program, *command], cwd=folder, env=environment, check=False, capture_output=True, text=True
        )
        if done.returncode:
            return {}
    done = subprocess.run([program, "output", "-json"], cwd=folder, env=environment, check=True, capture_output=True)
    return {name: one["value"] for name, one in json.loads(done.stdout).items()}


def expand(text: str, variables: Mapping[str, str], *, is_mended: bool) -> str:
    """The kubelet's rule: `Expand` of k8s.io/kubernetes/third_party/forked/golang/expansion, by what it does to each byte.

    `is_mended`: with the fix of kubernetes/kubernetes#136325, without which the first byte of a letter outside ASCII is
    taken for a letter of its own. Read on 2026-11-28.
    """
    rest, made = text.encode(), b""
    while True:
        before, dollar, rest = rest.partition(b"$")
        made += before + (dollar if not rest else b"")
        if not rest:
            return made.decode(errors="replace")
        match rest[:1]:
            case b"$":
                made, rest = made + b"$", rest[1:]
            case b"(" if b")" in rest:
                name, _, rest = rest[1:].partition(b")")
                made += variables.get(name.decode(errors="replace"), f"$({name.decode(errors='replace')})").encode()
            case other:
                wrong = other[0] >= 0x80 and not is_mended
                made, rest = made + b"$" + (chr(other[0]).encode() if wrong else other), rest[1:]


def kubelet(
    pod: Mapping[str, Any], config: Callable[[str, str], str], *, is_mended: bool
) -> tuple[dict[str, str], Sequence[str], Sequence[str]]:
    """What a process of the pod's one container is given: its variables, its command line, and the probe's.

    Variables are resolved in their order, each by those above it; a command by all of them; a probe's command by the
    values as they are written. Sources: k8s.io/kubernetes, pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables),
    pkg/kubelet/container/helpers.go, pkg/kubelet/prober/prober.go.
    """
    (container,) = pod["containers"]
    resolved: dict[str, str] = {}
    for one in container["env"]:
        source = one.get("valueFrom", {})
        if "configMapKeyRef" in source:
            resolved[one["name"]] = config(source["configMapKeyRef"]["name"], source["configMapKeyRef"]["key"])
        elif not source:
            resolved[one["name"]] = expand(one.get("value", ""), resolved, is_mended=is_mended)
    static = {one["name"]: one.get("value", "") for one in container["env"]}
    command = [expand(part, resolved, is_mended=is_mended) for part in container["command"]]
    probes = [container[probe]["exec"]["command"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")]
    assert probes[0] == probes[1] == probes[2]
    return resolved, command, [expand(part, static, is_mended=is_mended) for part in probes[0]]
