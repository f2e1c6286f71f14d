"""Makes the tables of all classes from the archives in the wheels of the bindings."""

from __future__ import annotations

import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from classes_generator.assembly import namespaces, unpacked, whole
from classes_generator.attributes import Attributes, attributes, nulls
from classes_generator.kubernetes import engine_table, kubernetes_table
from classes_generator.provider import provider_table, with_attributes
from twinstack.bindings.wheels import KUBERNETES, PROVIDER, members
from twinstack.errors import BindingsError


def build(archives: Mapping[str, Path]) -> dict[str, bytes]:
    """The table of each module by its import name, as JSON. Raises BindingsError where an archive is not as expected."""
    made: dict[str, bytes] = {}
    for package, archive in archives.items():
        try:
            tables = _provider(archive) if package == PROVIDER else _engine(package, archive)
            made |= {name: json.dumps(table, separators=(",", ":")).encode() for name, table in tables}
        except (OSError, EOFError, ValueError, LookupError, AssertionError, tarfile.TarError, zlib.error) as error:
            raise BindingsError(f"{package} cannot be read ({error}): install it again") from error
    return made


def _engine(package: str, archive: Path) -> Iterator[tuple[str, object]]:
    for name, content in members(archive):
        if (assembly := unpacked(name, content)) is not None:
            types = whole(assembly)
            if package == KUBERNETES:
                yield f"{package}.k8s", kubernetes_table("cdk8s-plus-27.k8s", types)
            else:
                yield package, engine_table(package, types)
            return
    raise ValueError("no assembly")


def _provider(archive: Path) -> Iterator[tuple[str, object]]:
    """The assembly stands before the text of the classes in the archive, so it waits, packed, for them."""
    waiting: dict[str, bytes] = {}
    folder, read, empty = "", dict[str, Attributes](), dict[str, list[str]]()
    for name, content in members(archive):
        if (assembly := unpacked(name, content)) is not None:
            waiting = {
                namespace.rpartition(".")[2].lower(): json.dumps(provider_table(namespace, types)).encode()
                for namespace, types in namespaces(assembly)
            }
            continue
        head, _, rest = name.removeprefix("lib/").partition("/")
        if not rest.endswith(".js"):
            continue
        if head != folder:
            yield from _finished(folder, read, empty, waiting)
            folder, read, empty = head, {}, {}
        text = content.read().decode()
        read |= attributes(text)
        empty |= nulls(text)
    yield from _finished(folder, read, empty, waiting)


def _finished(
    folder: str, read: Mapping[str, Attributes], empty: Mapping[str, list[str]], waiting: dict[str, bytes]
) -> Iterator[tuple[str, object]]:
    """The folder `kms-key` is of the namespace `@cdktf/provider-aws.kmsKey`."""
    packed = waiting.pop(folder.replace("-", ""), None)
    if packed is not None:
        yield f"{PROVIDER}.{folder.replace('-', '_')}", with_attributes(json.loads(packed), read, empty)
