"""What texts AWS takes: characters and lengths of arguments and tags, as its own API models say.

The rows of `api_texts.json` are read from botocore's models by `python -m twinstack.quotas.api_texts`, where botocore is
installed; nothing needs it afterwards. What a model does not say and AWS' documentation does stands in DOCUMENTED, with its
page.
"""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final

from twinstack.quotas.document import Document


@dataclass(frozen=True)
class TextRule:
    """One kind of text."""

    source: str
    longest: int | None = None
    shortest: int = 0
    pattern: str = ""

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        text = self.pattern.removeprefix("^").removesuffix("$")
        for category, letters in _CATEGORIES.items():
            text = text.replace(f"\\p{{{category}}}", letters)
        return re.compile(text, re.ASCII)

    def refusal(self, text: str) -> str:
        """Why AWS would refuse a text; empty where it takes it."""
        if self.longest is not None and len(text) > self.longest:
            return f"{len(text):,} characters, and AWS takes {self.longest:,}"
        if len(text) < self.shortest:
            return f"{len(text)} characters, and AWS wants {self.shortest}"
        plain = "".join(map(_ascii, text)) if "\\p{" in self.pattern else text
        if self.pattern and not self._compiled.fullmatch(plain):
            return f"characters that AWS does not take: it wants {self.pattern}"
        return ""


@dataclass(frozen=True)
class ApiTexts:
    """All of them."""

    arguments: Mapping[str, TextRule]
    """By type and argument, `aws_iam_role.description`."""
    tags: Mapping[str, tuple[TextRule, TextRule]]
    """The keys and the values of the tags of a service."""


@cache
def api_texts() -> ApiTexts:
    data = json.loads((resources.files("twinstack.quotas") / FILE).read_text(encoding="utf-8"))
    arguments = {name: TextRule(**row) for name, row in data["arguments"].items()}
    tags = {service: (TextRule(**key), TextRule(**value)) for service, (key, value) in data["tags"].items()}
    return ApiTexts({**arguments, **DOCUMENTED}, tags)


def refused_texts(document: Document) -> Iterator[tuple[str, str, TextRule]]:
    """Each argument of a stack that AWS would refuse: its address with the argument, why, and the rule."""
    for name, rule in api_texts().arguments.items():
        type_, _, argument = name.partition(".")
        for address, block in document.of(type_):
            text = block.get(argument)
            if isinstance(text, str) and "${" not in text and (why := rule.refusal(text)):
                yield f"{address}.{argument}", why, rule


def _ascii(character: str) -> str:
    """An ASCII character of the same category, for patterns that name categories."""
    return (
        character
        if character.isascii()
        else {"L": "a", "N": "0", "Z": " "}.get(unicodedata.category(character)[0], "\x00")
    )


def read_models() -> dict[str, Any]:
    """The rows as botocore's models have them, in the version that is installed."""
    import botocore
    from botocore.session import Session

    loader = Session().get_component("data_loader")
    arguments: dict[str, dict[str, Any]] = {}
    for name, (service, operation, *path) in ARGUMENTS.items():
        model = loader.load_service_model(service, "service-2")
        shape = model["shapes"][model["operations"][operation]["input"]["shape"]]
        for member in path:
            shape = model["shapes"][shape["members"][member]["shape"]]
            while shape["type"] == "list":
                shape = model["shapes"][shape["member"]["shape"]]
        if row := _row(shape):
            arguments[name] = {"source": f"{service} {operation} {'.'.join(path)}", **row}
    tags: dict[str, Any] = {}
    for service, shapes in TAGS.items():
        model = loader.load_service_model(service, "service-2")["shapes"]
        tags[service] = [{"source": f"{service} {shape}", **_row(model[shape])} for shape in shapes]
    return {
        "botocore": botocore.__version__,
        "arguments": dict(sorted(arguments.items())),
        "tags": dict(sorted(tags.items())),
    }


def _row(shape: Mapping[str, Any]) -> dict[str, Any]:
    names = {"max": "longest", "min": "shortest", "pattern": "pattern"}
    return {ours: shape[theirs] for theirs, ours in names.items() if theirs in shape}


FILE: Final = "api_texts.json"
_CATEGORIES: Final = {"L": "A-Za-z", "N": "0-9", "Z": " "}
_GROUP: Final = r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]*"
ARGUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_acm_certificate.domain_name": ("acm", "RequestCertificate", "DomainName"),
    "aws_cloudwatch_log_group.name": ("logs", "CreateLogGroup", "logGroupName"),
    "aws_eks_access_entry.principal_arn": ("eks", "CreateAccessEntry", "principalArn"),
    "aws_eks_addon.addon_name": ("eks", "CreateAddon", "addonName"),
    "aws_eks_cluster.name": ("eks", "CreateCluster", "name"),
    "aws_eks_node_group.node_group_name": ("eks", "CreateNodegroup", "nodegroupName"),
    "aws_eks_pod_identity_association.namespace": ("eks", "CreatePodIdentityAssociation", "namespace"),
    "aws_eks_pod_identity_association.service_account": ("eks", "CreatePodIdentityAssociation", "serviceAccount"),
    "aws_iam_role.description": ("iam", "CreateRole", "Description"),
    "aws_iam_role.name": ("iam", "CreateRole", "RoleName"),
    "aws_iam_role.path": ("iam", "CreateRole", "Path"),
    "aws_iam_role_policy.name": ("iam", "PutRolePolicy", "PolicyName"),
    "aws_iam_role_policy.policy": ("iam", "PutRolePolicy", "PolicyDocument"),
    "aws_iam_role_policy_attachment.policy_arn": ("iam", "AttachRolePolicy", "PolicyArn"),
    "aws_kms_alias.name": ("kms", "CreateAlias", "AliasName"),
    "aws_kms_key.description": ("kms", "CreateKey", "Description"),
    "aws_launch_template.name": ("ec2", "CreateLaunchTemplate", "LaunchTemplateName"),
    "aws_secretsmanager_secret.description": ("secretsmanager", "CreateSecret", "Description"),
    "aws_secretsmanager_secret.name": ("secretsmanager", "CreateSecret", "Name"),
    "aws_wafv2_web_acl.description": ("wafv2", "CreateWebACL", "Description"),
    "aws_wafv2_web_acl.name": ("wafv2", "CreateWebACL", "Name"),
    "aws_wafv2_ip_set.description": ("wafv2", "CreateIPSet", "Description"),
    "aws_wafv2_ip_set.name": ("wafv2", "CreateIPSet", "Name"),
}
"""The arguments of texts that our resources have and whose limit a model knows: what calls which operation with it."""
TAGS: Final[Mapping[str, tuple[str, str]]] = {
    "acm": ("TagKey", "TagValue"),
    "cloudwatch": ("TagKey", "TagValue"),
    "eks": ("TagKey", "TagValue"),
    "elbv2": ("TagKey", "TagValue"),
    "iam": ("tagKeyType", "tagValueType"),
    "kms": ("TagKeyType", "TagValueType"),
    "logs": ("TagKey", "TagValue"),
    "s3control": ("TagKeyString", "TagValueString"),
    "secretsmanager": ("TagKeyType", "TagValueType"),
    "sns": ("TagKey", "TagValue"),
    "wafv2": ("TagKey", "TagValue"),
}
"""The services whose resources carry the environment's tags, and whose models know what a tag may be. RDS says the same in
words (Amazon RDS API Reference, "Tag": letters, digits, blanks and `_.:/=+-@`, no `aws:` and no `rds:` first), EC2 and
ElastiCache take more (read on 2026-11-28)."""
DOCUMENTED: Final[Mapping[str, TextRule]] = {
    "aws_security_group.name": TextRule("Amazon EC2 API Reference, CreateSecurityGroup, GroupName", 255, 1, _GROUP),
    "aws_security_group.description": TextRule(
        "Amazon EC2 API Reference, CreateSecurityGroup, GroupDescription", 255, 1, _GROUP
    ),
    "aws_vpc_security_group_ingress_rule.description": TextRule(
        "Amazon EC2 API Reference, IpRange, Description", 255, 0, _GROUP
    ),
    "aws_vpc_security_group_egress_rule.description": TextRule(
        "Amazon EC2 API Reference, IpRange, Description", 255, 0, _GROUP
    ),
}


def write() -> None:
    """Read the installed models and write the dated file beside this module."""
    found = {"read": datetime.date.today().isoformat(), **read_models()}
    (Path(__file__).parent / FILE).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
