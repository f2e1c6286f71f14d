"""The page of the YAML files: an environment's own keys, what every spec shares, and how layers are merged."""

from __future__ import annotations

from typing import Final

from docs_generator.example import Example
from docs_generator.fields import owner_of, table
from docs_generator.page import WRITTEN
from docs_generator.rooms import ROOMS
from twinstack.environment import Environment, Spec, WorkloadSpec
from twinstack.layers.schema import is_base_only, whole_schema


def environment_files_page() -> str:
    """The whole page, in Markdown."""
    workload = [name for name in WorkloadSpec.__pydantic_fields__ if owner_of(WorkloadSpec, name) is not Spec]
    parts = [
        "# Environment files",
        WRITTEN,
        HEAD,
        "## An environment's own keys",
        table(Environment, list(Environment.__pydantic_fields__)),
        SECTIONS,
        "\n".join(["| kind | its section | its fields |", "|---|---|---|", *_kinds()]),
        "## What every spec has",
        table(Spec, list(Spec.__pydantic_fields__)),
        "## What every workload has",
        "The mappings in it are described with the [web service](../rooms/web_service.md#fields).",
        table(WorkloadSpec, workload).replace("](#", "](../rooms/web_service.md#"),
        MERGING,
        BASE_ONLY.format(keys=", ".join(f"`{key}`" for key in _base_only())),
        SET,
        ACKNOWLEDGE,
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _kinds() -> list[str]:
    names = {room: type(Example(room).spec).__name__ for room in ROOMS}
    return [
        f"| `{room.folder}` | `{room.key}: {names[room]}` | [{room.title}](../rooms/{room.folder}.md#fields) |"
        for room in ROOMS
    ]


def _base_only() -> list[str]:
    """Every key of the rooms that only base.yaml may hold."""
    found = {
        name
        for room in ROOMS
        for model in [type(Example(room).spec)]
        for name, schema in whole_schema(model)["properties"].items()
        if is_base_only(schema)
    }
    return sorted(found)


HEAD: Final = """\
An environment is what its layers say together: `environments/base.yaml`, which all share, and `environments/NAME.yaml`,
which says where this one differs. `twinstack list` shows the environments that the files make.

```yaml
# environments/base.yaml
organization: acme
product: shop
region: eu-central-1
version: 1.4.2

database:
  engine_version: "17"
  multi_az: false
```

```yaml
# environments/prod.yaml
account: "123456789012"
protected: true

database:
  multi_az: true
```

Every key that is not listed on this page is a section: a field of the product's own class, `database: PostgresSpec`, whose
keys are on the page of its room. A key that nobody knows is refused, with the nearest one that somebody does."""
SECTIONS: Final = """\
## Sections

A section is called what the product's class calls it; the names here are those of the examples."""
MERGING: Final = """\
## Layers

Later layers win: base.yaml, then the environment's own file, then `--version` and `--set`.

- **A mapping is merged key by key**, however deep. What a later layer does not name stays.
- **Everything else is replaced whole**: a number, a text, and a list too. `inbound_cidrs` in prod.yaml adds nothing to the
  list of base.yaml, it takes its place.
- **A key without a value takes the value away** where its default is none (`title:`), and is refused where it is needed.
- **Nothing is evaluated**: no variables, no templates, no merge keys. A value stands where it is read.
- **Numbers and texts are told apart.** `version: 1.10` is a number to YAML, and refused with the advice to quote it.

Each value keeps the file and the line that it came from; `twinstack explain prod database.multi_az` shows them, with the
values that were overridden. The files are checked as a whole, and all problems are shown at once."""
BASE_ONLY: Final = """\
## Only in base.yaml

{keys}: what these say is the same in every environment, because a difference would be found in production. In another
layer, and with `--set`, they are refused ([TW106](../errors.md#tw106))."""
SET: Final = """\
## `--set`

`--set database.multi_az=false` is one layer more, on top of all others and for one run. The value is read as YAML: `true`
is a switch, `3` a number, `"1.10"` a text, `[a, b]` a list. A path is given once. [Commands](command-line.md) that take it
say so."""
ACKNOWLEDGE: Final = """\
## `acknowledge`

Some rules are about production alone: where `protected` is true, protection may be given up only with a reason. The rule's
code and the reason stand in the spec that breaks it, in the file of the environment that is meant:

```yaml
# environments/prod.yaml
cache:
  nodes: 1
  acknowledge:
    TW404: "the cache can be filled again within a minute, and a replica doubles its price"
```

The page of each room says which of its rules [can be acknowledged](../rooms/postgres.md#what-it-refuses). An
acknowledgement of a rule that is not broken is warned of, so that none outlives its reason."""
