"""Runs checkov over both halves, and the rules over manifests, and takes away what is accepted with a reason."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from twinstack.errors import MissingToolError, TwinstackError
from twinstack.layers.load import SCANNERS_CHECK
from twinstack.policy.accepted import Accepted, every_accepted
from twinstack.policy.kubernetes import Fault, Rule, faults


@dataclass(frozen=True, slots=True)
class Failed:
    """A check that failed, with what failed it."""

    check: str
    kind: str
    resource: str
    title: str


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What checkov and the rules over manifests found in one environment."""

    passed: int
    """Checks of checkov's."""
    failed: Sequence[Failed]
    accepted: Sequence[tuple[Failed, Accepted]]
    unused: Sequence[Accepted]
    """What is accepted, and was not found."""

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "passed": self.passed,
            "failed": [asdict(one) for one in self.failed],
            "accepted": [{**asdict(one), "reason": accepted.reason} for one, accepted in self.accepted],
            "unused": [asdict(one) for one in self.unused],
        }


def scan(
    stack: Path,
    manifests: Path,
    *,
    checkov: str | None = None,
    rooms: Iterable[str] = (),
    acknowledged: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> ScanReport:
    """Scans one environment's `cdk.tf.json` and its folder of manifests, which are judged by the rules over manifests too.
    `rooms` are packages that accept as well.

    `acknowledged` has, by the key of a spec, the checks that its YAML acknowledges, with the reasons: they are accepted
    of what was made of that spec, and of nothing else.

    checkov cannot read `terraform.required_version` in JSON, nor `moved`, `removed` and `import`, which are lists (seen with 3.3.30):
    a copy without these blocks is scanned, which make nothing. Raises MissingToolError without checkov, TwinstackError
    where it fails.
    """
    program = checkov or shutil.which("checkov") or shutil.which("checkov", path=Path(sys.executable).parent)
    if program is None:
        raise MissingToolError(
            "checkov is not on the path: pip install 'twinstack[check]', or into an environment of its own"
        )
    with tempfile.TemporaryDirectory() as folder:
        document = json.loads(stack.read_text(encoding="utf-8"))
        for block in UNREADABLE:
            document.pop(block, None)
        copy = Path(folder) / "terraform"
        copy.mkdir()
        text = json.dumps(document, indent=2)
        (copy / "cdk.tf.json").write_text(text, encoding="utf-8")
        results = [_run(program, copy, "terraform_json"), _run(program, manifests, "kubernetes")]
    lines = text.splitlines()
    failed = [_failed(check, lines) for result in results for check in result["results"]["failed_checks"]]
    objects = _objects(manifests)
    failed += [_broken(rule, fault) for rule, fault in faults(objects)]
    known = list(every_accepted(rooms))
    own = {
        key: [
            Accepted(check, "", reason) for check, reason in sorted(checks.items()) if SCANNERS_CHECK.fullmatch(check)
        ]
        for key, checks in acknowledged.items()
    }
    owners = {**_specs_of_resources(document), **_specs_of_objects(objects)}
    matches = [(one, _match(one, [*known, *own.get(owners.get(_place(one), ""), ())])) for one in failed]
    accepted = [(one, match) for one, match in matches if match is not None]
    used = {match for _, match in accepted}
    return ScanReport(
        passed=sum(len(result["results"]["passed_checks"]) for result in results),
        failed=[one for one, match in matches if match is None],
        accepted=accepted,
        unused=[one for one in [*known, *chain.from_iterable(own.values())] if one not in used],
    )


def _specs_of_resources(document: Mapping[str, Any]) -> dict[str, str]:
    """The key of the spec that each resource is made of, by address: the first part of its place in the tree."""
    return {
        f"{kind}.{name}": path.split("/")[1]
        for kind, blocks in document.get("resource", {}).items()
        for name, block in blocks.items()
        if "/" in (path := block.get("//", {}).get("metadata", {}).get("path", ""))
    }


def _objects(folder: Path) -> list[dict[str, Any]]:
    """The manifests, in the order in which they are applied."""
    return [
        manifest
        for file in sorted(folder.glob("*.yaml"))
        for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


def _specs_of_objects(manifests: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The key of the spec that each object is made of, by namespace and name, as its label says."""
    found: dict[str, str] = {}
    for manifest in manifests:
        metadata = manifest["metadata"]
        component = metadata.get("labels", {}).get("app.kubernetes.io/component", "")
        found[f"{metadata.get('namespace', 'default')}.{metadata['name']}"] = component
    return found


def _broken(rule: Rule, fault: Fault) -> Failed:
    kind, _, name = fault.subject.partition(" ")
    namespace, slash, name = name.rpartition("/")
    resource = f"{kind}.{namespace if slash else 'default'}.{name}"
    where = f"{fault.path}: " if fault.path else ""
    allowed = f"; allowed: {fault.allowed}" if fault.allowed else ""
    return Failed(rule.id, kind, resource, f"{rule.title} ({where}{fault.given}{allowed}): {rule.fix}")


def _place(failed: Failed) -> str:
    """What the two above know it by: checkov puts the kind before an object, and the labels behind a pod."""
    if failed.kind.startswith("aws_"):
        return failed.resource
    return ".".join(failed.resource.split(".")[1:3])


def _run(program: str, folder: Path, framework: str) -> dict[str, Any]:
    command = [
        program,
        "--directory",
        str(folder),
        "--framework",
        framework,
        "--skip-download",
        "--output",
        "json",
        "--compact",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        result: dict[str, Any] = json.loads(run.stdout)
        if result["summary"]["parsing_errors"]:
            raise TwinstackError(f"checkov could not read the {framework} output")
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise TwinstackError(f"checkov did not report on the {framework} output: {run.stderr[-500:]}") from error
    return result


def _failed(check: dict[str, Any], lines: Sequence[str]) -> Failed:
    """Checkov names a Terraform resource without its type, so the type is read from the lines it points at."""
    address: str = check["resource"]
    kind = address.split(".")[0]
    if kind == "resource":
        above = reversed(lines[: check["file_line_range"][0]])
        kind = next(match[1] for line in above if (match := _TYPE_LINE.match(line)))
        address = f"{kind}.{address.partition('.')[2]}"
    return Failed(check["check_id"], kind, address, check["check_name"])


def _match(failed: Failed, known: Sequence[Accepted]) -> Accepted | None:
    return next((one for one in known if one.check == failed.check and one.kind in ("", failed.kind)), None)


UNREADABLE: Final = ("terraform", "moved", "removed", "import")
_TYPE_LINE: Final = re.compile(r'    "(aws_\w+)": \{')
