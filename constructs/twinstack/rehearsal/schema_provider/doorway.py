"""A socket in a folder that only this user enters, and behind it each connection under a name of its own.

Terraform reaches a provider that runs already without any credential, so the way in is what is guarded: a folder of mode
0700. The connections through a Unix socket have no names to tell them apart, as those of a port have, and Terraform opens
one for each provider block: so each is led on from a socket that is bound to a name.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final


class Doorway:
    """Leads what connects to `front` on to `back`, where the server waits. Made by `Doorway.open`."""

    def __init__(self, folder: Path) -> None:
        self.front: Path = folder / "front"
        self.back: Path = folder / "back"
        self._folder = folder
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connections: list[socket.socket] = []

    @classmethod
    @contextmanager
    def open(cls) -> Generator[Doorway]:
        """In a temporary folder of its own, which goes with it. Raises OSError where no socket can be made."""
        with tempfile.TemporaryDirectory(prefix="twinstack-") as folder:  # made with mode 0700
            doorway = cls(Path(folder))
            doorway._listener.bind(str(doorway.front))
            doorway._listener.listen()
            threading.Thread(target=doorway._serve, daemon=True).start()
            try:
                yield doorway
            finally:
                doorway._close()

    def _serve(self) -> None:
        with suppress(OSError):  # the listener is closed: it is over
            while True:
                caller, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                server.bind(str(self._folder / f"c{len(self._connections)}"))
                server.connect(str(self.back))
                self._connections += [caller, server]
                for one, other in ((caller, server), (server, caller)):
                    threading.Thread(target=_lead, args=(one, other), daemon=True).start()

    def _close(self) -> None:
        for one in (self._listener, *self._connections):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # closing alone would not wake who waits in it
            one.close()


def _lead(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(_CHUNK_BYTES):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


_CHUNK_BYTES: Final = 1 << 18
