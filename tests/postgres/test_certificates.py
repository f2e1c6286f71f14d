"""Who answers in the database's place is refused: Amazon's certificates as they are shipped, and libpq with a real server."""

from __future__ import annotations

import datetime
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.postgres.server import Server, run_script, server
from twinstack.environment.regions import REGIONS
from twinstack.postgres.certificates import DATA, extract, roots

LONGEST_YEARS = 5
"""How long a release of the library may be in use: no certificate may end within it."""


@pytest.mark.parametrize("region", roots())
def test_each_root_is_amazons_of_its_region_and_lives_for_long(region: str) -> None:
    (read,) = ssl.create_default_context(cadata=roots()[region]).get_ca_certs()
    names = {key: value for ((key, value),) in read["subject"]}
    assert names["commonName"] == f"Amazon RDS {region} Root CA RSA2048 G1"
    assert names["organizationalUnitName"] == "Amazon RDS"
    assert read["subject"] == read["issuer"]
    assert ssl.cert_time_to_seconds(str(read["notAfter"])) > time.time() + LONGEST_YEARS * 366 * 86400
    assert region in REGIONS


def test_the_regions_of_the_product_are_among_them() -> None:
    assert {"us-east-1", "us-west-2", "eu-central-1", "eu-west-1"} <= set(roots())
    assert len(roots()) == DATA.read_text(encoding="ascii").count("BEGIN CERTIFICATE") == 27


def test_the_data_is_what_the_command_makes_of_the_package(tmp_path) -> None:
    folder = tmp_path / "lib" / "profiles" / "ca"
    folder.mkdir(parents=True)
    # The package has each line as a JavaScript string of its own, and older and other authorities among them.
    pems = [
        *reversed(roots().values()),
        made("Amazon RDS Root 2019 CA").pem,
        made("Amazon RDS Preview us-east-2 Root CA RSA2048 G1").pem,
    ]
    lines = " +\n".join(f"'{line}\\n'" for pem in pems for line in pem.splitlines())
    (folder / "defaults.js").write_text(f"exports.defaults = [{lines}];", encoding="ascii")
    assert extract(tmp_path) == DATA.read_text(encoding="ascii")


@dataclass(frozen=True)
class Authority:
    """Somebody who signs."""

    name: x509.Name
    key: rsa.RSAPrivateKey
    pem: str

    def sign(self, host: str) -> dict[str, str]:
        """A server's certificate and key for this host name."""
        key = _key()
        alternative = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = _builder(x509.Name([]), self.name, key).add_extension(alternative, critical=True)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {"server.crt": _pem(certificate.sign(self.key, hashes.SHA256())), "server.key": secret.decode()}


def made(common_name: str) -> Authority:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    key = _key()
    constraint = x509.BasicConstraints(ca=True, path_length=None)
    certificate = _builder(name, name, key).add_extension(constraint, critical=True).sign(key, hashes.SHA256())
    return Authority(name, key, _pem(certificate))


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


@dataclass(frozen=True)
class Secured:
    """A server of `localhost`, the authority that signed it, and another authority, as files."""

    server: Server
    right: str
    other: str

    def admin(self, root: str, host: str = "localhost") -> str:
        options = f"sslmode=verify-full&sslrootcert={root}"
        return self.server.url("analytics_admin", "master", host=host, options=options)


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    right, other = made("The right one"), made("Another one")
    files = {**right.sign("localhost"), "right.pem": right.pem, "other.pem": other.pem}
    settings = ("ssl=on", "ssl_cert_file=../server.crt", "ssl_key_file=../server.key")
    with server(*settings, certificates=files) as running:
        yield Secured(running, str(running.folder / "right.pem"), str(running.folder / "other.pem"))


def test_the_database_itself_is_let_in(secured: Secured) -> None:
    found = secured.server.query(
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", url=secured.admin(secured.right)
    )
    assert (found.returncode, found.stdout.strip()) == (0, "t"), found.stderr


def test_another_authoritys_server_is_refused(secured: Secured) -> None:
    refused = secured.server.query("SELECT 1", url=secured.admin(secured.other))
    assert refused.returncode != 0
    assert "certificate verify failed" in refused.stderr


def test_the_right_authoritys_server_of_another_name_is_refused(secured: Secured) -> None:
    refused = secured.server.query("SELECT 1", url=secured.admin(secured.right, host="127.0.0.1"))
    assert refused.returncode != 0
    assert "does not match host name" in refused.stderr


def test_the_script_makes_no_role_on_a_server_that_it_does_not_know(secured: Secured) -> None:
    application = secured.server.url("analytics_user", "first", host="localhost")
    for admin, reason in (
        (secured.admin(secured.other), "certificate verify failed"),
        (secured.admin(secured.right, host="127.0.0.1"), "does not match host name"),
        (secured.admin("/etc/twinstack/missing.pem"), "does not exist"),
    ):
        refused = run_script(application, admin)
        assert refused.returncode != 0
        assert reason in refused.stderr
        assert "master" not in refused.stderr + refused.stdout
    assert run_script(application, secured.admin(secured.right)).returncode == 0
