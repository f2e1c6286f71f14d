"""The short-lived certificates of a throwaway control plane: two authorities, and what they sign."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its key, as objects and as the PEM files that the control plane reads."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    certificate_file: Path
    key_file: Path


@dataclass(frozen=True, slots=True)
class ServiceAccountKey:
    """What signs service account tokens. The API server takes only the public half for checking them."""

    private_file: Path
    public_file: Path


def authority(folder: Path, name: str) -> KeyPair:
    """Makes an authority that signs others, valid for two days."""
    return _make(folder, name, [(NameOID.COMMON_NAME, name)], None, None)


def server(folder: Path, name: str, signer: KeyPair) -> KeyPair:
    """Makes a server's certificate for localhost and 127.0.0.1."""
    return _make(folder, name, [(NameOID.COMMON_NAME, "localhost")], signer, ExtendedKeyUsageOID.SERVER_AUTH)


def client(folder: Path, name: str, signer: KeyPair, *, group: str = "") -> KeyPair:
    """Makes a client's certificate. Kubernetes reads the user from the common name, the group from the organization."""
    subject = [*([(NameOID.ORGANIZATION_NAME, group)] if group else []), (NameOID.COMMON_NAME, name)]
    return _make(folder, name, subject, signer, ExtendedKeyUsageOID.CLIENT_AUTH)


def service_account_key(folder: Path) -> ServiceAccountKey:
    """Makes the key of the service account tokens."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = ServiceAccountKey(folder / "service-account.key", folder / "service-account.pub")
    _write_key(made.private_file, key)
    made.public_file.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return made


def _make(
    folder: Path,
    name: str,
    subject: list[tuple[x509.ObjectIdentifier, str]],
    signer: KeyPair | None,
    usage: x509.ObjectIdentifier | None,
) -> KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(kind, text) for kind, text in subject])
    now = datetime.datetime.now(tz=datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(signer.certificate.subject if signer else named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A clock that is set back while the rehearsal runs must not make its own certificates "not yet valid".
        .not_valid_before(now - _LIFETIME)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_key_usage(signs=signer is None), critical=True)
    )
    if signer:
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
        builder = builder.add_extension(issuer, critical=False)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if usage == ExtendedKeyUsageOID.SERVER_AUTH:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    made = KeyPair(
        builder.sign(signer.key if signer else key, hashes.SHA256()),
        key,
        folder / f"{name}.crt",
        folder / f"{name}.key",
    )
    made.certificate_file.write_bytes(made.certificate.public_bytes(serialization.Encoding.PEM))
    _write_key(made.key_file, key)
    return made


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )


_LIFETIME: Final = datetime.timedelta(days=2)
