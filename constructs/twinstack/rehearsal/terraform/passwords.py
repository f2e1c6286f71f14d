"""Whether a password that a resource took is also where its readers look for it, even after a run that broke off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from twinstack.errors import Problem, RehearsalError, UsageError
from twinstack.rehearsal import schemas
from twinstack.rehearsal.schema_provider import Cloud, Failure, Write
from twinstack.rehearsal.terraform.workspace import Workspace, workspace
from twinstack.terraform.diagnostics import of_text, problems_of


def unreadable(cloud: Cloud) -> Iterator[Problem]:
    """A Problem for each write-only value that a resource took last and that no secret holds now."""
    latest: dict[tuple[str, str, str], Write] = {
        (write.type_name, write.identity, write.argument): write
        for write in cloud.writes
        if write.type_name != SECRET_VERSION
    }
    held = cloud.secret_values
    for write in latest.values():
        if not any(str(write.value) in value for value in held):
            yield Problem(
                "TW808",
                f"{write.argument} of this {write.type_name} is in no secret, so nothing can log in with it",
                f"{write.type_name} {write.identity}",
                allowed="a value read back from the secret that holds it",
                fix="write the password into its secret first, and read it from there",
            )


def rehearse_interruption(
    stack: Path,
    address: str,
    *,
    after: bool = False,
    schema: str = schemas.VERSIONS[0],
    program: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Sequence[Problem]:
    """Apply a stack with `address` (`aws_db_instance.database`) failing, apply it again, and compare the passwords.

    `after` false: AWS refuses to make it. True: it is made, but Terraform does not hear of it.
    Returns what is wrong afterwards. Raises UsageError for an address that the stack does not have, and RehearsalError
    where the stack cannot be initialized or the first apply does not fail.
    """
    with workspace(stack, schema=schema, program=program) as place:
        place.cloud.fail(Failure(*_arguments(place, address), after=after))
        if place.run("init", "-no-color").status:
            raise RehearsalError(f"{place.program.title} init failed: rehearse the stack without an interruption first")
        progress(f"{place.program.title} apply, with {address} failing")
        if place.run(*_APPLY).status == 0:
            raise RehearsalError(f"the apply went through, although {address} was to fail")
        progress(f"{place.program.title} apply, once more")
        outcome = place.run(*_APPLY)
        if outcome.status:
            diagnostics = [message["diagnostic"] for message in outcome.messages if "diagnostic" in message]
            return tuple(problems_of(diagnostics, place.configuration_file, "TW809")) or tuple(
                of_text(outcome.output, "TW809")
            )
        return tuple(unreadable(place.cloud))


def _arguments(place: Workspace, address: str) -> tuple[str, dict[str, Any]]:
    """The resource's type, and those of its arguments that are written out: that is how the made-up AWS knows it."""
    type_name, _, name = address.partition(".")
    resource = place.configuration.get("resource", {}).get(type_name, {}).get(name)
    if resource is None:
        raise UsageError(f'the stack has no resource "{address}"')
    return type_name, {
        argument: value for argument, value in resource.items() if isinstance(value, str) and "${" not in value
    }


SECRET_VERSION: Final = "aws_secretsmanager_secret_version"  # noqa: S105  a resource type
_APPLY: Final = ("apply", "-auto-approve", "-json")
