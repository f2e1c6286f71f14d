"""One more thing in a product that exists: its field, its values, and the lines that build it."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinstack.environment.links import Access
from twinstack.environment.spec import ResourceSpec, Spec, WorkloadSpec
from twinstack.errors import UsageError
from twinstack.job.spec import JobSpec
from twinstack.layers.repair import nearest
from twinstack.layers.validation import spec_kinds
from twinstack.network.usual_zones import usual_zones
from twinstack.product import BASE, FOLDER, Product
from twinstack.starting.draft import Draft, environment_class
from twinstack.starting.half_text import add_construct
from twinstack.starting.kind import Kind, find_kind
from twinstack.starting.layer_text import add_section, add_use, data_of
from twinstack.starting.names import refused
from twinstack.starting.overlay import as_typed, with_values
from twinstack.starting.place import follows
from twinstack.starting.python_text import Source, described, fields_of
from twinstack.starting.space import free_spaces
from twinstack.starting.text import Text
from twinstack.starting.wishes import JOB
from twinstack.web_service.spec import WebServiceSpec


@dataclass(frozen=True)
class Addition:
    """What is to be added, `Addition(product, find_kind("postgres"), "reporting")`."""

    product: Product[Any]
    kind: Kind
    name: str
    uses: Sequence[tuple[str, str | None]] = ()
    """Names with the access asked for, if any: who uses a resource, or what a workload uses."""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What it says besides, by dotted paths that begin with its name: `{"mailer.placement.capacity": "spot"}`."""
    specs: Mapping[str, type[Spec]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "specs", spec_kinds(self.product.environment))

    def changes(self) -> Mapping[Path, tuple[Text, Text]]:
        """Each file as it is and as it will be. Nothing is written.

        Raises UsageError, with all reasons, for what cannot be added, and for a file that cannot be added to safely.
        """
        if reasons := [*self._reasons()]:
            raise UsageError("\n".join(reasons))
        pairs = (*self._layers(), *self._sources())
        return {before.path: (before, after) for before, after in pairs if before != after}

    def draft(self, changes: Mapping[Path, tuple[Text, Text]]) -> Draft:
        """The product as it will be, to be loaded before anything is written."""
        file = self._environment_file()
        source = changes[file][1].text
        kind = self.product.environment
        layers = {
            name: changes[path][1].text if path in changes else self._layer(name).text
            for name in (BASE, *self.product.environments)
            for path in [self._layer_path(name)]
        }
        made = environment_class(source, file, kind.__name__, kind.__module__)
        return Draft(made, self.product.infrastructure, self.product.workloads, layers=layers, folder=self.product.root)

    @property
    def needs_a_job(self) -> str:
        """The command that adds the Job which prepares this resource for others; empty, where there is one or none is
        needed.
        """
        if self.kind.is_workload or Access.ADMIN not in self.kind.access_levels or self._jobs:
            return ""
        job = find_kind(JOB).starter.field
        return f"twinstack add {JOB} {job} --uses {self.name}:{Access.ADMIN}"

    @property
    def _jobs(self) -> Sequence[str]:
        return [key for key, spec in self.specs.items() if issubclass(spec, JobSpec)]

    def _reasons(self) -> Iterator[str]:
        members = {*self.specs, *self.product.environment.__pydantic_fields__, *dir(self.product.environment)}
        if reason := refused(self.name, self.kind.spec, members):
            yield f'nothing can be called "{self.name}": {reason}'
        for path in self.values:
            if not path.startswith(f"{self.name}."):
                yield f"--set {path}: only what is added is said here: begin it with `{self.name}.`"
        if self.kind.starter.once and (there := [key for key, spec in self.specs.items() if spec is self.kind.spec]):
            yield f"a product has one {self.kind.name} at most: this one has {there[0]}"
        if self.uses and not self.kind.is_workload and not self.kind.access_levels:
            yield f"{self.name} cannot be used by anything: a {self.kind.name} is no resource, so leave out --uses"
            return
        for name, access in self.uses:
            yield from self._reasons_against(name, access)
        is_prepared = any(access == Access.ADMIN or name in self._jobs for name, access in self.uses)
        if self.uses and not self.kind.is_workload and Access.ADMIN in self.kind.access_levels and not is_prepared:
            for job in self._jobs[:1]:
                yield f"--uses: nobody would prepare {self.name} for them: add `--uses {job}:admin`"

    def _reasons_against(self, name: str, access: str | None) -> Iterator[str]:
        """Why a link between the new thing and this one is not possible."""
        known: Mapping[str, Sequence[Access]]
        if self.kind.is_workload:
            known = {key: spec.access_levels for key, spec in self.specs.items() if issubclass(spec, ResourceSpec)}
        else:
            known = {key: self.kind.access_levels for key, spec in self.specs.items() if issubclass(spec, WorkloadSpec)}
        if name not in known:
            guess = nearest(name, known)
            what = "resource" if self.kind.is_workload else "workload"
            hint = f"did you mean {guess}?" if guess else f"there are {', '.join(known)}" if known else "there is none"
            yield f'--uses {name}: the product has no {what} "{name}": {hint}'
        elif access is not None and access not in known[name]:
            yield f"--uses {name}:{access}: the access is one of {', '.join(known[name])}"

    def _layers(self) -> Iterator[tuple[Text, Text]]:
        base = self._layer(BASE)
        data = data_of(base).data
        place = follows(self.kind.spec, self.specs)
        names = self.product.environments
        spaces = dict(zip(names, free_spaces(self._space_in_use(), len(names)), strict=True))
        sections = {
            BASE: self.kind.starter.section(self.name, "base", self._values(data, ""), self._links_of_it()),
        }
        for name in names:
            merged = data_of(base, self._layer(name)).data
            protected = "protected" if merged.get("protected") is True else "unprotected"
            values = self._values(merged, name, spaces[name])
            sections[name] = self.kind.starter.section(self.name, protected, values)
        own = {path.partition(".")[2]: value for path, value in as_typed(self.values).items()}
        sections = with_values(sections, self.name, own, BASE)
        if not any(sections.values()):
            sections[BASE] = f"{self.name}: {{}}\n"
        for name, section in sections.items():
            before = self._layer(name)
            after = add_section(before, self.name, section, place) if section else before
            if name == BASE and not self.kind.is_workload:
                for workload, access in self.uses:
                    after = add_use(after, workload, self._link(self.name, workload, access))
            yield before, after

    def _links_of_it(self) -> Sequence[str]:
        """The links that a new workload holds."""
        if not self.kind.is_workload:
            return ()
        return [f"{name}: {access}" if access else name for name, access in self.uses]

    def _link(self, name: str, workload: str, access: str | None) -> str:
        """A Job links to what knows an administrator as one, unless told otherwise: it is there to prepare it."""
        if access is None and issubclass(self.specs[workload], JobSpec) and Access.ADMIN in self.kind.access_levels:
            access = Access.ADMIN
        return f"{name}: {access}" if access and access != self.kind.access_levels[0] else name

    def _values(self, data: Mapping[str, Any], environment: str, space: str = "") -> Mapping[str, Any]:
        product = data.get("product", "product")
        sections = [data[key] for key in self.specs if isinstance(data.get(key), Mapping)]
        images = [section["image"] for section in sections if "image" in section]
        return {
            "organization": data.get("organization", "organization"),
            "product": product,
            "image": images[0] if images else f"ghcr.io/{data.get('organization', 'organization')}/{product}",
            "existing": None,
            "cidr": space,
            "zones": usual_zones(data.get("region", "")),
            "number": "",
            "zone": "example.com",
            "host": f"{environment}.{product}.example.com",
            "host_is_given": False,
            "repository": f"{data.get('organization', 'organization')}/{product}",
            "repository_is_given": False,
            "shares_account": data.get("account") in self._accounts_before(environment),
            "web_services": [key for key, spec in self.specs.items() if issubclass(spec, WebServiceSpec)],
        }

    def _accounts_before(self, environment: str) -> Sequence[str]:
        base, names = self._layer(BASE), self.product.environments
        before = names[: names.index(environment)] if environment in names else ()
        return [data_of(base, self._layer(name)).data.get("account", "") for name in before]

    def _space_in_use(self) -> Sequence[str]:
        base = self._layer(BASE)
        found = [data_of(base, self._layer(name)).data for name in self.product.environments]
        sections = [section for data in found for section in data.values() if isinstance(section, Mapping)]
        return [section["cidr"] for section in sections if isinstance(section.get("cidr"), str)]

    def _sources(self) -> Iterator[tuple[Text, Text]]:
        texts: dict[Path, Text] = {}
        firsts: dict[Path, Text] = {}

        def source_of(file: Path) -> Source:
            firsts.setdefault(file, self._read(file))
            return Source.of(texts.get(file, firsts[file]))

        file = self._environment_file()
        texts[file] = self._with_field(source_of(file)).text
        for half, construct in self.kind.constructs.items():
            reference = getattr(self.product, half.value)
            if reference is None:
                raise UsageError(
                    f"this product names no {half} half, which would have to build it: give Product({half}=…)"
                )
            module, _, class_name = reference.partition(":")
            file = self._half_file(module, reference)
            edited = add_construct(source_of(file), class_name, construct, self.name, self.kind.spec, self.specs)
            texts[file] = edited.text
        yield from ((firsts[file], text) for file, text in texts.items())

    def _with_field(self, source: Source) -> Source:
        kind = source.class_named(self.product.environment.__name__)
        module, spec = self.kind.package, self.kind.spec.__name__
        place = follows(self.kind.spec, self.specs)
        fields = fields_of(kind)
        numbers = {name: number for name in fields if name in self.specs and (number := place(name)) is not None}
        best = [name for name, number in numbers.items() if number == max(numbers.values())]
        line = f"{self.name}: {source.with_import(module, spec)[1]}"
        if best:
            edited = source.with_statement(described(kind, fields[best[-1]]), line)
        elif fields:
            edited = source.with_statement_before(next(iter(fields.values())), line)
        else:
            edited = source.with_statement(kind.body[0], line, apart=True)
        return edited.with_import(module, spec)[0]

    def _environment_file(self) -> Path:
        kind = self.product.environment
        try:
            found = inspect.getsourcefile(kind)
        except (OSError, TypeError):
            found = None
        if found is None or not Path(found).is_file():
            raise UsageError(
                f"the source of {kind.__module__}.{kind.__name__} is not to be found: add the field by hand"
            )
        return self._own(Path(found).resolve())

    def _half_file(self, module: str, reference: str) -> Path:
        try:
            found = importlib.util.find_spec(module)
        except ModuleNotFoundError:
            found = None
        if found is None or found.origin is None:
            raise UsageError(f'there is no module of "{reference}"')
        return self._own(Path(found.origin).resolve())

    def _own(self, file: Path) -> Path:
        if not file.is_relative_to(self.product.root) or "site-packages" in file.parts:
            raise UsageError(f"{file} is not the product's own file, so nothing is added to it: write it by hand")
        return file

    def _layer(self, name: str) -> Text:
        return self._read(self._layer_path(name))

    def _layer_path(self, name: str) -> Path:
        return self.product.root / FOLDER / f"{name}.yaml"

    def _read(self, file: Path) -> Text:
        return Text.read(file, str(file.relative_to(self.product.root)))
