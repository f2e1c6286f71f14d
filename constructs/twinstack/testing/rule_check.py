"""Tries the examples of rules: for whoever writes some."""

from __future__ import annotations

from collections.abc import Iterator

from twinstack.policy.examples import Example, found_by, read_examples
from twinstack.policy.installed import RULE_ID
from twinstack.policy.rule import Rule, Rules


def check_rules(rules: Rules) -> None:
    """Raises AssertionError with everything that is wrong with rules.

    Each has a name of two or more words with hyphens between them, a description, and examples in the file that `Rules` was
    given: in what `fails` it finds something, in what `passes` nothing, and what it finds names its subject and what stands there.
    """
    __tracebackhide__ = True
    wrong = [*_wrong(rules)]
    if wrong:
        raise AssertionError("\n".join(wrong))


def _wrong(rules: Rules) -> Iterator[str]:
    if not rules:
        yield "there is no rule"
    if rules.examples is None:
        yield "there are no examples: Rules(…, examples=Path(__file__).with_name('examples.yaml'))"
    try:
        examples = read_examples(rules.examples) if rules.examples else {}
    except (OSError, ValueError) as error:
        yield str(error)
        examples = {}
    names = [rule.id for rule in rules]
    yield from (f"{name}: two rules have this name" for name in sorted({one for one in names if names.count(one) > 1}))
    yield from (f"{name}: an example of no rule" for name in examples if name not in names)
    for rule in rules:
        yield from (f"{rule.id}: {one}" for one in _said(rule))
        if not examples.get(rule.id):
            yield f"{rule.id}: no example"
        for number, example in enumerate(examples.get(rule.id, ()), start=1):
            yield from (f"{rule.id}, example {number}: {one}" for one in _tried(rule, example))


def _said(rule: Rule) -> Iterator[str]:
    if not RULE_ID.fullmatch(rule.id):
        yield "its name is not two or more lower-case words with hyphens between them"
    for what, text in (("title", rule.title), ("fix", rule.fix), ("description of why", rule.why)):
        if not text:
            yield f"no {what}"


def _tried(rule: Rule, example: Example) -> Iterator[str]:
    wanted = 2 if rule.compares else 1
    if {len(example.fails), len(example.passes)} != {wanted}:
        yield "`fails` and `passes` have `before` and `after`, or do not, as the rule compares"
        return
    for side, made in (("fails", example.fails), ("passes", example.passes)):
        try:
            found = found_by(rule, made)
        except Exception as error:  # noqa: BLE001  whatever the rule does
            yield f"in `{side}` it ends with {type(error).__name__}: {error}"
            continue
        if bool(found) is (side == "passes"):
            yield f"it finds {found[0].place}: {found[0].given} in `passes`" if found else "it finds nothing in `fails`"
        if any(not fault.subject or not fault.given for fault in found):
            yield "what it finds has no subject, or does not say what stands there"
