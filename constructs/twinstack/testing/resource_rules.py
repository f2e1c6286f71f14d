"""What is proved of a resource type, rule by rule; each violation says what to do, and in which file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from twinstack.environment import Access, Offer, Reach, ResourceSpec
from twinstack.testing.grants import as_list, names_any, statements_of
from twinstack.testing.security_groups import cluster_groups, groups_of, rules_into

if TYPE_CHECKING:
    from twinstack.environment.stand_in import StandIn
    from twinstack.testing.bench import Bench, Built
    from twinstack.testing.subject import Subject


def local_gaps(subject: Subject, offers: Mapping[Access, Offer], stand_in: StandIn) -> Iterator[str]:
    """The same variables on a developer's machine as in the cluster, each with a line that explains it."""
    gaps: dict[str, list[str]] = {}
    for access, offer in offers.items():
        for variable in offer.everything:
            if variable.name not in stand_in.variables:
                gaps.setdefault(variable.name, []).append(access)
    for name, levels in gaps.items():
        yield (
            f"{name} is offered to {_and(levels)} but not filled on a developer's machine, where the stand-in has "
            f"{_and(stand_in.variables) or 'nothing'}: add it to the variables of {subject.method('local')}"
        )
    lines = {entry.name: entry for entry in (*stand_in.entries, *stand_in.parts)}
    offered = {variable.name: variable for offer in offers.values() for variable in offer.everything}
    for name, variable in offered.items():
        if name in gaps:
            continue
        if name not in lines:
            yield f"{name} has no line in .env.example: add an Entry to {subject.method('local')}"
        elif variable.secret and not lines[name].is_secret:
            yield f"{name} is secret, but its line in .env.example does not say so: give its Entry is_secret=True in {subject.method('local')}"
    for name, entry in lines.items():
        if not entry.comment.strip():
            yield f"{name} stands in .env.example without a comment: say what it is in its Entry, {subject.method('local')}"


def unpublished(subject: Subject, offers: Mapping[Access, Offer], built: Built) -> Iterator[str]:
    """Every secret that is offered exists in Secrets Manager under its name, and is known to the stack by it."""
    offered: dict[str, list[str]] = {}
    for access, offer in offers.items():
        for variable in offer.everything:
            if variable.secret and variable.secret.name in built.unpublished:
                offered.setdefault(variable.secret.name, []).append(f"{variable.name} ({access})")
    made = {
        entry.properties.get("name"): entry.address
        for entry in built.template.made_by(subject.key)
        if entry.type == "aws_secretsmanager_secret"
    }
    for name, variables in offered.items():
        what = f"give {made[name]} to" if name in made else "make a Secret of that name and give it to"
        yield (
            f"the secret {name} is offered as {_and(variables)} but never published: {what} `self.stack.publish(…)` in "
            f"{subject.aws_method('__init__')}"
        )


def unlabelled(subject: Subject, offers: Mapping[Access, Offer], built: Built) -> Iterator[str]:
    """Pods read a version by its label: one that is written without it is found by nobody."""
    made = built.template.made_by(subject.key)
    secrets = {one.properties.get("name"): one.address for one in made if one.type == "aws_secretsmanager_secret"}
    offered = {replace(one.secret, entry="") for offer in offers.values() for one in offer.everything if one.secret}
    for secret in sorted(offered, key=lambda one: (one.name, one.version)):
        here = f"{secrets.get(secret.name)}."
        written = [
            one
            for one in made
            if one.type == "aws_secretsmanager_secret_version" and here in one.properties.get("secret_id", "")
        ]
        if written and not any(secret.label in (one.properties.get("version_stages") or ()) for one in written):
            yield (
                f"the secret {secret.name} is offered at version {secret.version}, but nothing that is written has the "
                f"label {secret.label}, by which pods read it: write it by `twinstack.aws.Secret`, or give {written[-1].address} "
                f"version_stages of AWSCURRENT and {secret.label}, in {subject.aws_method('__init__')}"
            )


def missing_parts(subject: Subject, offers: Mapping[Access, Offer], built: Built) -> Iterator[str]:
    """What is a part of a secret is in the JSON object that is written into it, at every version."""
    made = built.template.made_by(subject.key)
    secrets = {one.properties.get("name"): one.address for one in made if one.type == "aws_secretsmanager_secret"}
    wanted = {
        (one.secret.name, one.secret.entry): one.part
        for offer in offers.values()
        for one in offer.everything
        if one.secret and one.secret.entry
    }
    for (name, entry), part in wanted.items():
        here = f"{secrets.get(name)}."
        for written in made:
            value = str(written.properties.get("secret_string_wo", ""))
            if here not in str(written.properties.get("secret_id", "")) or not value:
                continue
            if not (value.startswith("${jsonencode(") and re.search(rf'[{{,]\s*"?{entry}"?\s*=', value)):
                yield (
                    f"the part {part} is offered as {entry} of the secret {name}, but {written.address} does not write "
                    f"that: write a JSON object with it (`${{jsonencode({{ {entry} = … }})}}`) in {subject.aws_method('__init__')}"
                )


def broad_grants(subject: Subject, access: Access, account: str, built: Built) -> Iterator[str]:
    """No action has a star, and no resource is everything there is."""
    for statement in statements_of(built.template, account):
        sid = statement.get("Sid", "a statement")
        where = f"grant of {access}, {sid}"
        actions = [action for action in as_list(statement.get("Action", [])) if "*" in action]
        if actions:
            yield f"{where}: allows {_and(actions)}: name each action that the link needs in {subject.aws_method('grant')}"
        resources = [one for one in as_list(statement.get("Resource", [])) if _is_everything(one)]
        if resources:
            yield (
                f"{where}: on the resource {_and(resources)}, which is everything: name the ARN of what was made in "
                f"{subject.aws_method('grant')}"
            )


def grants_nothing(subject: Subject, access: Access, account: str, spec: ResourceSpec, built: Built) -> Iterator[str]:
    """An AWS API answers only to a role that was granted something."""
    names = [name for _, name in spec.names()]
    made = built.template.made_by(spec.key)
    statements = statements_of(built.template, account)
    if any(
        names_any(one, made, names) or any(map(_is_everything, as_list(one.get("Resource", [])))) for one in statements
    ):
        return
    yield (
        f"a link with {access} is granted nothing on the resource, which is behind an AWS API: return its statements "
        f"from {subject.aws_method('grant')}"
    )


def open_doors(subject: Subject, offers: Mapping[Access, Offer], built: Built) -> Iterator[str]:
    """In the database tier: the cluster comes in on the offer's port, and nobody else on any."""
    mounted = {offer.folder.port for offer in offers.values() if offer.folder and offer.folder.port}
    ports = sorted(
        mounted | {offer.port for offer in offers.values() if offer.reach is Reach.DATABASE_TIER and offer.port}
    )
    groups = groups_of(built.template.made_by(subject.key))
    if ports and not groups:
        yield (
            f"it is offered in the database tier, but nothing of it is in a security group: make a ClosedGroup in "
            f"{subject.aws_method('__init__')} and name its id in the resource"
        )
        return
    callers = cluster_groups(built.template)
    rules = rules_into(built.template, groups)
    if rules and not ports:
        yield (
            f"{rules[0]}, but no offer sends traffic there: say `Reach.DATABASE_TIER` and the port in "
            f"{subject.method('offer')}"
        )
        return
    for port in ports:
        if not any(rule.admits(port) and rule.is_for(callers, ()) for rule in rules):
            yield (
                f"the security group does not admit the cluster on {port}, the offer's port: open it in "
                f"{subject.aws_method('admit')}, with `cluster.security_group_id`"
            )
    for rule in rules:
        if rule.source not in callers:
            yield f"{rule}: nobody but the cluster may come in: remove it from {subject.aws_method('admit')}"
        elif not (rule.first_port == rule.last_port and rule.first_port in ports):
            yield f"{rule}: open the offer's port alone ({_and(ports)}) in {subject.aws_method('admit')}"


def unlinked_leftovers(subject: Subject, bench: Bench, alone: Built) -> Iterator[str]:
    """A resource that nobody uses is open to nobody."""
    for rule in rules_into(alone.template, groups_of(alone.template.made_by(subject.key))):
        yield f"without a link {rule}: make the rule in {subject.aws_method('admit')}, which is called only for a linked resource"
    for access in subject.spec.access_levels:
        for statement in statements_of(alone.template, bench.worker(access).service_account):
            yield (
                f"without a link {statement.get('Sid', 'a statement')} is granted: return it from "
                f"{subject.aws_method('grant')}, which is called for each link"
            )


def undeclared_names(subject: Subject, spec: ResourceSpec, built: Built) -> Iterator[str]:
    """Every name that AWS limits is declared, so that one that is too long is refused at load and not at apply."""
    declared = set(spec.names())
    made = built.template.made_by(spec.key)
    for entry in made:
        argument, kind = NAMES.get(entry.type, ("", ""))
        name = entry.properties.get(argument, "${")
        if "${" not in name and (kind, name) not in declared:
            yield (
                f'{entry.address} is called {name}, which is not checked at load: `yield "{kind}", …` from '
                f"{subject.method('names')}"
            )
    named = [entry for entry in made if entry.properties.get("name") == spec.aws_name]
    if not declared and named:
        yield (
            f"{named[0].address} is called {spec.aws_name}, but no name is checked at load: yield it from "
            f"{subject.method('names')}, and say in name_rules what AWS accepts"
        )


def _is_everything(resource: str) -> bool:
    """`*`, or all of one service: `arn:aws:sqs:eu-central-1:111122223333:*`."""
    return resource == "*" or resource.split(":", 5)[5:] == ["*"]


def _and(items: Any) -> str:
    return ", ".join(str(item) for item in items)


NAMES: Final = {
    "aws_db_instance": ("identifier", "RDS instance"),
    "aws_elasticache_replication_group": ("replication_group_id", "ElastiCache replication group"),
    "aws_iam_role": ("name", "IAM role"),
    "aws_s3_bucket": ("bucket", "S3 bucket"),
    "aws_secretsmanager_secret": ("name", "Secrets Manager secret"),
}
"""What has a name with a limit that the library knows: the argument, and the kind of the name."""
