"""Tokens that run out: from the program that a kubeconfig names (`aws eks get-token`), asked for once and kept for all
threads; and from a file that is written anew.

Source: Kubernetes documentation, "client-go credential plugins", and "Configure Service Accounts for Pods".
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx2 as httpx

from twinstack.errors import UsageError


class ExecCredential(httpx.Auth):
    """Puts the token on each request. A token that the server refuses is asked for anew, once."""

    def __init__(self, settings: Mapping[str, Any], cluster: Mapping[str, Any]) -> None:
        """`settings` is the user's `exec`; `cluster` what the program is told where it asks for that.

        Raises UsageError where it speaks a version that is not known here.
        """
        self._settings, self._cluster = settings, cluster
        self._version = str(settings.get("apiVersion"))
        if self._version not in _VERSIONS:
            raise UsageError(
                f"the kubeconfig's exec plugin {settings.get('command')} speaks {self._version}; "
                f"twinstack knows {', '.join(_VERSIONS)}"
            )
        self._token = ""
        self._lock = threading.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sends the request with the token, and a second time with a new one where the first was refused."""
        token = self._current(refused="")
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["Authorization"] = f"Bearer {self._current(refused=token)}"
            yield request

    def _current(self, *, refused: str) -> str:
        with self._lock:
            # Another thread may have asked meanwhile.
            if self._token == refused:
                self._token = self._ask()
            return self._token

    def _ask(self) -> str:
        command = [str(self._settings["command"]), *(str(one) for one in self._settings.get("args") or [])]
        given = {one["name"]: str(one["value"]) for one in self._settings.get("env") or []}
        spec: dict[str, Any] = {"interactive": False}
        if self._settings.get("provideClusterInfo"):
            spec["cluster"] = dict(self._cluster)
        told = {"apiVersion": self._version, "kind": "ExecCredential", "spec": spec}
        environment = {**os.environ, **given, "KUBERNETES_EXEC_INFO": json.dumps(told)}
        try:
            run = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        except OSError as error:
            hint = str(self._settings.get("installHint") or "").strip()
            raise UsageError(
                f"{command[0]}, which the kubeconfig names, cannot be run: {error.strerror}. {hint}"
            ) from error
        if run.returncode:
            said = run.stderr.decode(errors="replace").strip()
            raise UsageError(f"{command[0]}, which the kubeconfig names, ended with status {run.returncode}: {said}")
        try:
            status = json.loads(run.stdout)["status"]
            token = status["token"]
        except (ValueError, KeyError, TypeError) as error:
            # What it printed may be a credential: it is not shown.
            raise UsageError(
                f"{command[0]}, which the kubeconfig names, printed no ExecCredential with a token"
            ) from error
        return str(token)


class TokenFile(httpx.Auth):
    """Puts the token of a file on each request, read anew once the server refuses it: the kubelet writes another there."""

    def __init__(self, file: Path) -> None:
        """Raises OSError where it cannot be read."""
        self._file = file
        self._token = self._read()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sends the request with the token, and a second time where the file has another one by now."""
        sent = self._token
        request.headers["Authorization"] = f"Bearer {sent}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED and (token := self._read()) != sent:
            self._token = token
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    def _read(self) -> str:
        return self._file.read_text("utf-8").strip()


_VERSIONS: Final = (
    "client.authentication.k8s.io/v1",
    "client.authentication.k8s.io/v1beta1",
    "client.authentication.k8s.io/v1alpha1",
)
