"""A PostgreSQL server that stands in for RDS: TLS, SCRAM, a master user who is no superuser, and an address of its own.

It listens on port 5432, which the URLs of the product carry, at an address of this machine's loopback network that
nobody else has: so URLs, scripts and certificates are used as they are made. Source of the master user's rights: RDS
User Guide, "Understanding PostgreSQL roles and permissions" (read on 2026-11-28).
"""

from __future__ import annotations

import ctypes
import ctypes.util
import datetime
import ipaddress
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PORT: Final = 5432


@dataclass(frozen=True)
class Database:
    """A server that runs. Made by `running`."""

    address: str
    authority: Path
    """The certificate that signs the server's; what Amazon's bundle is for RDS."""

    def make(self, *, user: str, database: str, password: str) -> None:
        """Makes the master user and the database, as RDS does with a new instance."""
        self._run(
            f"CREATE ROLE {user} WITH LOGIN CREATEROLE CREATEDB PASSWORD '{password}'",
            f"CREATE DATABASE {database} OWNER {user}",
        )

    def change_password(self, user: str, password: str) -> None:
        """ModifyDBInstance with a new master password: it takes effect at once."""
        self._run(f"ALTER ROLE {user} PASSWORD '{password}'")

    def refusal(self, url: str) -> str:
        """Why a new login with this URL is refused; empty where it is not. One real connection each time."""
        return login(url.replace("postgresql+psycopg://", "postgresql://"), self.authority)

    def _run(self, *statements: str) -> None:
        url = f"postgresql://rdsadmin:rdsadmin@{self.address}:{PORT}/postgres"
        for statement in statements:
            done = subprocess.run(
                ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", statement, url],
                env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise RuntimeError(f"the database refused a statement: {done.stderr}")


def login(url: str, authority: Path) -> str:
    """Opens and closes one connection by PostgreSQL's own library; the reason where it is refused, else empty."""
    library = _libpq()
    separator = "&" if "?" in url else "?"
    whole = f"{url}{separator}connect_timeout=300" + ("" if "sslrootcert" in url else f"&sslrootcert={authority}")
    connection = library.PQconnectdb(whole.encode())
    try:
        if library.PQstatus(connection) == 0:
            return ""
        return library.PQerrorMessage(connection).decode(errors="replace").strip() or "no reason given"
    finally:
        library.PQfinish(connection)


@contextmanager
def running() -> Generator[Database]:
    """A server for as long as the block runs. Raises RuntimeError where PostgreSQL is not installed."""
    programs = folder_of_programs()
    if programs is None:
        raise RuntimeError("no PostgreSQL server is installed: apt-get install postgresql")
    # Not pytest's folder: root's is closed to the user that the server must run as.
    with tempfile.TemporaryDirectory(prefix="rotation-postgres-") as temporary:
        folder = Path(temporary)
        address = _free_address()
        authority = _certificates(folder, address)
        password = folder / "password"
        password.write_text("rdsadmin\n", encoding="utf-8")
        owner = _give_away(folder)
        data = folder / "data"
        _must(
            [*owner, str(programs / "initdb"), "-D", str(data), "-U", "rdsadmin", "--auth=scram-sha-256",
             f"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync"]
        )  # fmt: skip
        server = [
            *owner, str(programs / "postgres"), "-D", str(data), "-p", str(PORT), "-k", str(folder),
            "-c", f"listen_addresses={address}", "-c", "fsync=off", "-c", "max_connections=200", "-c", "ssl=on",
            "-c", f"ssl_cert_file={folder / 'server.crt'}", "-c", f"ssl_key_file={folder / 'server.key'}",
        ]  # fmt: skip
        with subprocess.Popen(server, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # fmt: skip
            try:
                _wait_until_it_answers(process, f"postgresql://rdsadmin:rdsadmin@{address}:{PORT}/postgres", authority)
                yield Database(address, authority)
            finally:
                # An immediate shutdown: nothing of it is kept.
                process.send_signal(signal.SIGQUIT)
                process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, authority: Path) -> None:
    while refused := login(url, authority):
        if process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended with status {process.returncode}: {refused}")
        time.sleep(_POLL_SECONDS)


def folder_of_programs() -> Path | None:
    """Where `initdb` and its like are; None where they are not installed."""
    found = shutil.which("initdb")
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(found).parent if found else known[-1].parent if known else None


@cache
def _libpq() -> Any:
    library: Any = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
    library.PQconnectdb.restype = ctypes.c_void_p
    library.PQconnectdb.argtypes = [ctypes.c_char_p]
    library.PQstatus.argtypes = [ctypes.c_void_p]
    library.PQerrorMessage.argtypes = [ctypes.c_void_p]
    library.PQerrorMessage.restype = ctypes.c_char_p
    library.PQfinish.argtypes = [ctypes.c_void_p]
    return library


def _free_address() -> str:
    """An address of the loopback network on which nobody listens."""
    for _ in range(100):
        address = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}.{random.randint(1, 254)}"
        with socket.socket() as probe:
            try:
                probe.bind((address, PORT))
            except OSError:
                continue
            return address
    raise RuntimeError(f"no loopback address has port {PORT} free: some server listens on all of them")


def _certificates(folder: Path, address: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    now = datetime.datetime.now(tz=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.crt"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = folder / "server.key"
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    secret.chmod(0o600)
    return file


def _give_away(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root; the folder is given to the nobody user then. It ends with whoever started it."""
    with_parent = ["setpriv", "--pdeathsig=QUIT"] if shutil.which("setpriv") else []
    if os.geteuid() != 0:
        return with_parent
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, "nobody")
    return [*with_parent, "--reuid=nobody", "--clear-groups"]


def _must(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


_POLL_SECONDS: Final = 0.05
