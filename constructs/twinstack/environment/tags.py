"""What a tag may be: what every service takes that our resources' tags reach.

The strictest of them decides (IAM, and RDS, which refuses `rds:` too): an environment's tags are on everything that AWS makes.
Sources, read on 2026-11-28: `quotas/api_texts.json`, of the services' own models; Tagging AWS Resources and Tag Editor User
Guide, "Tag naming limits and requirements"; Amazon RDS API Reference, "Tag"; IAM User Guide, "Rules for tagging in IAM".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from twinstack.environment.model import Finding


def _is_text(text: str) -> str:
    """No `${` or `%{` fits either, which Terraform would evaluate."""
    if not all(unicodedata.category(each)[0] in "LNZ" or each in PUNCTUATION for each in text):
        raise ValueError(f"letters, digits, blanks and {PUNCTUATION}")
    if text.lower().startswith(RESERVED):
        raise ValueError(f"text that does not begin with {' or '.join(RESERVED)}, which AWS keeps for itself")
    return text


def _is_key(key: str) -> str:
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"a key of 1 to {LONGEST_KEY} characters")
    return _is_text(key)


def own_tags(environment: str, product: str) -> dict[str, str]:
    """What everything is tagged with, unless `tags` gives one of these keys another value."""
    return {"Environment": environment, "ManagedBy": "twinstack", "Product": product}


def check_tags(tags: Mapping[str, Any], own: Mapping[str, str]) -> Iterator[Finding]:
    """Findings for keys that IAM would take for one, and for more tags than a resource may have. `own` are twinstack's."""
    taken = {key.lower(): key for key in (*own, *OF_RESOURCES)}
    for key in tags:
        first = taken.setdefault(key.lower(), key)
        if first != key:
            whose = f"{first}, which twinstack sets" if first in own or first in OF_RESOURCES else first
            yield Finding(
                "TW761",
                "two tags whose keys differ in case alone",
                (key,),
                given=f"{key}, beside {whose}",
                allowed="keys that differ in more: IAM takes these two for one and refuses every role",
                fix=f"write it as {first}" if first in tags else "choose another key",
            )
        elif key in OF_RESOURCES:
            yield Finding(
                "TW761",
                "a tag that each resource has with a value of its own",
                (key,),
                given=key,
                allowed="another key",
                fix="remove it; `title` on a spec replaces the name that its resource is shown under",
            )
    added = len(tags.keys() - own.keys())
    room = MOST - len(own) - MOST_OF_A_RESOURCE
    if added > room:
        yield Finding(
            "TW762",
            "more tags than a resource may have",
            (),
            given=f"{added}, beside {len(own)} on everything ({', '.join(own)}) and up to {MOST_OF_A_RESOURCE} of a resource's own",
            allowed=f"at most {room} of yours: AWS takes {MOST}",
            fix="remove some, or join them into one value",
        )


PUNCTUATION: Final = "_.:/=+-@"
RESERVED: Final = ("aws:", "rds:")
LONGEST_KEY: Final = 128
LONGEST_VALUE: Final = 256
LONGEST_TITLE: Final = 200
"""What is added to a title (`-database-a`, the name of an endpoint's service) has room after it."""
MOST: Final = 50
OF_RESOURCES: Final = ("Name", "kubernetes.io/role/elb", "kubernetes.io/role/internal-elb")
"""The keys that single resources have, each with a value of its own."""
MOST_OF_A_RESOURCE: Final = 2
"""How many of these one resource has."""
TagKey = Annotated[str, AfterValidator(_is_key)]
TagValue = Annotated[str, AfterValidator(_is_text), Field(max_length=LONGEST_VALUE)]
Title = Annotated[str, AfterValidator(_is_text), Field(min_length=1, max_length=LONGEST_TITLE)]
