"""The folder of control plane binaries, and which of them are there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twinstack.errors import MissingToolError

ASSETS_VARIABLE: Final = "KUBEBUILDER_ASSETS"


@dataclass(frozen=True, slots=True)
class Assets:
    """Binaries in one folder, laid out as controller-runtime's envtest has them."""

    folder: Path

    @classmethod
    def find(cls, folder: Path | None = None) -> Assets:
        """The binaries of `folder`, or of the folder that KUBEBUILDER_ASSETS names.

        Raises MissingToolError where etcd or kube-apiserver is not there.
        """
        named = os.environ.get(ASSETS_VARIABLE, "")
        if folder is None and not named:
            raise MissingToolError(f"{ASSETS_VARIABLE} is not set, so there is no Kubernetes control plane. {_ADVICE}")
        found = cls((folder or Path(named)).absolute())
        found.require(*API_SERVER)
        return found

    def require(self, *names: str) -> None:
        """Raises MissingToolError where one of these programs is not there."""
        missing = [name for name in names if not self.has(name)]
        if missing:
            raise MissingToolError(f"{self.folder} has no {' and no '.join(missing)}. {_ADVICE}")

    def has(self, *names: str) -> bool:
        """Whether all of these are there and can be run."""
        return all(os.access(self.program(name), os.X_OK) and self.program(name).is_file() for name in names)

    def program(self, name: str) -> Path:
        """Where this program lies."""
        return self.folder / name

    @property
    def runs_pods(self) -> bool:
        """Whether pods can be made, placed and started; envtest's own folder holds the API server only."""
        return self.has(*SIMULATION)


SIMULATION: Final = ("kube-controller-manager", "kube-scheduler", "kwok")
"""What makes, places and starts pods."""
API_SERVER: Final = ("etcd", "kube-apiserver")
"""Without which there is no control plane."""
_ADVICE: Final = "`twinstack control-plane` says what is there, and how to get the rest"
