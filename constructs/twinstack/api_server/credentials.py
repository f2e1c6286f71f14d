"""Tokens that run out: from the program that a kubeconfig names (`aws eks get-token`), asked for once and kept for all
threads; and from a file that is written anew.

Source: Kubernetes documentation, "client-go credential plugins", and "Configure Service Accounts for Pods".
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from twinstack.errors import UsageError


class Credential(Protocol):
    """What is shown with each request, from any number of threads."""

    def header(self, refused: str = "") -> str:
        """The header `Authorization`; another than the one that the server refused, where there is another."""


class Unchanging:
    """A credential that stays what it is."""

    def __init__(self, header: str) -> None:
        self._header = header

    def header(self, refused: str = "") -> str:
        """The same, whether or not it was refused."""
        del refused
        return self._header


class ExecCredential:
    """A token of a program. One that the server refuses is asked for anew, once."""

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
        self._header = ""
        self._lock = threading.Lock()

    def header(self, refused: str = "") -> str:
        """The token that is kept, or a new one."""
        with self._lock:
            # Another thread may have asked meanwhile.
            if self._header == refused:
                self._header = f"Bearer {self._ask()}"
            return self._header

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


class TokenFile:
    """The token of a file, read anew once the server refuses it: the kubelet writes another there."""

    def __init__(self, file: Path) -> None:
        """Raises OSError where it cannot be read."""
        self._file = file
        self._header = self._read()

    def header(self, refused: str = "") -> str:
        """The token that was read last, or what the file holds by now."""
        if self._header == refused:
            self._header = self._read()
        return self._header

    def _read(self) -> str:
        return f"Bearer {self._file.read_text('utf-8').strip()}"


_VERSIONS: Final = (
    "client.authentication.k8s.io/v1",
    "client.authentication.k8s.io/v1beta1",
    "client.authentication.k8s.io/v1alpha1",
)
