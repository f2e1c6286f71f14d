"""How an API server is reached: by files of certificates, or by what a kubeconfig says of a context."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2 as httpx
import yaml
from lightkube.config.client_adapter import Client, ConnectionParams
from lightkube.config.kubeconfig import KubeConfig, SingleConfig
from lightkube.config.models import Cluster, User
from lightkube.core.exceptions import ConfigError
from msgspec import ValidationError

from twinstack.api_server.credentials import ExecCredential
from twinstack.api_server.one_protocol import load_http
from twinstack.api_server.places import DEFAULT_NAMESPACE
from twinstack.errors import UsageError

KUBECONFIG_VARIABLE: Final = "KUBECONFIG"


@dataclass(frozen=True, slots=True)
class Connection:
    """An HTTP client that reaches one API server as somebody, with a pool of connections that threads share."""

    http: httpx.Client
    url: str
    context: str = ""
    """The kubeconfig's name for it; empty where files were given."""
    namespace: str = DEFAULT_NAMESPACE
    """The context's namespace."""
    server_name: str = ""
    """The name that the server's certificate bears, where it is not that of the address (`tls-server-name`)."""


def by_files(url: str, *, authority: Path, certificate: Path, key: Path) -> Connection:
    """Reaches a server on this machine by a client certificate, and asks no proxy of the user's."""
    cluster = Cluster(server=url, certificate_auth=str(authority.absolute()))
    user = User(client_cert=str(certificate.absolute()), client_key=str(key.absolute()))
    found = KubeConfig.from_one(cluster=cluster, user=user).get()
    return Connection(_client(found, trust_env=False), url)


def by_kubeconfig(path: Path | None, context: str = "") -> Connection:
    """Reaches the server of a context: of this file, of those in KUBECONFIG, of ~/.kube/config, or the pod's own.

    Raises UsageError where there is none, where it does not know the context, or says what is not understood here.
    """
    files = _files(path)
    if files:
        content = _merged(files)
        where = ", ".join(str(file) for file in files)
        found = _selected(content, where, context)
        _require_understood(content, found, where)
        cluster = _named(content, "clusters", found.context.cluster)
        user = _named(content, "users", found.context.user or "")
    elif _SERVICE_ACCOUNT.is_dir() and "KUBERNETES_SERVICE_HOST" in os.environ:
        found, cluster, user = KubeConfig.from_service_account(_SERVICE_ACCOUNT).get(), {}, {}
    else:
        raise UsageError(f"there is no kubeconfig: name one in {KUBECONFIG_VARIABLE}, or write ~/.kube/config")
    assert found is not None
    credential = ExecCredential(user["exec"], cluster) if user.get("exec") else None
    named = [*(user.get(key) for key in ("client-certificate", "client-key")), cluster.get("certificate-authority")]
    if missing := [file for file in named if file and not Path(file).is_file()]:
        raise UsageError(f"the kubeconfig's context {found.context_name} cannot be used: {missing[0]} is not there")
    try:
        http = _client(found, trust_env=True, proxy=cluster.get("proxy-url"), credential=credential)
    except (OSError, ValueError, ConfigError) as error:
        raise UsageError(f"the kubeconfig's context {found.context_name} cannot be used: {error}") from error
    return Connection(
        http, found.cluster.server, found.context_name, found.namespace, str(cluster.get("tls-server-name") or "")
    )


def _client(
    found: SingleConfig | None,
    *,
    trust_env: bool,
    proxy: str | None = None,
    credential: httpx.Auth | None = None,
) -> httpx.Client:
    assert found is not None
    load_http()
    parameters = ConnectionParams(timeout=_TIMEOUT, trust_env=trust_env, proxy=proxy)
    http = Client(found if found.user else found._replace(user=User()), parameters)
    if credential is not None:
        http.auth = credential
    http.headers["User-Agent"] = "twinstack"
    return http


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


def _merged(files: list[Path]) -> dict[str, Any]:
    """The first file to name a thing wins. Source: Kubernetes documentation, "Organizing Cluster Access"."""
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


def _selected(content: Mapping[str, Any], where: str, context: str) -> SingleConfig:
    try:
        config = KubeConfig.from_dict({"clusters": [], "contexts": [], "users": [], **content})
        found = config.get(context or None)
    except ConfigError as error:
        known = ", ".join(sorted(one["name"] for one in content.get("contexts") or [])) or "none"
        raise UsageError(f"{where}: {error}; the contexts there are: {known}") from error
    except KeyError as error:
        raise UsageError(f"{where}: the context names {error}, which the file does not have") from error
    except (ValidationError, TypeError) as error:
        raise UsageError(f"{where} is no kubeconfig: {error}") from error
    assert found is not None
    return found


def _require_understood(content: Mapping[str, Any], found: SingleConfig, where: str) -> None:
    """What would be passed over silently would make us somebody else."""
    user = _named(content, "users", found.context.user or "")
    unknown = sorted(key for key in user if key == "auth-provider" or key.startswith("as"))
    if unknown:
        raise UsageError(
            f"{where}: the user {found.context.user} has {', '.join(unknown)}, which twinstack does not speak; "
            "give a user with a certificate, a token or exec"
        )


def _named(content: Mapping[str, Any], part: str, name: str) -> dict[str, Any]:
    return next((one[_PARTS[part]] for one in content.get(part) or [] if one["name"] == name), {})


_PARTS: Final = {"clusters": "cluster", "contexts": "context", "users": "user"}
_PATHS: Final = frozenset({"certificate-authority", "client-certificate", "client-key", "tokenFile"})
_SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# The API server gives up a request by itself after 60 s, and says so.
_TIMEOUT: Final = httpx.Timeout(65, connect=10)
