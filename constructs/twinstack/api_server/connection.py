"""How an API server is reached: by files of certificates, or by what a kubeconfig says of a context."""

from __future__ import annotations

import base64
import os
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import urllib3
from urllib3.util import Timeout, make_headers

from twinstack.api_server.credentials import Credential, ExecCredential, TokenFile, Unchanging
from twinstack.errors import UsageError
from twinstack.kubeconfig import DEFAULT_NAMESPACE, Access, read_access


@dataclass(frozen=True, slots=True)
class Connection:
    """The way to one API server as somebody, with a pool of connections that threads share."""

    http: urllib3.PoolManager
    url: str
    credential: Credential | None = None
    """None where a certificate says who it is, or nobody is said to be."""
    context: str = ""
    """The kubeconfig's name for it; empty where files were given."""
    namespace: str = DEFAULT_NAMESPACE
    """The context's namespace."""


def by_files(url: str, *, authority: Path, certificate: Path, key: Path) -> Connection:
    """Reaches a server on this machine by a client certificate, and asks no proxy of the user's."""
    cluster = {"certificate-authority": str(authority.absolute())}
    user = {"client-certificate": str(certificate.absolute()), "client-key": str(key.absolute())}
    return Connection(_pool(Access(url, cluster, user), proxy=None), url)


def by_kubeconfig(path: Path | None, context: str = "") -> Connection:
    """Reaches the server of a context: of this file, of those in KUBECONFIG, of ~/.kube/config, or the pod's own.

    Raises UsageError where there is none, where it does not know the context, or says what is not understood here.
    """
    found = read_access(path, context)
    try:
        proxy = str(found.cluster.get("proxy-url") or "") or _proxy_of_environment(found.server)
        pool, credential = _pool(found, proxy=proxy), _credential(found)
    except (OSError, ValueError, TypeError, urllib3.exceptions.HTTPError) as error:
        what = f"context {found.context}" if found.context else "service account"
        raise UsageError(f"the kubeconfig's {what} cannot be used: {error}") from error
    return Connection(pool, found.server, credential, found.context, found.namespace)


def _pool(found: Access, *, proxy: str | None) -> urllib3.PoolManager:
    options: dict[str, Any] = {
        "maxsize": _CONNECTIONS,
        "retries": False,
        "timeout": Timeout(connect=CONNECT_SECONDS, read=_READ_SECONDS),
        "ssl_context": _trust(found.cluster, found.user),
    }
    if name := found.cluster.get("tls-server-name"):
        options |= {"server_hostname": str(name)}
    if found.cluster.get("insecure-skip-tls-verify"):
        # The kubeconfig says so itself: no need to tell it with every request.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        options |= {"cert_reqs": "CERT_NONE", "assert_hostname": False}
    return urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)


def _proxy_of_environment(server: str) -> str | None:
    """What HTTPS_PROXY and NO_PROXY say, in either case."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(server)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def _trust(cluster: Mapping[str, Any], user: Mapping[str, Any]) -> ssl.SSLContext:
    """Whom we believe, and what we show: a client's certificate, where the user has one."""
    data, file = cluster.get("certificate-authority-data"), cluster.get("certificate-authority")
    text = _decoded(data).decode("ascii") if data else None
    made = ssl.create_default_context(cafile=None if data else file, cadata=text)
    if cluster.get("insecure-skip-tls-verify"):
        made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
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


def _credential(found: Access) -> Credential | None:
    user = found.user
    if user.get("exec"):
        return ExecCredential(user["exec"], found.cluster)
    if user.get("tokenFile"):
        return TokenFile(Path(user["tokenFile"]))
    if user.get("token"):
        return Unchanging(f"Bearer {user['token']}")
    if user.get("username") and user.get("password"):
        return Unchanging(make_headers(basic_auth=f"{user['username']}:{user['password']}")["authorization"])
    return None


CONNECT_SECONDS: Final = 10.0
# The API server gives up a request by itself after 60 s, and says so.
_READ_SECONDS: Final = 65.0
_CONNECTIONS: Final = 64
"""How many are kept; watches and logs hold one each. None is opened before it is needed."""
