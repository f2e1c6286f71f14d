"""A way to an API server that can be shut, as a network or a server that restarts does: real sockets, cut."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import yaml


class Doorway:
    """Listens on a port of its own and hands on what comes, while it is open. A context manager."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        configuration = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster = configuration["clusters"][0]["cluster"]
        self._server = urlsplit(cluster["server"])
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._shut = threading.Event()
        cluster["server"] = f"https://127.0.0.1:{self._listening.getsockname()[1]}"
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(configuration), encoding="utf-8")
        self.refused = 0
        """How many connections were refused while it was shut."""

    def __enter__(self) -> Doorway:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        self.shut()

    def shut(self) -> None:
        """Cuts what is open, and refuses what comes."""
        self._shut.set()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def open(self) -> None:
        """Lets through again."""
        self._shut.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                inner, _ = self._listening.accept()
                if self._shut.is_set():
                    self.refused += 1
                    inner.close()
                    continue
                outer = socket.create_connection((self._server.hostname, self._server.port))
                self._open += [inner, outer]
                for one, other in ((inner, outer), (outer, inner)):
                    threading.Thread(target=self._hand_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _hand_on(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
