"""What is accepted, in checkov's own words: for a pipeline that runs checkov by itself.

A comment within a resource, by which checkov skips, is none in JSON, and its option to skip is about every resource: a baseline is
about one finding of one resource.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from twinstack.policy.scan import Failed


def baseline(accepted: Iterable[Failed]) -> str:
    """The baseline of findings that are accepted, of both halves: what checkov reports of these it leaves out."""
    files: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in accepted:
        if one.file:
            files[one.file][one.said].add(one.check)
    failed = [
        {
            "file": file,
            "findings": [{"resource": said, "check_ids": sorted(checks)} for said, checks in sorted(found.items())],
        }
        for file, found in sorted(files.items())
    ]
    return json.dumps({"failed_checks": failed}, indent=2) + "\n"


def readable(document: Mapping[str, Any]) -> str:
    """Terraform's JSON without the blocks that checkov cannot read (seen with 3.3.30), which make nothing."""
    return json.dumps({key: block for key, block in document.items() if key not in UNREADABLE}, indent=2)


UNREADABLE: Final = ("terraform", "moved", "removed", "import")
