"""What a kubeconfig says of a context: of one file, of several that are one, or of the pod that this runs in.

Source: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files".
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.errors import UsageError

DEFAULT_NAMESPACE: Final = "default"
"""Of a context that names none."""


@dataclass(frozen=True)
class Access:
    """A cluster, and as whom it is reached."""

    server: str
    cluster: Mapping[str, Any]
    """As the file has it: `certificate-authority`, `proxy-url` and so on. Paths are absolute."""
    user: Mapping[str, Any]
    """As the file has it: `token`, `exec` and so on; empty for nobody. Paths are absolute."""
    context: str = ""
    """The kubeconfig's name for it; empty in a pod."""
    cluster_name: str = ""
    """The name of its entry among the clusters."""
    namespace: str = DEFAULT_NAMESPACE
    where: str = ""
    """The files that say it."""


def read_access(path: Path | None, context: str = "") -> Access:
    """The given or current context of this file, of those in KUBECONFIG, or of ~/.kube/config; in a pod without any of
    these, its own cluster.

    Raises UsageError where there is none, where the context or what it names is not there, or what is not understood here
    would make somebody else of us.
    """
    files = _files(path)
    if not files:
        return _of_pod()
    content = _merged(files)
    where = ", ".join(str(file) for file in files)
    name = context or content.get("current-context") or ""
    known = ", ".join(sorted(one["name"] for one in content.get("contexts") or ())) or "none"
    if not name:
        raise UsageError(
            f"{where}: the kubeconfig has no current context: name one by --context, or `kubectl config use-context`; "
            f"the contexts there are: {known}"
        )
    chosen = _named(
        content, "contexts", name, where, f"the context {name!r} is not there; the contexts there are: {known}"
    )
    cluster_name, user_name = str(chosen.get("cluster") or ""), str(chosen.get("user") or "")
    cluster = _named(content, "clusters", cluster_name, where, f"the context {name} names the cluster {cluster_name!r}")
    user = (
        _named(content, "users", user_name, where, f"the context {name} names the user {user_name!r}")
        if user_name
        else {}
    )
    _require_understood(user, user_name, where)
    namespace = str(chosen.get("namespace") or DEFAULT_NAMESPACE)
    return Access(str(cluster.get("server") or ""), cluster, user, name, cluster_name, namespace, where)


def _files(path: Path | None) -> list[Path]:
    if path is not None:
        if not path.expanduser().is_file():
            raise UsageError(f"there is no kubeconfig at {path}")
        return [path.expanduser()]
    named = [Path(part).expanduser() for part in os.environ.get(KUBECONFIG_VARIABLE, "").split(os.pathsep) if part]
    # As kubectl does: of several, those that are not there are passed over.
    found = [file for file in named or [Path("~/.kube/config").expanduser()] if file.is_file()]
    if named and not found:
        raise UsageError(f"there is no kubeconfig at {', '.join(str(file) for file in named)} ({KUBECONFIG_VARIABLE})")
    return found


def _of_pod() -> Access:
    """Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod"."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not _SERVICE_ACCOUNT.is_dir():
        raise UsageError(
            f"there is no kubeconfig: name one in {KUBECONFIG_VARIABLE}, write ~/.kube/config, or let AWS write it "
            "(aws eks update-kubeconfig)"
        )
    namespace = (_SERVICE_ACCOUNT / "namespace").read_text("utf-8").strip()
    cluster = {"certificate-authority": str(_SERVICE_ACCOUNT / "ca.crt")}
    user = {"tokenFile": str(_SERVICE_ACCOUNT / "token")}
    server = f"https://{f'[{host}]' if ':' in host else host}:{port}"
    return Access(server, cluster, user, namespace=namespace, where="the pod's own service account")


def _merged(files: list[Path]) -> dict[str, Any]:
    """The first file to name a thing wins."""
    merged: dict[str, Any] = {}
    for file in files:
        try:
            content = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  the safe loader
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise UsageError(f"{file} cannot be read as a kubeconfig: {' '.join(str(error).split())}") from error
        if not isinstance(content, dict) or not all(
            _is_part(content.get(part), inner) for part, inner in _PARTS.items()
        ):
            raise UsageError(f"{file} is no kubeconfig: its clusters, contexts and users are no lists of named things")
        if content.get("current-context"):
            merged.setdefault("current-context", content["current-context"])
        for part, inner in _PARTS.items():
            for entry in content.get(part) or []:
                known = merged.setdefault(part, [])
                if entry["name"] not in {one["name"] for one in known}:
                    known.append({**entry, inner: _absolute(entry.get(inner) or {}, file.absolute().parent)})
    return merged


def _is_part(found: Any, inner: str) -> bool:
    return found is None or (
        isinstance(found, list)
        and all(isinstance(one, dict) and "name" in one and isinstance(one.get(inner) or {}, dict) for one in found)
    )


def _absolute(entry: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Paths are relative to the file they stand in, of which there may be several; so is a command with a slash."""
    found: dict[str, Any] = {key: str(folder / held) if key in _PATHS and held else held for key, held in entry.items()}
    command = (found.get("exec") or {}).get("command") or ""
    if "/" in command:
        found["exec"] = {**found["exec"], "command": str(folder / command)}
    return found


def _named(content: Mapping[str, Any], part: str, name: str, where: str, missing: str) -> Mapping[str, Any]:
    for one in content.get(part) or ():
        if one["name"] == name:
            entry: Mapping[str, Any] = one[_PARTS[part]]
            return entry
    raise UsageError(f"{where}: {missing}{'' if part == 'contexts' else ', which the file does not have'}")


def _require_understood(user: Mapping[str, Any], name: str, where: str) -> None:
    """What would be passed over silently would make us somebody else."""
    unknown = sorted(key for key in user if key == "auth-provider" or key.startswith("as"))
    if unknown:
        raise UsageError(
            f"{where}: the user {name} has {', '.join(unknown)}, which twinstack does not speak; "
            "give a user with a certificate, a token or exec"
        )


KUBECONFIG_VARIABLE: Final = "KUBECONFIG"
_PARTS: Final = {"clusters": "cluster", "contexts": "context", "users": "user"}
_PATHS: Final = frozenset({"certificate-authority", "client-certificate", "client-key", "tokenFile"})
_SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
