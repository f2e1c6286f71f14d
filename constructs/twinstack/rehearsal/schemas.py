"""The AWS provider's schema, read out of the wheel of its CDK bindings and kept compressed beside this module.

The bindings are generated from the provider's own schema, one JavaScript module for each resource, and keep nearly
all of it. Two wheels are known: `cdktf-cdktf-provider-aws` (AWS 6.25.0) and `cdktn-provider-aws` (AWS 6.69.1).

What the bindings do not keep, and the schema therefore does not know: allowed values, lengths and conflicts between
arguments; which change replaces a resource; which values are sensitive; the greatest number of blocks unless it is
one; whether a repeated structure is a block or a nested argument (taken for a block). The older wheel also does not
say which of the optional arguments AWS fills in, and has no ephemeral resources: both are read from the newer schema.
"""

from __future__ import annotations

import json
import lzma
import re
import tarfile
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final

from twinstack.errors import RehearsalError, UsageError
from twinstack.rehearsal.bindings_module import BindingsModule
from twinstack.rehearsal.schema_provider.schema import Attribute, Block, NestedBlock, Schema

VERSIONS: Final = ("6.69.1", "6.25.0")
"""The provider versions whose schemas are shipped, newest first."""


@lru_cache(maxsize=2)
def read(version: str) -> Schema:
    """The shipped schema of a provider version. Raises UsageError for a version that is not shipped."""
    if version not in VERSIONS:
        raise UsageError(f'there is no schema of AWS provider "{version}"; there are {" and ".join(VERSIONS)}')
    return _load(file_of(version))


def file_of(version: str) -> Path:
    """Where the schema of a provider version is kept."""
    return Path(__file__).parent / "schemas" / f"aws-{version}.json.xz"


def extract(wheel_or_package: Path, version: str, out: Path, *, complement: Path | None = None) -> Schema:
    """Write the schema of an AWS provider version, taken from its bindings, to `out`: the same bytes at every run.

    `wheel_or_package` is the bindings' wheel or the folder of the installed package. `complement` is a schema file of
    a newer version, asked for what the older bindings leave out.
    Raises UsageError where there are no bindings, or bindings of another version, and RehearsalError with the names
    of the modules that could not be read.
    """
    kinds: dict[str, dict[str, list[Any]]] = {"resource": {}, "data": {}, "ephemeral": {}}
    newer = _load(complement) if complement else None
    provider = Block()
    unread: list[str] = []
    for name, source in _modules(wheel_or_package):
        try:
            module = BindingsModule.read(source)
        except (KeyError, ValueError) as error:
            unread.append(f"{name} ({error!r})")
            continue
        if module.provider_version not in (version, ""):
            raise UsageError(f"{wheel_or_package.name} is of AWS {module.provider_version}, not {version}")
        if module.kind == "provider":
            provider = module.block
        elif newer and module.type_name in newer.names(module.kind):
            later = Block.from_json(newer.compact[module.kind][module.type_name])
            kinds[module.kind][module.type_name] = _completed(module.block, later).to_json()
        else:
            kinds[module.kind][module.type_name] = module.block.to_json()
    if unread:
        raise RehearsalError("these modules of the bindings have an unknown shape: " + ", ".join(unread))
    if newer and not kinds["ephemeral"]:
        kinds["ephemeral"] = {name: newer.compact["ephemeral"][name] for name in sorted(_EARLY_EPHEMERAL)}
    schema = Schema(version, provider, kinds)
    text = json.dumps(schema.to_json(), separators=(",", ":"))
    out.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return schema


def _completed(block: Block, newer: Block) -> Block:
    """The block, with what only the newer one tells: which optional arguments AWS fills in, and which are write-only."""

    def complete(name: str, one: Attribute) -> Attribute:
        later = newer.attributes.get(name)
        if later is None or not one.optional:
            return one
        return Attribute(
            one.type, False, True, one.computed or later.computed, one.write_only or later.write_only, one.nested
        )

    def descend(name: str, one: NestedBlock) -> NestedBlock:
        later = newer.blocks.get(name)
        return NestedBlock(one.nesting, _completed(one.block, later.block), one.minimum, one.maximum) if later else one

    return Block(
        {name: complete(name, one) for name, one in block.attributes.items()},
        {name: descend(name, one) for name, one in block.blocks.items()},
    )


def _load(path: Path) -> Schema:
    return Schema.from_json(json.loads(lzma.decompress(path.read_bytes())))


def _modules(wheel_or_package: Path) -> Iterator[tuple[str, str]]:
    """The bindings' modules: folder name and JavaScript, large modules put together from their parts."""
    parts: dict[str, list[str]] = {}
    with _archive(wheel_or_package) as stream, tarfile.open(fileobj=stream, mode="r|gz") as archive:
        for member in archive:
            match = _MODULE.fullmatch(member.name)
            content = archive.extractfile(member) if match else None
            if match and content:
                text, _, _source_map = content.read().decode().partition("\n//# sourceMappingURL=")
                parts.setdefault(match[1], []).append(text)
    for folder in sorted(parts):
        yield folder, "\n".join(parts[folder])


@contextmanager
def _archive(wheel_or_package: Path) -> Generator[IO[bytes]]:
    if wheel_or_package.is_dir():
        found = next(iter(sorted(wheel_or_package.glob("**/_jsii/*.jsii.tgz"))), None)
        if found is None:
            raise UsageError(f"{wheel_or_package} holds no bindings (_jsii/*.jsii.tgz)")
        with found.open("rb") as stream:
            yield stream
        return
    try:
        with zipfile.ZipFile(wheel_or_package) as wheel:
            inside = [name for name in wheel.namelist() if name.endswith(".jsii.tgz")]
            if not inside:
                raise UsageError(f"{wheel_or_package} holds no bindings (_jsii/*.jsii.tgz)")
            with wheel.open(inside[0]) as stream:
                yield stream
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(f"{wheel_or_package} is neither a wheel nor an installed package: {error}") from error


_EARLY_EPHEMERAL: Final = (
    "aws_cognito_identity_openid_token_for_developer_identity",
    "aws_eks_cluster_auth",
    "aws_kms_secrets",
    "aws_lambda_invocation",
    "aws_secretsmanager_random_password",
    "aws_secretsmanager_secret_version",
    "aws_ssm_parameter",
)
"""The ephemeral resources that were there before 6.25, from the provider's change log."""
_MODULE: Final = re.compile(r"package/lib/((?!provider-functions)[\w-]+)/(?:index|index-structs/structs\d+)\.js")
