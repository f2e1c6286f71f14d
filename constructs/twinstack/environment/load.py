"""Makes an environment object of its layers, or says everything that is wrong with them at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from twinstack.environment.base import NAME, REGION, Environment
from twinstack.environment.layers import SET_LAYER, Merged, assignments, base_only, merge
from twinstack.environment.link_rules import as_meant, check_links, check_offers
from twinstack.environment.model import Finding
from twinstack.environment.names import KINDS, check_name
from twinstack.environment.regions import REGIONS
from twinstack.environment.repair import nearest
from twinstack.environment.spec import Spec
from twinstack.environment.validation import ARITHMETIC, spec_kinds, validate
from twinstack.environment.yaml import Document, Path_, dotted, parse
from twinstack.errors import ConfigurationError, Location, Problem, UsageError

E = TypeVar("E", bound=Environment)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[E]):
    """An environment, where its values came from, and what will go wrong later."""

    environment: E
    merged: Merged
    warnings: Sequence[Problem]


def load(kind: type[E], name: str, documents: Sequence[tuple[str, Document]], today: datetime.date) -> Loaded[E]:
    """Merges, validates and binds. Raises ConfigurationError with every problem of every layer."""
    written = [problem for _, document in documents for problem in document.problems]
    merged = merge(documents)
    kinds = spec_kinds(kind)
    is_broken = any(document.is_broken for _, document in documents)
    found = [*check_links(kinds, merged)]
    environment, specs, wrong = validate(kind, as_meant(kinds, merged) if found else merged)
    found += wrong
    if environment is not None:
        environment.bind(name, specs, today)
        is_whole = not found
        found += _collect(check_offers(environment, merged), is_whole=is_whole)
        found += _review(environment, merged, is_whole=is_whole)
    found = [*_without_echoes(found, written, is_broken=is_broken)]
    if not documents[0][1].data and any(problem.code == "TW107" and problem.path in _SHARED for problem in found):
        found = [_empty(kind, documents[0][1].file)]
    problems = [
        *_check_environment_name(name, documents),
        *(() if is_broken else _check_protection(name, merged)),
        *written,
        *base_only(documents, locked_keys(kind)),
        *_check_deprecated(kind, merged),
        *_check_region(merged),
        *(_in_environment(problem, name, documents) for problem in found),
    ]
    errors = [problem for problem in problems if not problem.warning]
    if errors or environment is None:
        # Of a broken environment it is not known what no rule needs.
        raise ConfigurationError(problem for problem in problems if problem.code != _UNUSED)
    return Loaded(environment, merged, tuple(problems))


def load_text(
    kind: type[E],
    name: str,
    layers: Mapping[str, str],
    today: datetime.date,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002  the word of the command line
) -> Loaded[E]:
    """As `load`, of layers written in place, the weakest first: for the tests of a spec.

    `load_text(Shop, "prod", {"base": "…", "prod": "database: {multi_az: true}"}, datetime.date(2026, 11, 24))`
    """
    documents = [(layer, parse(text, f"environments/{layer}.yaml")) for layer, text in layers.items()]
    if set:
        documents.append((SET_LAYER, assignments(set)))
    return load(kind, name, documents, today)


def locked_keys(kind: type[Environment]) -> dict[tuple[str, str], str]:
    """Every `(field, key)` that only the base layer may hold, with the reason."""
    return {
        (field, key): "a difference between environments here would be found in production"
        for field, spec in spec_kinds(kind).items()
        for key, info in spec.__pydantic_fields__.items()
        if isinstance(info.json_schema_extra, dict) and info.json_schema_extra.get("base_only")
    }


def _check_deprecated(kind: type[Environment], merged: Merged) -> Iterator[Problem]:
    """A warning for each key that a coming release will not know."""
    for field, spec in spec_kinds(kind).items():
        section = merged.data.get(field)
        for key in section if isinstance(section, Mapping) else ():
            info = spec.__pydantic_fields__.get(key)
            extra = info.json_schema_extra if info else None
            if isinstance(extra, dict) and "gone_in" in extra:
                yield Problem(
                    "TW505",
                    f"`{key}` will be gone in twinstack {extra['gone_in']}",
                    dotted((field, key)),
                    merged.locate((field, key)),
                    given=key,
                    allowed=str(extra["instead"]),
                    fix=f"write `{extra['instead']}`",
                    warning=True,
                )


def _check_region(merged: Merged) -> Iterator[Problem]:
    """A warning for a region that is probably misspelt: AWS adds some, so it is none to refuse."""
    region = merged.data.get("region")
    if isinstance(region, str) and region not in REGIONS and REGION.fullmatch(region):
        guess = nearest(region, REGIONS)
        yield Problem(
            "TW506",
            "a region that is not known",
            "region",
            merged.locate(("region",)),
            given=region,
            allowed="a region of AWS; one that is newer than this release of twinstack is taken as it stands",
            fix=f"did you mean `{guess}`?" if guess else "look whether AWS has it",
            warning=True,
        )


def _empty(kind: type[Environment], file: str) -> Problem:
    """Said once, instead of all that follows from it."""
    required = [key for key, info in kind.__pydantic_fields__.items() if info.is_required()]
    return Problem(
        "TW107",
        "the file says nothing",
        "",
        Location(file, 1),
        given="an empty file",
        allowed=f"what all environments share, of {', '.join(required)}",
        fix="put back what stood in it, or write it",
    )


def _check_environment_name(name: str, documents: Sequence[tuple[str, Document]]) -> Iterator[Problem]:
    if not re.fullmatch(NAME, name):
        yield Problem(
            "TW109",
            "an environment name that cannot be part of other names",
            location=Location(next((document.file for layer, document in documents if layer == name), name)),
            given=name,
            allowed="lower-case letters and digits, words joined by single hyphens, a letter first",
            fix="rename the file",
        )


def _check_protection(name: str, merged: Merged) -> Iterator[Problem]:
    """Production has to say whether it is protected: a line that was lost must not take every guard with it."""
    if name in PRODUCTION and "protected" not in merged.data:
        yield Problem(
            "TW407",
            "production does not say whether it is protected",
            "protected",
            Location(f"environments/{name}.yaml", 1),
            given="nothing",
            allowed="true; or false, for everybody to see",
            fix="add `protected: true`",
        )


def _without_echoes(found: Sequence[Problem], written: Sequence[Problem], *, is_broken: bool) -> Iterator[Problem]:
    """What was found in the data, without what only follows from a file that could not be read (in part)."""
    unread = {problem.path for problem in written if problem.path and problem.code == "TW101"}
    for problem in found:
        if problem.code == "TW107" and is_broken:
            continue
        if problem.code == "TW104" and problem.path in unread:
            continue
        yield problem


def _in_environment(problem: Problem, name: str, documents: Sequence[tuple[str, Document]]) -> Problem:
    """Names the environment where the place does not: what stands in base.yaml may be wrong in one of them only."""
    file = problem.location.file if problem.location else ""
    return replace(problem, environment=name) if documents and file == documents[0][1].file else problem


def _collect(findings: Iterator[T], *, is_whole: bool) -> list[T]:
    """All of them; of an environment that is not whole as many as can be computed."""
    collected: list[T] = []
    try:
        for finding in findings:
            collected.append(finding)  # noqa: PERF402  what came before an error is kept
    except ARITHMETIC:
        if is_whole:
            raise
    return collected


def _review(environment: Environment, merged: Merged, *, is_whole: bool) -> Iterator[Problem]:
    """The rules that need the whole environment: names, and each spec's own review."""
    taken: dict[tuple[str, str], str] = {}
    for key, spec in environment.specs.items():
        used: set[str] = set()
        for finding in _collect(_findings(spec, taken), is_whole=is_whole):
            if finding.acknowledgeable and finding.code in spec.acknowledge:
                used.add(finding.code)
                continue
            yield to_problem(finding, (key,), merged)
        for code in sorted(set(spec.acknowledge) - used):
            path = (key, "acknowledge", code)
            yield Problem(
                _UNUSED,
                "an acknowledgement that nothing needs",
                dotted(path),
                merged.locate(path),
                fix="remove it, so that the rule holds again",
                warning=True,
            )


def _findings(spec: Spec, taken: dict[tuple[str, str], str]) -> Iterator[Finding]:
    rules = {**KINDS, **spec.name_rules}
    for kind, name in spec.names():
        if kind not in rules:
            raise UsageError(
                f'{type(spec).__name__}.names() gives a "{kind}" a name, but nothing says what one may be called: add it to '
                f"{type(spec).__name__}.name_rules"
            )
        found = check_name(kind, name, rules[kind])
        if found is not None:
            excess = len(name) - rules[kind].longest
            if excess >= len(spec.part):
                found = replace(found, path=(), fix=f"shorten `organization` or `product` by {excess} characters")
            yield found
        # IAM and others take two names that differ only in case for one.
        owner = taken.setdefault((rules[kind].scope or kind, name.lower()), spec.key)
        if owner != spec.key:
            yield Finding(
                "TW303",
                f"two things would have one {kind} name",
                ("name",),
                given=f"{name}, which is {owner}'s too",
                allowed="a name of its own",
                fix="give one of them another `name`",
            )
    yield from spec.review()


def to_problem(finding: Finding, path: Path_, merged: Merged) -> Problem:
    """The finding with its place, and for an acknowledgeable one the way to acknowledge it."""
    where = (*path, *finding.path)
    fix = finding.fix
    if finding.acknowledgeable:
        fix += f'{"; or, " if fix else ""}with a reviewed reason, `{path[0]}.acknowledge: {{{finding.code}: "…"}}`'
    return Problem(
        finding.code,
        finding.message,
        dotted(where),
        merged.locate(where) or Location(merged.layers[-1]),
        finding.given,
        finding.allowed,
        fix,
        finding.warning,
    )


_UNUSED: Final = "TW491"
_SHARED: Final = frozenset({"organization", "product"})
"""What no environment says for itself."""
PRODUCTION: Final = frozenset({"prod", "production"})
"""The names by which everybody knows it."""
