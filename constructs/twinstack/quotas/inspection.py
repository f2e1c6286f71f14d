"""Compares a stack with the limits, once it is whole: nothing is written that AWS would refuse for its size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.errors import ConstructionError, Problem
from twinstack.quotas.api_texts import refused_texts
from twinstack.quotas.document import Document
from twinstack.quotas.limits import LIMITS, OF_AN_ACCOUNT, Limit


def inspect(blocks: Mapping[str, Any], stack_id: str) -> None:
    """Raises ConstructionError, with everything that was found, for a stack that AWS would refuse."""
    document = Document(blocks)
    found = [_line(limit, address, number) for limit, address, number in _exceeded(document, is_default=False)]
    found += [
        f"{TEXT}: {place} has {why} ({rule.source}): choose another text"
        for place, why, rule in refused_texts(document)
    ]
    if found:
        raise ConstructionError(f"{stack_id}, infrastructure half:\n" + "\n".join(f"  {line}" for line in found))


def advice(stacks: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Warnings about stacks by their ids: what costs more, and what the quotas of an account and region may refuse."""
    documents = {stack_id: Document(blocks) for stack_id, blocks in stacks.items()}
    found = [
        _warning(limit, address, number, stack_id)
        for stack_id, document in documents.items()
        for limit, address, number in _exceeded(document, is_default=True)
    ]
    return [*found, *_of_accounts(documents)]


def _exceeded(document: Document, *, is_default: bool) -> Iterator[tuple[Limit, str, int]]:
    for limit in LIMITS:
        if limit.is_default is is_default:
            yield from ((limit, address, number) for address, number in limit.counting(document) if number > limit.most)


def _of_accounts(documents: Mapping[str, Document]) -> Iterator[Problem]:
    for limit in OF_AN_ACCOUNT:
        sums: Counter[tuple[str, str]] = Counter()
        stacks: dict[tuple[str, str], list[str]] = {}
        for stack_id, document in documents.items():
            number = sum(count for _, count in limit.counting(document))
            if number:
                sums[document.account_and_region] += number
                stacks.setdefault(document.account_and_region, []).append(stack_id)
        for (account, region), number in sums.items():
            if number > limit.most:
                yield _warning(limit, f"account {account}, {region}", number, ", ".join(stacks[account, region]))


def _line(limit: Limit, address: str, number: int) -> str:
    return f"{limit.code}: {address} has {number:,} {limit.what}, and AWS takes {limit.most:,}: {limit.fix} ({limit.source})"


def _warning(limit: Limit, address: str, number: int, stacks: str) -> Problem:
    return Problem(
        limit.code,
        "more than AWS gives without asking",
        address,
        given=f"{number:,} {limit.what}, of {stacks}",
        allowed=f"{limit.most:,} ({limit.source})",
        fix=limit.fix,
        warning=True,
    )


TEXT: Final = "TW763"
"""A text that AWS would refuse."""
