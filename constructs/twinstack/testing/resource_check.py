"""Proves of any resource type, the library's or an outsider's, that its sides agree and give no more than is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from twinstack.environment import Access, Half, Offer, Reach, ResourceSpec, WorkloadSpec
from twinstack.environment.names import snake_case
from twinstack.errors import BindingsError, ConfigurationError, MissingToolError, TwinstackError, UsageError
from twinstack.layers.document import parse
from twinstack.testing.author_code import engine_imports, file_of, told
from twinstack.testing.bench import Bench, Built, arguments_of
from twinstack.testing.block_rules import leaked_values, moving_addresses, unprotected
from twinstack.testing.comparison import shown
from twinstack.testing.construct_reference import BrokenModuleError, find_construct
from twinstack.testing.resource_rules import (
    broad_grants,
    grants_nothing,
    local_gaps,
    missing_parts,
    open_doors,
    undeclared_names,
    unlabelled,
    unlinked_leftovers,
    unpublished,
)
from twinstack.testing.subject import Subject

if TYPE_CHECKING:
    from twinstack.environment.stand_in import StandIn


def check_resource(
    spec: type[ResourceSpec],
    construct: Callable[..., Any] | str | None,
    *,
    example: Mapping[str, Any] | str,
    key: str | None = None,
    stateful: bool = True,
) -> None:
    """Proves a resource type in a minimal product, where a worker links to it with each access level.

    `construct` is its AWS side, made as `construct(stack, spec)`, with `network=` and `cluster=` where it takes them; a
    function that makes it will do, and so will its name, `"acme_queue.aws:Queue"`, which is then imported once the
    engine runs; None for a resource without an AWS side. `example` is the spec's fields, as a mapping or as YAML; `key`
    the field that holds it in the environment, made of the class's name unless given. `stateful=False` says that its
    `.resource` holds nothing: then it may be destroyed in a protected environment too.

    What is proved, in a plain and in a protected environment: every access level has an offer; the local stand-in fills
    the same variables, and the same parts of a connection, and tells what each line of .env.example is; every secret that is offered exists under its name,
    is published, and is written with its version's label; no secret value is in an argument that Terraform keeps; no grant has a `*`; the security group
    admits the cluster on the offer's port and nobody else; without a link there is neither a grant nor a rule; names
    are declared and within their limits; addresses are pinned, under the spec's key; the construct has `.resource`,
    which a protected environment keeps; the spec's modules do not start the engine. The protected environment
    acknowledges whatever the spec's rules say of the example. Raises AssertionError with everything that is wrong, each
    with what to do, and UsageError for a call that proves nothing.
    """
    __tracebackhide__ = True
    fields = _fields(example)
    broken = []
    try:
        made = _construct(spec, construct)
    except BrokenModuleError as error:
        made = None
        broken = [f"the construct cannot be imported: {error}"]
    subject = Subject(spec, made, key or _key(spec), stateful=stateful)
    found = [*broken, *_violations(subject, fields)]
    if found:
        head = f"{spec.__name__}: {len(found)} thing{'s are' if len(found) > 1 else ' is'} wrong"
        raise AssertionError("\n".join([head, *(f"  {number}. {text}" for number, text in enumerate(found, start=1))]))


def _violations(subject: Subject, example: Mapping[str, Any]) -> Iterator[str]:
    if not subject.spec.access_levels:
        yield f"no access level: give {subject.spec.__name__}.access_levels ({file_of(subject.spec)}) at least one"
        return
    for place in engine_imports(subject.spec):
        yield f"{place}, which starts the engine whenever the spec is read: import it in the construct's module alone"
    try:
        linked = _bench(subject, example)
        unlinked = _bench(subject, example, linked=False)
        protected = _bench(subject, example, protected=True)
    except RefusedError as refused:
        yield str(refused)
        return
    pure = {IN_PLAIN: _pure_side(subject, linked), IN_PROTECTED: _pure_side(subject, protected)}
    yield from _told_apart({where: side.found for where, side in pure.items()})
    if subject.construct is None or any(side.is_broken for side in pure.values()):
        return
    arguments = arguments_of(subject.construct)
    try:
        built = _build(subject, linked, arguments)
        alone = _build(subject, unlinked, arguments)
        kept = _build(subject, protected, arguments, IN_PROTECTED)
    except RefusedError as refused:
        yield str(refused)
        return
    made = replace(subject, construct=type(built.construct))  # a function may have made it
    yield from _told_apart(
        {
            IN_PLAIN: [
                *_aws_side(made, linked, pure[IN_PLAIN].offers, built),
                *unlinked_leftovers(made, linked, alone),
            ],
            IN_PROTECTED: [
                *_aws_side(made, protected, pure[IN_PROTECTED].offers, kept),
                *(unprotected(made, kept) if subject.stateful else ()),
            ],
        }
    )


def _told_apart(found: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """What is wrong everywhere once; what is wrong in one environment alone with its description."""
    said: set[str] = set()
    for where, texts in found.items():
        yield from (f"{where}{text}" for text in texts if text not in said)
        said.update(texts)


class RefusedError(Exception):
    """A part that cannot be made; the text is what the author is told."""


def _bench(subject: Subject, example: Mapping[str, Any], *, linked: bool = True, protected: bool = False) -> Bench:
    where = IN_PROTECTED if protected else IN_PLAIN
    try:
        return Bench(subject.spec, subject.key, example, linked=linked, protected=protected)
    except NotImplementedError as error:
        raise RefusedError(f"{error} is missing: write {subject.method('offer')}") from error
    except ConfigurationError as error:
        acknowledged = example.get("acknowledge", {})
        codes = {one.code for one in error.problems if f"{subject.key}.acknowledge: " in one.fix}
        if protected and codes - {*acknowledged}:
            reasons = {**acknowledged, **dict.fromkeys(codes, "an example is no production")}
            return _bench(subject, {**example, "acknowledge": reasons}, linked=linked, protected=True)
        words = f"{where}the example is refused when it loads: give fields that fit, or mend the rule"
        raise RefusedError(f"{words}\n{_indented(str(error))}") from error
    except TwinstackError as error:
        raise RefusedError(told(error, file_of(subject.spec))) from error
    except Exception as error:  # whatever an outsider's spec raises is what it is told
        raise RefusedError(f"{where}the spec cannot be loaded: {told(error, file_of(subject.spec))}") from error


def _build(subject: Subject, bench: Bench, arguments: Mapping[str, Any], where: str = "") -> Built:
    assert subject.construct is not None
    try:
        return bench.build(subject.construct, arguments)
    except (BindingsError, MissingToolError):
        raise
    except Exception as error:  # as above
        words = f"{where}the Terraform half cannot be made: {told(error, file_of(subject.construct))}"
        raise RefusedError(words) from error


@dataclass(frozen=True, slots=True)
class PureSide:
    """What the spec itself says, and what is wrong with it; nothing is built of what is broken."""

    offers: Mapping[Access, Offer]
    found: list[str]
    is_broken: bool


def _pure_side(subject: Subject, bench: Bench) -> PureSide:
    offers = {access: bench.spec.offer(access) for access in subject.spec.access_levels}
    broken = [*_aimless(subject, offers)]
    stand_in: StandIn | None = None
    try:
        stand_in = bench.spec.local()
    except Exception as error:  # noqa: BLE001  as above
        broken.append(f"local() fails: {told(error, subject.method('local'))}")
    gaps = local_gaps(subject, offers, stand_in) if stand_in is not None else ()
    return PureSide(offers, [*broken, *gaps], bool(broken))


def _aimless(subject: Subject, offers: Mapping[Access, Offer]) -> Iterator[str]:
    """Offers that do not say where traffic goes."""
    for access, offer in offers.items():
        if offer.reach is not Reach.NOTHING and not offer.port:
            yield (
                f"the offer of {access} says where traffic goes ({offer.reach}) but not to which port: give it one in "
                f"{subject.method('offer')}"
            )
        if offer.reach is Reach.PODS and not issubclass(subject.spec, WorkloadSpec):
            yield (
                f"the offer of {access} says that pods of the product answer, but this is no workload: say "
                f"`Reach.DATABASE_TIER`, `Reach.AWS_API` or `Reach.NOTHING` in {subject.method('offer')}"
            )


def _aws_side(subject: Subject, bench: Bench, offers: Mapping[Access, Offer], built: Built) -> list[str]:
    found = [
        *unpublished(subject, offers, built),
        *unlabelled(subject, offers, built),
        *missing_parts(subject, offers, built),
        *leaked_values(subject, built),
    ]
    for access, offer in offers.items():
        account = bench.worker(access).service_account
        found += broad_grants(subject, access, account, built)
        if offer.reach is Reach.AWS_API:
            found += grants_nothing(subject, access, account, bench.spec, built)
    found += open_doors(subject, offers, built)
    found += undeclared_names(subject, bench.spec, built)
    found += moving_addresses(subject, built)
    if getattr(built.construct, "resource", None) is None:
        found.append(
            "the construct has no `.resource`, the way to its main object: add the property "
            f"{subject.aws_method('resource')}"
        )
    return found


def _construct(spec: type[ResourceSpec], construct: Callable[..., Any] | str | None) -> Callable[..., Any] | None:
    if construct is None and Half.INFRASTRUCTURE in spec.built_in:
        raise UsageError(
            f"{spec.__name__} is built in the infrastructure half: give check_resource its construct, or say "
            "`built_in: ClassVar = frozenset()` if it has none"
        )
    return find_construct(construct) if isinstance(construct, str) else construct


def _fields(example: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """The example, read as the layers of a product are."""
    if not isinstance(example, str):
        fields: Any = example
    else:
        document = parse(example, "example")
        if document.problems:
            problems = _indented("\n".join(map(str, document.problems)))
            raise UsageError(f"the example cannot be read: give the spec's fields, as a mapping or as YAML\n{problems}")
        fields = document.data
    if not isinstance(fields, Mapping):
        raise UsageError(f"the example is {shown(fields)}: give the spec's fields, as a mapping or as YAML")
    return fields


def _key(spec: type[ResourceSpec]) -> str:
    """`WebServiceSpec` is `web_service`."""
    return snake_case(spec.__name__.removesuffix("Spec")) or FALLBACK


def _indented(text: str) -> str:
    return "\n".join(f"       {line}" for line in text.splitlines())


FALLBACK: Final = "resource"
IN_PLAIN: Final = ""
IN_PROTECTED: Final = "in a protected environment "
