"""Proves of any resource type, the library's or an outsider's, that its sides agree and give no more than is asked for."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from twinstack.environment import Access, Half, Offer, Reach, ResourceSpec
from twinstack.environment.names import snake_case
from twinstack.errors import ConfigurationError, TwinstackError, UsageError
from twinstack.testing.bench import Bench, Built
from twinstack.testing.comparison import shown
from twinstack.testing.resource_rules import (
    broad_grants,
    grants_nothing,
    local_gaps,
    open_doors,
    undeclared_names,
    unlinked_leftovers,
    unpublished,
)

if TYPE_CHECKING:
    from twinstack.environment.stand_in import StandIn


def check_resource(
    spec: type[ResourceSpec],
    construct: Callable[..., Any] | str | None,
    *,
    example: Mapping[str, Any] | str,
    key: str | None = None,
) -> None:
    """Proves a resource type in a minimal product, where a worker links to it with each access level.

    `construct` is its AWS side, made as `construct(stack, spec)`, with `network=` and `cluster=` where it takes them; a
    function that makes it will do, and so will its name, `"acme_queue.aws:Queue"`, which is then imported once the
    engine runs; None for a resource without an AWS side. `example` is the spec's fields, as a mapping or as YAML; `key`
    the field that holds it in the environment, made of the class's name unless given.

    What is proved: every access level has an offer; the local stand-in fills the same variables, and tells what each
    line of .env.example is; every secret that is offered exists under its name; no grant has a `*`; the security group
    admits the cluster on the offer's port and nobody else; without a link there is neither a grant nor a rule; names
    are declared and within their limits; the construct has `.resource`. Raises AssertionError with everything that is
    wrong, each with what to do, and UsageError for a call that proves nothing.
    """
    __tracebackhide__ = True
    subject = Subject(spec, _construct(spec, construct), key or _key(spec))
    found = list(_violations(subject, _fields(example)))
    if found:
        head = f"{spec.__name__}: {len(found)} thing{'s are' if len(found) > 1 else ' is'} wrong"
        raise AssertionError("\n".join([head, *(f"  {number}. {text}" for number, text in enumerate(found, start=1))]))


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource type, and how messages name its parts."""

    spec: type[ResourceSpec]
    construct: Callable[..., Any] | None
    key: str

    def method(self, name: str) -> str:
        """`QueueSpec.local() (acme_queue/spec.py)`."""
        return f"{self.spec.__name__}.{name}() ({_file(self.spec)})"

    def aws_method(self, name: str) -> str:
        """`Queue.grant() (acme_queue/aws.py)`."""
        kind = self.construct
        assert kind is not None
        return f"{getattr(kind, '__name__', 'the construct')}.{name}() ({_file(kind)})"


def _violations(subject: Subject, example: Mapping[str, Any]) -> Iterator[str]:
    if not subject.spec.access_levels:
        yield f"no access level: give {subject.spec.__name__}.access_levels ({_file(subject.spec)}) at least one"
        return
    try:
        linked = Bench(subject.spec, subject.key, example, linked=True)
        unlinked = Bench(subject.spec, subject.key, example, linked=False)
    except NotImplementedError as error:
        yield f"{error} is missing: write {subject.method('offer')}"
        return
    except ConfigurationError as error:
        yield f"the example is refused when it loads: give fields that fit, or mend the rule\n{_indented(str(error))}"
        return
    except TwinstackError as error:
        yield f"{error} ({_file(subject.spec)})"
        return
    except Exception as error:  # noqa: BLE001  whatever an outsider's spec raises is what it is told
        yield f"the spec cannot be loaded: {type(error).__name__}: {_first_line(error)}: mend {_file(subject.spec)}"
        return
    offers, stand_in, broken = _pure_side(subject, linked)
    yield from broken
    if stand_in is not None:
        yield from local_gaps(subject, offers, stand_in)
    if subject.construct is None or broken:
        return
    try:
        built, alone = linked.build(subject.construct), unlinked.build(subject.construct)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001  as above
        yield f"the Terraform half cannot be made: {type(error).__name__}: {_first_line(error)}: mend {_file(subject.construct)}"
        return
    made = replace(subject, construct=type(built.construct))  # a function may have made it
    yield from _aws_side(made, linked, offers, built, alone)


def _pure_side(subject: Subject, bench: Bench) -> tuple[dict[Access, Offer], StandIn | None, list[str]]:
    """The offers, the stand-in, and what keeps either from being known."""
    offers: dict[Access, Offer] = {}
    broken = []
    for access in subject.spec.access_levels:
        offer = bench.spec.offer(access)
        offers[access] = offer
        if offer.reach is not Reach.NOTHING and offer.port is None:
            broken.append(
                f"the offer of {access} says where traffic goes ({offer.reach}) but not to which port: give it one in "
                f"{subject.method('offer')}"
            )
    try:
        return offers, bench.spec.local(), broken
    except Exception as error:  # noqa: BLE001  as above
        broken.append(f"local() fails: {type(error).__name__}: {_first_line(error)}: mend {subject.method('local')}")
        return offers, None, broken


def _aws_side(
    subject: Subject, bench: Bench, offers: Mapping[Access, Offer], built: Built, alone: Built
) -> Iterator[str]:
    yield from unpublished(subject, offers, built)
    for access, offer in offers.items():
        account = bench.worker(access).service_account
        yield from broad_grants(subject, access, account, built)
        if offer.reach is Reach.AWS_API:
            yield from grants_nothing(subject, access, account, bench.spec, built)
    yield from open_doors(subject, offers, built)
    yield from unlinked_leftovers(subject, bench, alone)
    yield from undeclared_names(subject, bench.spec, built)
    if getattr(built.construct, "resource", None) is None:
        yield f"the construct has no `.resource`, the way to its main object: add the property {subject.aws_method('resource')}"


def _construct(spec: type[ResourceSpec], construct: Callable[..., Any] | str | None) -> Callable[..., Any] | None:
    if construct is None and Half.INFRASTRUCTURE in spec.built_in:
        raise UsageError(
            f"{spec.__name__} is built in the infrastructure half: give check_resource its construct, or say "
            "`built_in: ClassVar = frozenset()` if it has none"
        )
    if not isinstance(construct, str):
        return construct
    from twinstack.bindings import activate

    here = Path.cwd()
    activate(next((folder for folder in (here, *here.parents) if (folder / "pyproject.toml").is_file()), here))
    module, _, name = construct.partition(":")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise UsageError(f'there is no "{construct}": {error}') from error
    return found


def _fields(example: Mapping[str, Any] | str) -> Mapping[str, Any]:
    fields = yaml.safe_load(example) or {} if isinstance(example, str) else example
    if not isinstance(fields, Mapping):
        raise UsageError(f"the example is {shown(fields)}: give the spec's fields, as a mapping or as YAML")
    return fields


def _key(spec: type[ResourceSpec]) -> str:
    """`WebServiceSpec` is `web_service`."""
    return snake_case(spec.__name__.removesuffix("Spec")) or FALLBACK


def _file(of: object) -> str:
    """The file and its folder."""
    try:
        return "/".join(Path(inspect.getfile(of)).parts[-2:])  # ty: ignore[invalid-argument-type]
    except (TypeError, OSError):
        return "its file"


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")


def _indented(text: str) -> str:
    return "\n".join(f"       {line}" for line in text.splitlines())


FALLBACK: Final = "resource"
