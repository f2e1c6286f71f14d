"""Runs checkov and the rules over both halves, and takes away what is accepted with a reason."""

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
from twinstack.policy.accepted import Accepted, accepted_in, accepted_of
from twinstack.policy.baseline import readable
from twinstack.policy.installed import every_rule
from twinstack.policy.judgement import USUAL, Cluster, Made, findings
from twinstack.policy.owners import specs_of_objects, specs_of_resources
from twinstack.policy.rule import Fault, Rule


@dataclass(frozen=True, slots=True)
class Failed:
    """A check that failed, with what failed it."""

    check: str
    kind: str
    resource: str
    """As checkov writes it, `Deployment.shop.web`, or a rule, `Deployment shop/web`."""
    title: str
    path: str = ""
    file: str = ""
    said: str = ""
    """The file, and what checkov calls the resource in it; empty of a rule."""

    @property
    def subject(self) -> str:
        """What a rule would call it: checkov has the kind before an object, and the labels of its pods behind it."""
        parts = self.resource.split(".")
        if self.kind.startswith("aws_") or " " in self.resource or len(parts) < _PARTS:
            return self.resource
        return f"{parts[0]} {parts[1]}/{parts[2]}"


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What checkov and the rules found in one environment."""

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
    cluster: Cluster = USUAL,
) -> ScanReport:
    """Scans one environment's `cdk.tf.json` and its folder of manifests, which are judged by the rules too. `rooms` are
    packages that accept as well, `cluster` is what the manifests run in.

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
        copy = Path(folder) / "terraform"
        copy.mkdir()
        text = readable(document)
        (copy / "cdk.tf.json").write_text(text, encoding="utf-8")
        results = [_run(program, copy, "terraform_json"), _run(program, manifests, "kubernetes")]
    lines = text.splitlines()
    failed = [_failed(check, lines) for result in results for check in result["results"]["failed_checks"]]
    made = Made(document, _objects(manifests))
    rules = every_rule()
    failed += [_broken(rule, fault) for rule, fault in findings(rules, made, cluster)]
    known = list(accepted_in(rooms))
    own = {key: list(accepted_of(checks)) for key, checks in acknowledged.items()}
    owners = {**specs_of_resources(document), **specs_of_objects(made.workloads or ())}
    matches = [(one, _match(one, [*known, *own.get(owners.get(one.subject, ""), ())])) for one in failed]
    accepted = [(one, match) for one, match in matches if match is not None]
    used = {match for _, match in accepted}
    not_asked = {rule.id for rule in rules if rule.compares}
    return ScanReport(
        passed=sum(len(result["results"]["passed_checks"]) for result in results),
        failed=[one for one, match in matches if match is None],
        accepted=accepted,
        unused=[
            one
            for one in [*known, *chain.from_iterable(own.values())]
            if one not in used and one.check not in not_asked
        ],
    )


def _objects(folder: Path) -> list[dict[str, Any]]:
    """The manifests, in the order in which they are applied."""
    return [
        manifest
        for file in sorted(folder.glob("*.yaml"))
        for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


def _broken(rule: Rule, fault: Fault) -> Failed:
    kind = fault.subject.replace(".", " ").partition(" ")[0]
    allowed = f"; allowed: {fault.allowed}" if fault.allowed else ""
    where = f"{fault.path}: " if fault.path else ""
    title = f"{rule.title} ({where}{fault.given}{allowed}): {rule.fix}"
    return Failed(rule.id, kind, fault.subject, title, fault.path)


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
    named = {"file": str(check.get("file_path", "")), "said": str(check["resource"])}
    return Failed(check["check_id"], kind, address, check["check_name"], **named)


def _match(failed: Failed, known: Sequence[Accepted]) -> Accepted | None:
    place = f"{failed.subject} {failed.path}"
    return next((one for one in known if one.covers(failed.check, place, failed.kind)), None)


_PARTS: Final = 3
_TYPE_LINE: Final = re.compile(r'    "(aws_\w+)": \{')
