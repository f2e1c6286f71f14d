"""How an API server is reached: by files of certificates, or by what a kubeconfig says of a context."""

from __future__ import annotations

import base64
import ssl
import tempfile
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2 as httpx

from twinstack.api_server.credentials import ExecCredential, TokenFile
from twinstack.api_server.one_protocol import load_http
from twinstack.errors import UsageError
from twinstack.kubeconfig import DEFAULT_NAMESPACE, Access, read_access


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
    cluster = {"certificate-authority": str(authority.absolute())}
    user = {"client-certificate": str(certificate.absolute()), "client-key": str(key.absolute())}
    return Connection(_client(Access(url, cluster, user), trust_env=False), url)


def by_kubeconfig(path: Path | None, context: str = "") -> Connection:
    """Reaches the server of a context: of this file, of those in KUBECONFIG, of ~/.kube/config, or the pod's own.

    Raises UsageError where there is none, where it does not know the context, or says what is not understood here.
    """
    found = read_access(path, context)
    try:
        http = _client(found, trust_env=True)
    except (OSError, ValueError, TypeError) as error:
        what = f"context {found.context}" if found.context else "service account"
        raise UsageError(f"the kubeconfig's {what} cannot be used: {error}") from error
    name = str(found.cluster.get("tls-server-name") or "")
    return Connection(http, found.server, found.context, found.namespace, name)


def _client(found: Access, *, trust_env: bool) -> httpx.Client:
    load_http()
    return httpx.Client(
        base_url=found.server,
        verify=_trust(found.cluster, found.user, trust_env=trust_env),
        auth=_credential(found),
        proxy=found.cluster.get("proxy-url") or None,
        trust_env=trust_env,
        timeout=_TIMEOUT,
        headers={"User-Agent": "twinstack"},
    )


def _trust(cluster: Mapping[str, Any], user: Mapping[str, Any], *, trust_env: bool) -> ssl.SSLContext:
    """Whom we believe, and what we show: a client's certificate, where the user has one."""
    data = cluster.get("certificate-authority-data")
    if data or cluster.get("certificate-authority"):
        text = _decoded(data).decode("ascii") if data else None
        made = ssl.create_default_context(cafile=None if data else cluster["certificate-authority"], cadata=text)
    else:
        made = httpx.create_ssl_context(verify=not cluster.get("insecure-skip-tls-verify"), trust_env=trust_env)
    if any(user.get(key) for key in ("client-certificate", "client-certificate-data")):
        # OpenSSL reads a key from files alone; what is written here is gone again at once.
        with tempfile.TemporaryDirectory(prefix="twinstack-") as place:
            certificate, key = (_file(user, name, Path(place)) for name in ("client-certificate", "client-key"))
            made.load_cert_chain(certificate, key)
    return made


def _file(user: Mapping[str, Any], name: str, place: Path) -> Path:
    data = user.get(f"{name}-data")
    if not data:
        file = Path(str(user.get(name) or ""))
        if not file.is_file():
            raise ValueError(f"{user.get(name) or name} is not there")
        return file
    (place / name).write_bytes(_decoded(data))
    return place / name


def _decoded(data: Any) -> bytes:
    return base64.b64decode(str(data), validate=True)


def _credential(found: Access) -> httpx.Auth | None:
    user = found.user
    if user.get("exec"):
        return ExecCredential(user["exec"], found.cluster)
    if user.get("tokenFile"):
        return TokenFile(Path(user["tokenFile"]))
    if user.get("token"):
        return _Token(str(user["token"]))
    if user.get("username") and user.get("password"):
        return httpx.BasicAuth(str(user["username"]), str(user["password"]))
    return None


class _Token(httpx.Auth):
    """One that does not change."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Puts it on the request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


# The API server gives up a request by itself after 60 s, and says so.
_TIMEOUT: Final = httpx.Timeout(65, connect=10)
