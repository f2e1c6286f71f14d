"""The files of a new product, as texts by their path in its folder."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment as Templates
from jinja2 import PackageLoader, StrictUndefined

from twinstack.delivery.workflows import files_of as workflows_of
from twinstack.environment.spec import Half
from twinstack.errors import UsageError
from twinstack.layers.load import PRODUCTION
from twinstack.network.usual_zones import usual_zones
from twinstack.product import BASE, FOLDER
from twinstack.starting.draft import Draft, environment_class
from twinstack.starting.kind import Kind
from twinstack.starting.overlay import as_typed, with_values
from twinstack.starting.space import free_spaces
from twinstack.starting.starter import PLACEHOLDER
from twinstack.starting.wishes import JOB, WEB, Wishes
from twinstack.synthesis import FEATURE_FLAGS


class NewProduct:
    """What was wished for, written out.

    Raises UsageError with everything that is wrong with the wishes.
    """

    def __init__(self, wishes: Wishes) -> None:
        if problems := wishes.problems():
            raise UsageError("\n".join(problems))
        self.wishes = wishes
        self.things: Mapping[str, Kind] = wishes.things()
        self.prefix: str = "".join(word.capitalize() for word in wishes.name.split("-"))
        self.layers: dict[str, str] = dict(self._layers())

    def draft(self, folder: Path) -> Draft:
        """The product as it will be in this folder, to be loaded before anything is written."""
        file = folder / "stacks" / "environment.py"
        made = environment_class(self._environment(), file, f"{self.prefix}Environment", f"{__name__}.environment")
        return Draft(made, layers=self.layers, folder=folder)

    def files(self, draft: Draft) -> Mapping[str, str]:
        """Every file but the schemas, which are made of the environment class."""
        plain = {
            file: _render(file, **self._common())
            for file in (
                "pyproject.toml", "requirements.txt", "main.py", "cdktf.json", "cdk8s.yaml", ".gitignore", "Makefile",
                "stacks/__init__.py", "README.md",
            )
        }  # fmt: skip
        files = {
            **plain,
            "stacks/environment.py": self._environment(),
            "stacks/infrastructure.py": self._half(Half.INFRASTRUCTURE),
            "stacks/workloads.py": self._half(Half.WORKLOADS),
            **{f"{FOLDER}/{name}.yaml": text for name, text in self.layers.items()},
            "tests/test_product.py": self._tests(draft),
        }
        return {**files, **self._workflows(draft, files)}

    def _workflows(self, draft: Draft, beside: Mapping[str, str]) -> Mapping[str, str]:
        if not self.wishes.repository:
            return {}
        return {str(path): text for path, text in workflows_of(draft.load_all(), draft.folder, beside).items()}

    def _common(self) -> Mapping[str, Any]:
        wishes = self.wishes
        unprotected = [name for name in wishes.environments if name != wishes.protected]
        return {
            "product": wishes.name,
            "organization": wishes.organization,
            "region": wishes.region,
            "environments": wishes.environments,
            "production": wishes.protected,
            "local": [*unprotected, *wishes.environments][0],
            "first_workload": next(key for key, kind in self.things.items() if kind.is_workload),
            "prefix": self.prefix,
            "title": wishes.name.replace("-", " ").capitalize(),
            "project_id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{wishes.name}.{wishes.organization}")),
            "feature_flags": FEATURE_FLAGS,
            "placeholder": PLACEHOLDER,
            "version": version("twinstack"),
        }

    def _environment(self) -> str:
        imports = [f"from {kind.package} import {kind.spec.__name__}" for kind in self.things.values()]
        return _render(
            "stacks/environment.py",
            **self._common(),
            environment_imports=sorted({*imports, "from twinstack.environment import Environment"}),
            fields=[{"key": key, "spec": kind.spec.__name__} for key, kind in self.things.items()],
        )

    def _half(self, half: Half) -> str:
        things = self.things.items()
        order = [*things] if half is Half.INFRASTRUCTURE else sorted(things, key=lambda thing: thing[1].name != JOB)
        foreign, lines = set(), []
        for key, kind in order:
            if half not in kind.constructs:
                continue
            construct = kind.constructs[half]
            if construct.foundation is None:
                foreign.add(f"from {construct.module} import {construct.name}")
            called = f"{construct.foundation}.{construct.name}" if construct.foundation else construct.name
            given = "".join(f", {need}=self.{self._key_of(need, kind)}" for need in construct.needs)
            lines.append(f"self.{key} = {called}(self, environment.{key}{given})")
        imports = ["from constructs import Construct", f"from twinstack import {half.module}", *foreign]
        return _render(
            f"stacks/{half}.py",
            **self._common(),
            **{f"{half}_imports": sorted(imports, key=lambda line: line.split()[1].lower()), str(half): lines},
        )

    def _key_of(self, need: str, kind: Kind) -> str:
        found = next((key for key, other in self.things.items() if other.name == need), None)
        if found is None:
            raise UsageError(
                f"{kind.name} needs a {need}, which a new product does not have: add it afterwards by hand"
            )
        return found

    def _layers(self) -> Iterator[tuple[str, str]]:
        wishes, accounts, clusters = self.wishes, self.wishes.account_of, self.wishes.cluster_of
        sections = self._sections()
        yield (
            BASE,
            _render(
                f"{FOLDER}/base.yaml",
                **self._common(),
                layers=" and ".join(f"{name}.yaml" for name in wishes.environments),
                sections=sections[BASE],
            ),
        )
        for name in wishes.environments:
            protected = name == wishes.protected
            same_cluster = [other for other in clusters if clusters[other] == clusters.get(name)]
            yield (
                name,
                _render(
                    f"{FOLDER}/environment.yaml",
                    **self._common(),
                    protected=protected,
                    says_unprotected=name in PRODUCTION and not protected,
                    account=self._account_of(name),
                    account_is_given=name in accounts,
                    namespace="" if protected or len(same_cluster) < 2 else f"{wishes.name}-{name}",
                    sections=sections[name],
                ),
            )

    def _account_of(self, environment: str) -> str:
        number = [*self.wishes.environments].index(environment) + 1
        return self.wishes.account_of.get(environment, f"{number % 10}" * 12)

    def _sections(self) -> Mapping[str, Sequence[str]]:
        """The sections of each layer, with what is set beside them."""
        wishes = self.wishes
        values, typed = self._values(), as_typed(wishes.values)
        found: dict[str, list[str]] = {layer: [] for layer in values}
        for key, kind in self.things.items():
            sections = {layer: self._section(key, kind, layer, given) for layer, given in values.items()}
            own = {path.partition(".")[2]: value for path, value in typed.items() if path.startswith(f"{key}.")}
            for layer, section in with_values(sections, key, own, BASE).items():
                if section:
                    found[layer].append(section)
        return found

    def _values(self) -> Mapping[str, Mapping[str, Any]]:
        """What the sections of each layer are filled in with."""
        wishes, clusters = self.wishes, self.wishes.cluster_of
        shared = {
            "organization": wishes.organization,
            "product": wishes.name,
            "image": f"ghcr.io/{wishes.owner}/{wishes.name}",
            "repository": wishes.repository,
            "repository_is_given": True,
            "zone": wishes.zone,
            "web_services": [key for key, kind in self.things.items() if kind.name == WEB],
        }
        values: dict[str, Mapping[str, Any]] = {BASE: {**shared, "existing": next(iter(clusters.values()), None)}}
        earlier: set[str] = set()
        for index, (name, space) in enumerate(
            zip(wishes.environments, free_spaces((), len(wishes.environments)), strict=True), start=1
        ):
            account = self._account_of(name)
            values[name] = {
                **shared,
                "existing": clusters.get(name),
                "zones": usual_zones(wishes.region),
                "cidr": space,
                "number": f"{index:08x}",
                "host": wishes.host_of(name),
                "host_is_given": True,
                "shares_account": account in earlier,
            }
            earlier.add(account)
        return values

    def _section(self, key: str, kind: Kind, layer: str, values: Mapping[str, Any]) -> str:
        uses = self.wishes.uses().get(key, ()) if layer == BASE else ()
        weight = "base" if layer == BASE else "protected" if layer == self.wishes.protected else "unprotected"
        section = kind.starter.section(key, weight, values, uses, self._known(key, weight))
        is_said_nowhere = layer == BASE and not kind.starter.unprotected
        return section or (f"{key}: {{}}\n" if is_said_nowhere else "")

    def _known(self, key: str, layer: str) -> Mapping[str, Any]:
        """What a file that it was read from says of a field in this layer."""
        thing = self.wishes.read.by_key.get(key) if self.wishes.read else None
        if thing is None or layer == "protected":
            return {}
        return thing.base if layer == "base" else thing.unprotected

    def _tests(self, draft: Draft) -> str:
        wishes = self.wishes
        environment = draft.load(wishes.environments[0])
        reached = [spec.key for spec in environment.resources if self.things[spec.key].is_resource]
        links = {(link.workload.key, link.resource.key): link.offer.port for link in environment.links}
        on_network = [key for key in reached if any(port for (_, name), port in links.items() if name == key)]
        proofs = {key: kind.starter.proof for key, kind in self.things.items()}
        relaxations = {key: kind.starter.relaxation for key, kind in self.things.items()}
        return _render(
            "tests/test_product.py",
            **self._common(),
            resources=on_network,
            links=[pair for pair in links if pair[1] in on_network],
            running=[key for key, kind in self.things.items() if kind.is_workload],
            proofs=dict.fromkeys(
                (proof.half, proof.type, repr(dict(proof.properties)).replace("'", '"'))
                for key, proof in proofs.items()
                if proof and not self.things[key].is_workload
            ),
            relaxations=[
                (f"{key}.{found.path}", repr(found.value), found.code)
                for key, found in relaxations.items()
                if found and wishes.protected
            ],
        )


def _render(file: str, **values: Any) -> str:
    return _TEMPLATES.get_template(f"{file}.jinja").render(values)


_TEMPLATES: Final = Templates(
    loader=PackageLoader("twinstack.starting"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701  nothing of it is HTML
)
_TEMPLATES.filters["quoted"] = json.dumps
