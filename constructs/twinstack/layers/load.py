"""Makes an environment object of its layers, or says everything that is wrong with them at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Generic, TypeVar

from twinstack.environment.base import NAME, REGION, Environment
from twinstack.environment.build_folder import check_build
from twinstack.environment.model import Finding
from twinstack.environment.names import KINDS, check_name
from twinstack.environment.placement import check_destinations
from twinstack.environment.pod_rules import check_pod
from twinstack.environment.references import check_references
from twinstack.environment.regions import DIRECTIONS, REGIONS
from twinstack.environment.spec import Spec, WorkloadSpec
from twinstack.environment.tags import check_tags, own_tags
from twinstack.errors import ConfigurationError, Location, Problem, UsageError
from twinstack.layers.as_written import check_as_written
from twinstack.layers.aws_arguments import ALSO_IN_THE_OUTPUT, review
from twinstack.layers.document import Document, Path_, dotted, parse
from twinstack.layers.file_rules import check_mounted_files, read_files
from twinstack.layers.first_contents import check_first_contents
from twinstack.layers.known_codes import known_codes
from twinstack.layers.link_rules import as_meant, check_links, check_offers
from twinstack.layers.merge import SET_LAYER, Merged, assignments, base_only, merge
from twinstack.layers.repair import nearest
from twinstack.layers.validation import ARITHMETIC, spec_kinds, validate
from twinstack.layers.written_secrets import check_secrets

E = TypeVar("E", bound=Environment)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[E]):
    """An environment, where its values came from, and what will go wrong later."""

    environment: E
    merged: Merged
    warnings: Sequence[Problem]


def load(
    kind: type[E],
    name: str,
    documents: Sequence[tuple[str, Document]],
    today: datetime.date,
    root: Path | None = None,
) -> Loaded[E]:
    """Merges, validates and binds; `root` is the product's folder, whose files workloads may mount. Raises ConfigurationError with every problem of every layer.

    Of a layer that could not be read only that is said: every other problem may only follow from it.
    """
    written = [problem for _, document in documents for problem in document.problems]
    if any(document.is_broken for _, document in documents):
        # What else is in it is not known, so whatever a rule missed might stand there.
        secrets = check_secrets(kind, documents, Merged(), set())
        raise ConfigurationError([*_check_environment_name(name, documents), *written, *secrets])
    merged = merge(documents)
    kinds = spec_kinds(kind)
    found = [*check_links(kinds, merged)]
    public: set[tuple[str, str]] = set()
    secrets = [*check_secrets(kind, documents, merged, public)]
    environment, specs, wrong = validate(kind, as_meant(kinds, merged) if found else merged)
    found += wrong
    if environment is not None:
        mounted = (file for spec in specs.values() if isinstance(spec, WorkloadSpec) for file in spec.read_files)
        environment.bind(name, specs, today, read_files(mounted, root))
        is_whole = not found
        found += _collect(check_offers(environment, merged), is_whole=is_whole)
        found += check_first_contents(environment, merged) if is_whole else ()
        said = {problem.path for problem in found}
        found += _review(environment, merged, public, said, is_whole=is_whole)
    found = [*_without_echoes(found, written)]
    if not documents[0][1].data and any(problem.code == "TW107" and problem.path in _SHARED for problem in found):
        found = [_empty(kind, documents[0][1].file)]
    problems = [
        *_check_environment_name(name, documents),
        *_check_protection(name, merged),
        *written,
        *secrets,
        *base_only(documents, locked_keys(kind)),
        *_check_deprecated(kind, merged),
        *check_as_written(kind, merged),
        *_check_region(merged),
        *_check_tags(name, merged),
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
    root: Path | None = None,
) -> Loaded[E]:
    """As `load`, of layers written in place, the weakest first: for the tests of a spec.

    `load_text(Shop, "prod", {"base": "…", "prod": "database: {multi_az: true}"}, datetime.date(2026, 11, 24))`
    """
    documents = [(layer, parse(text, f"environments/{layer}.yaml")) for layer, text in layers.items()]
    if set:
        documents.append((SET_LAYER, assignments(set)))
    return load(kind, name, documents, today, root)


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
    """A warning for a region that is not known: AWS adds some, so it is none to refuse, unless its name is none."""
    region = merged.data.get("region")
    if isinstance(region, str) and region not in REGIONS and REGION.fullmatch(region):
        guess = nearest(region, REGIONS)
        if region.split("-")[-2] not in DIRECTIONS:
            yield Problem(
                "TW326",
                "a region that cannot be one",
                "region",
                merged.locate(("region",)),
                given=region,
                allowed=f"an area, a direction ({', '.join(sorted(DIRECTIONS))}) and a number",
                fix=f"did you mean `{guess}`?" if guess else "look how AWS writes it",
            )
            return
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


def _check_tags(name: str, merged: Merged) -> Iterator[Problem]:
    tags = merged.data.get("tags")
    if isinstance(tags, Mapping):
        for finding in check_tags(tags, own_tags(name, "")):
            yield to_problem(finding, ("tags",), merged)


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


def _without_echoes(found: Sequence[Problem], written: Sequence[Problem]) -> Iterator[Problem]:
    """What was found in the data, without what only follows: of a value that could not be read that it does not fit, and of a
    list or mapping in which something does not fit what a rule says of the rest.
    """
    unread = {problem.path for problem in written if problem.path and problem.code == "TW101"}
    outer = {path for problem in found if problem.code == "TW104" for path in _outer(problem.path)}
    for problem in found:
        if problem.code == "TW104" and problem.path in unread:
            continue
        if problem.code not in _OF_A_VALUE and problem.path in outer:
            continue
        yield problem


def _outer(path: str) -> Iterator[str]:
    """The value itself and the lists and mappings that it is in, below a spec's field: `cluster.administrators` of its first
    item.
    """
    while "." in path:
        yield path
        path = path[: max(path.rfind("["), path.rfind("."))]


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


def _unused(spec: Spec, path: Path_, merged: Merged) -> Problem:
    """An acknowledgement that nothing needs, or of a code that there is not. A spec from outside may have codes of its own."""
    where, code = merged.locate(path), str(path[-1]).partition(" ")[0]
    is_ours = type(spec).__module__.partition(".")[0] == "twinstack"
    if is_ours and code not in known_codes():
        return Problem(
            "TW781",
            "there is no such code",
            dotted(path),
            where,
            given=code,
            allowed="a code that a check has shown, or a check of checkov's, CKV_AWS_39",
            fix="write the code as it was shown, or remove the line",
            warning=True,
        )
    fix = "remove it, so that the rule holds again"
    return Problem(_UNUSED, "an acknowledgement that nothing needs", dotted(path), where, fix=fix, warning=True)


def _review(
    environment: Environment, merged: Merged, public: Set[tuple[str, str]], said: Set[str], *, is_whole: bool
) -> Iterator[Problem]:
    """The rules that need the whole environment: names, each spec's own review, and what AWS takes of its fields. `public` is
    what was acknowledged before, `said` the paths of what was found.
    """
    bucket = environment.state_bucket
    if found := check_name(STATE, bucket, KINDS[STATE]):
        field = "state_bucket_name" if environment.state_bucket_name else "organization"
        yield to_problem(replace(found, path=(), fix="give a `state_bucket_name` that fits"), (field,), merged)
    taken: dict[tuple[str, str], str] = {(STATE, bucket.lower()): "the Terraform state"}
    for key, spec in environment.specs.items():
        used = {code for field, code in public if field == key}
        for finding in _collect(_findings(spec, taken, said), is_whole=is_whole):
            if finding.acknowledgeable and finding.code in spec.acknowledge:
                used.add(finding.code)
                continue
            yield to_problem(finding, (key,), merged)
        yield from _not_in_force(key, spec, merged)
        acknowledged = {code for code in spec.acknowledge if not SCANNERS_CHECK.fullmatch(code)}
        for code in sorted(acknowledged - used - spec.decided_together - ALSO_IN_THE_OUTPUT):
            yield _unused(spec, (key, "acknowledge", code), merged)


def _not_in_force(key: str, spec: Spec, merged: Merged) -> Iterator[Problem]:
    """A warning for each field that nothing is made of, written in the layer that has it so or in a later one: what an earlier
    layer says may be in force in another environment.
    """
    for field, why in spec.not_in_force().items():
        if merged.rank((key, field)) >= max(merged.rank((key, why.because_of)), 0):
            yield Problem(
                "TW766",
                f"`{field}` is not in force",
                dotted((key, field)),
                merged.locate((key, field)),
                given=f"{field}, with {why.because_of}: {getattr(spec, why.because_of)}"
                if isinstance(getattr(spec, why.because_of), str)
                else f"{field}, with {why.because_of}",
                allowed=f"nothing: {why.reason}",
                fix=f"remove `{field}`",
                warning=True,
            )


def _findings(spec: Spec, taken: dict[tuple[str, str], str], said: Set[str]) -> Iterator[Finding]:
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
            if excess > 0 and (excess >= len(spec.part) or spec.part not in name):
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
    yield from review(spec, said)
    if isinstance(spec, WorkloadSpec):
        yield from check_pod(spec)
        yield from check_mounted_files(spec, spec.environment.product_files)
        yield from check_destinations(spec)
        yield from check_references(spec)
        yield from check_build(spec)


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


STATE: Final = "S3 bucket"
_UNUSED: Final = "TW491"
_OF_A_VALUE: Final = frozenset({"TW103", "TW104", "TW107"})
SCANNERS_CHECK: Final = re.compile(r"(?:CKV[A-Z0-9]*_[A-Z0-9_]+|[a-z][a-z0-9]*(?:-[a-z0-9]+)+)(?: .+)?")
"""An acknowledged check of checkov's, or a rule over the output (`does-not-exist`), with or without what it is about: whether it
is needed is known where the output is made."""
_SHARED: Final = frozenset({"organization", "product"})
"""What no environment says for itself."""
PRODUCTION: Final = frozenset({"prod", "production"})
"""The names by which everybody knows it."""
