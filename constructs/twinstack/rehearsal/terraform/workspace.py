"""A private folder in which a synthesized stack can be initialized, planned and applied without AWS.

The stack's files are copied as they are. Beside them lies one override file, which keeps the state in the folder and,
for an older schema, sets the provider's version. The provider is found in a mirror that holds nothing but its version
(so `init` really resolves the stack's version constraint) and is served from the running process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from twinstack.errors import RehearsalError, UsageError
from twinstack.rehearsal import schemas
from twinstack.rehearsal.schema_provider import ADDRESSES, Cloud, SchemaProvider, serving
from twinstack.rehearsal.schema_provider.existing import Existing
from twinstack.rehearsal.schema_provider.schema import KINDS
from twinstack.terraform import Outcome, Program


@dataclass
class Workspace:
    """The private folder of a rehearsal, and everything that was printed in it."""

    folder: Path
    program: Program
    cloud: Cloud
    variables: Mapping[str, str]
    """Terraform's environment, with the way to the provider."""
    outputs: list[str] = field(default_factory=list)

    @property
    def configuration_file(self) -> Path:
        """The copy of the stack."""
        return self.folder / CONFIGURATION

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """The stack, as it is rehearsed."""
        return json.loads(self.configuration_file.read_text())

    @property
    def state_file(self) -> Path:
        """The state, once something is applied."""
        return self.folder / "terraform.tfstate"

    @property
    def plan_file(self) -> Path:
        """The plan that was made last."""
        return self.folder / "rehearsal.plan"

    def follow(self, configuration: Mapping[str, Any], source: Path | None = None) -> None:
        """Puts another configuration into the place of this one, with what lies beside it; the state stays."""
        if source is not None:
            shutil.copytree(source, self.folder, ignore=shutil.ignore_patterns(*_LEFT_OUT), dirs_exist_ok=True)
        self.configuration_file.write_text(json.dumps(configuration, indent=2))
        self.__dict__.pop("configuration", None)

    def run(self, *arguments: str, timeout_seconds: float = 600) -> Outcome:
        """Run a command of Terraform to its end. Raises RehearsalError where it cannot be run or takes too long."""
        # `init` has to find the provider by its version, as it will for the user; every other command is sent to ours.
        hidden = {"TF_REATTACH_PROVIDERS"} if arguments[0] == "init" else set()
        environment = {name: value for name, value in self.variables.items() if name not in hidden}
        begin = time.monotonic()
        try:
            run = subprocess.run(
                [self.program.path, *arguments],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RehearsalError(
                f"{self.program.title} {arguments[0]} was not done after {timeout_seconds:.0f} s"
            ) from error
        except OSError as error:
            raise RehearsalError(f"{self.program.title} does not run: {error}") from error
        self.outputs.append(run.stdout)
        return Outcome(run.returncode, run.stdout, time.monotonic() - begin)


@contextmanager
def workspace(
    stack: Path,
    *,
    schema: str = schemas.VERSIONS[0],
    program: str | None = None,
    without: Mapping[str, Collection[str]] | None = None,
    cloud: Cloud | None = None,
    provider: type[SchemaProvider] = SchemaProvider,
    following: Mapping[str, Any] | None = None,
) -> Generator[Workspace]:
    """Copy a stack (its folder, or the file `cdk.tf.json` in it) into a private folder and serve it a provider.

    `schema` is the provider version; `without` names arguments that are taken out of the copy, by resource type;
    `provider` is the class that answers Terraform; `following` is a configuration that will be put into the place of this
    one (`Workspace.follow`), whose types are served too.
    The folder is removed at the end. Raises UsageError where there is no stack and MissingToolError without Terraform.
    """
    source = stack if stack.is_dir() else stack.parent
    if not (source / CONFIGURATION).is_file():
        raise UsageError(f"{stack} holds no {CONFIGURATION}: synthesize the stack first")
    found = Program.find(program)
    memory = cloud or Cloud()
    with tempfile.TemporaryDirectory(prefix="twinstack-rehearsal-") as temporary:
        folder = Path(temporary) / "stack"
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        try:
            configuration = json.loads((folder / CONFIGURATION).read_text())
        except ValueError as error:
            raise UsageError(f"{source / CONFIGURATION} is not JSON: {error}") from error
        if take_out(configuration, without or {}):
            (folder / CONFIGURATION).write_text(json.dumps(configuration, indent=2))
        exact = schema if schema != schemas.VERSIONS[0] else None
        (folder / OVERRIDE).write_text(json.dumps(_override(configuration, exact), indent=2))
        variables = _variables(Path(temporary), found, schema)
        served = provider(schemas.read(schema), memory, _served(configuration, following or {}))
        served.existing = Existing(configuration, following or {})
        with serving(served) as reattach:
            yield Workspace(folder, found, memory, {**variables, **reattach})


@contextmanager
def cloud_for(
    configuration: Mapping[str, Any],
    *,
    schema: str = schemas.VERSIONS[0],
    program: str | None = None,
    cloud: Cloud | None = None,
    provider: type[SchemaProvider] = SchemaProvider,
) -> Generator[Mapping[str, str]]:
    """Serve the provider for a stack that lies anywhere, to whoever runs Terraform: gives the variables that lead to it.

    `configuration` is the stack's (`cdk.tf.json`). `init` wants them without TF_REATTACH_PROVIDERS, so that it finds the
    provider by its version. The state is kept where the stack says. Raises as `workspace` does.
    """
    found = Program.find(program)
    with tempfile.TemporaryDirectory(prefix="twinstack-rehearsal-") as temporary:
        variables = _variables(Path(temporary), found, schema)
        served = provider(schemas.read(schema), cloud or Cloud(), _served(configuration))
        served.existing = Existing(configuration)
        with serving(served) as reattach:
            yield {**variables, **reattach}


def _served(*configurations: Mapping[str, Any]) -> Mapping[str, Collection[str]] | None:
    """The types that are served: a type that the stack misspells is not in the schema, so it is refused as with all."""
    if any("module" in one for one in configurations):
        return None
    return {kind: {name: None for one in configurations for name in one.get(kind, {})} for kind in KINDS}


def _variables(temporary: Path, program: Program, version: str) -> dict[str, str]:
    """An environment of its own: no credentials, no settings, no caches of the user reach Terraform."""
    mirror = temporary / "mirror"
    for address in ADDRESSES:
        package = mirror / address / version / program.platform
        package.mkdir(parents=True)
        (package / f"terraform-provider-aws_v{version}").write_text("The provider is served by the rehearsal.\n")
    settings = temporary / "terraform.rc"
    settings.write_text(
        f"provider_installation {{\n  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n}}\n"
    )
    home = temporary / "home"
    home.mkdir()
    return {
        **{name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ},
        "HOME": str(home),
        "TF_CLI_CONFIG_FILE": str(settings),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
    }


def _override(configuration: Mapping[str, Any], version: str | None) -> dict[str, Any]:
    terraform: dict[str, Any] = {"backend": {"local": {}}}
    if version:
        required = configuration.get("terraform", {}).get("required_providers", {}).get("aws", {})
        terraform["required_providers"] = {
            "aws": {"source": required.get("source", "hashicorp/aws"), "version": version}
        }
    return {"terraform": terraform}


def take_out(configuration: Mapping[str, Any], without: Mapping[str, Collection[str]]) -> bool:
    """Take arguments out of the resources of a type; whether there were any."""
    taken = False
    for type_name, arguments in without.items():
        for resource in configuration.get("resource", {}).get(type_name, {}).values():
            for argument in arguments:
                taken = resource.pop(argument, None) is not None or taken
    return taken


CONFIGURATION: Final = "cdk.tf.json"
OVERRIDE: Final = "zz_override.tf.json"
_LEFT_OUT: Final[Sequence[str]] = (".terraform*", "terraform.tfstate*", OVERRIDE)
