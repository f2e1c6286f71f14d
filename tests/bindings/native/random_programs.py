"""Random programs as plain data: how they are made up, and what carries them out on whichever engine there is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.bindings.native.random_charts import KEYS, TEXTS, Program, below, charts, made_chart

WORDS = st.sampled_from(
    [
        "a",
        "b",
        "Resource",
        "Default",
        "x.y",
        "In ner",
        "long-" * 9,
        "q_1",
        "Z",
        "old-a",
        "a-b",
        "7",
        "12",
        "a\nb",
        "y/z",
    ]
)
NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6).filter(lambda one: one == 0 or abs(one) > 0.001))
REFERENCES = st.builds(
    lambda kind, to, around: {"reference": kind, "to": to, "around": around},
    st.sampled_from(["arn", "id", "name", "fqn"]),
    st.integers(0, 5),
    st.sampled_from(["{}", "p-{}", "{}{}", "${{f({})}}", "${{f({})}} {}", "}}{}", "$${{{}}}", "{{{}}}"]),
)
FUNCTIONS = st.deferred(
    lambda: st.builds(
        lambda name, given, seen_as: {"function": name, "given": given, "seen_as": seen_as},
        st.sampled_from(
            ["upper", "join", "coalesce", "merge", "element", "jsonencode", "max", "concat", "lookup", "if", "+", "=="]
        ),
        st.lists(
            st.one_of(st.integers(0, 99), st.just(True), ARGUMENTS, REFERENCES, TOKENS, FUNCTIONS),
            min_size=1,
            max_size=3,
        ),
        st.sampled_from(["", "text", "number", "list", "map", "any"]),
    )
)
ARGUMENTS = st.sampled_from(["", "a", "b-c", "$", "%s", "é", "'", "a b", "10"])
TOKENS = st.builds(
    lambda kind, to: {"token": kind, "to": to},
    st.sampled_from(["number", "list", "map", "boolean", "any", "block", "blocks"]),
    st.integers(0, 5),
)
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, REFERENCES, TOKENS, FUNCTIONS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
SOME_TEXT = st.one_of(TEXTS, REFERENCES, FUNCTIONS.map(lambda one: {**one, "seen_as": "text"}))
SOME_NUMBER = st.one_of(NUMBERS, st.builds(lambda to: {"token": "number", "to": to}, st.integers(0, 5)))
SOME_TEXTS = st.one_of(
    st.lists(SOME_TEXT, max_size=2), st.builds(lambda to: {"token": "list", "to": to}, st.integers(0, 5))
)
TAGS = st.one_of(
    st.dictionaries(KEYS, SOME_TEXT, max_size=4), st.builds(lambda to: {"token": "map", "to": to}, st.integers(0, 5))
)
PATHS = st.sampled_from(["policy", "tags", "tags.a", "tags.10", "n", "n.m", "rule.0.status", "rule", "lifecycle"])
OVERRIDES = st.lists(st.tuples(PATHS, PLAIN), max_size=3)
LIFECYCLES = st.fixed_dictionaries(
    {},
    optional={
        "create_before_destroy": st.booleans(),
        "prevent_destroy": st.booleans(),
        "ignore_changes": st.sampled_from(["all", ["tags"], []]),
        "replace_triggered_by": st.lists(TEXTS, max_size=2),
    },
)
RULES = st.lists(
    st.fixed_dictionaries(
        {"id": SOME_TEXT, "status": SOME_TEXT},
        optional={
            "prefix": SOME_TEXT,
            "days": SOME_NUMBER,
            "filter": st.fixed_dictionaries({"prefix": SOME_TEXT, "tags": st.dictionaries(KEYS, TEXTS, max_size=2)}),
            "transitions": st.lists(st.tuples(SOME_NUMBER, SOME_TEXT), max_size=2),
        },
    ),
    max_size=3,
)
KINDS = st.sampled_from(
    [
        "key",
        "queue",
        "bucket",
        "cluster",
        "role",
        "found",
        "output",
        "local",
        "variable",
        "group",
        "table",
        "template",
        "provider",
        "user",
    ]
)
ELEMENTS = st.fixed_dictionaries(
    {
        "kind": KINDS,
        "path": st.lists(WORDS, min_size=1, max_size=3),
        "text": SOME_TEXT,
        "number": SOME_NUMBER,
        "texts": SOME_TEXTS,
        "flag": st.booleans(),
        "tags": st.none() | TAGS,
        "count": st.none() | st.none() | st.integers(0, 3),
        "aspect": st.sampled_from([False, False, False, True]),
        "rules": RULES,
        "value": PLAIN,
        "overrides": OVERRIDES,
        "lifecycle": st.none() | LIFECYCLES,
        "needs": st.lists(st.integers(0, 5), max_size=2),
        "pinned": st.none() | st.sampled_from(["one", "two", "same"]),
        "later": st.none() | SOME_TEXT,
        "by": st.none() | st.integers(0, 5),
        "told": st.booleans(),
    }
)
STACKS = st.builds(
    lambda elements, overrides: {"elements": elements, "overrides": overrides},
    st.lists(ELEMENTS, max_size=5),
    st.lists(st.tuples(st.sampled_from(["locals", "terraform.required_version", "x.y.z"]), PLAIN), max_size=2),
)
PROGRAMS = st.one_of(STACKS, charts(PLAIN))


def carry_out(program: Program) -> str:
    """What a program makes."""
    return _stack(program) if "elements" in program else made_chart(program)


def _stack(program: Program) -> str:
    import cdktf
    from cdktf_cdktf_provider_aws.provider import AwsProvider

    with tempfile.TemporaryDirectory() as folder:
        flags = {"excludeStackIdFromLogicalIds": "true", "allowSepCharsInLogicalIds": "true"}
        app = cdktf.App(outdir=folder, context=flags, skip_validation=True)
        stack = cdktf.TerraformStack(app, "stack")
        AwsProvider(stack, "aws", region="x")
        made: list[Any] = []
        for about in program["elements"]:
            scope, id_ = below(stack, about["path"])
            made.append(_element(scope, id_, about, made))
        for path, value in program["overrides"]:
            stack.add_override(path, with_references(value, made))
        app.synth()
        return Path(folder, "stacks", "stack", "cdk.tf.json").read_text(encoding="utf-8")


def _element(scope: Any, id_: str, about: Program, made: list[Any]) -> Any:
    import cdktf

    known = with_references(
        {key: about[key] for key in ("text", "texts", "number", "tags", "value", "rules", "overrides", "later")}, made
    )
    needed = [made[index] for index in about["needs"] if index < len(made) and hasattr(made[index], "lifecycle")]
    life = None if about["lifecycle"] is None else cdktf.TerraformResourceLifecycle(**about["lifecycle"])
    others = [one for one in made if hasattr(one, "region") and hasattr(one, "alias")]
    by = others[about["by"] % len(others)] if others and about["by"] is not None else None
    meta = {"lifecycle": life, "depends_on": needed or None, "count": about["count"], "provider": by}
    element = _made(scope, id_, {**about, **known}, meta, made)
    if about["aspect"]:
        cdktf.Aspects.of(element).add(_tagger())
    for path, value in known["overrides"]:
        element.add_override(path, value)
    if about["pinned"]:
        element.override_logical_id(about["pinned"])
    if known["later"] is not None and about["kind"] == "key":
        element.policy = known["later"]
    return element


def _tagger() -> Any:
    """An aspect that overrides something of every resource."""
    import cdktf
    import jsii

    @jsii.implements(cdktf.IAspect)
    class Tagger:
        def visit(self, node: Any) -> None:
            if hasattr(node, "lifecycle"):
                node.add_override("tags.visited", node.node.path)

    return Tagger()


def _made(scope: Any, id_: str, about: Program, meta: dict[str, Any], made: list[Any]) -> Any:
    import cdktf
    from cdktf_cdktf_provider_aws.data_aws_eks_cluster import DataAwsEksCluster
    from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable
    from cdktf_cdktf_provider_aws.eks_cluster import EksCluster, EksClusterVpcConfig
    from cdktf_cdktf_provider_aws.iam_role import IamRole
    from cdktf_cdktf_provider_aws.iam_user import IamUser
    from cdktf_cdktf_provider_aws.kms_key import KmsKey
    from cdktf_cdktf_provider_aws.launch_template import (
        LaunchTemplate,
        LaunchTemplateBlockDeviceMappings,
        LaunchTemplateBlockDeviceMappingsEbs,
    )
    from cdktf_cdktf_provider_aws.provider import AwsProvider
    from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
        S3BucketLifecycleConfiguration,
        S3BucketLifecycleConfigurationRule,
        S3BucketLifecycleConfigurationRuleExpiration,
        S3BucketLifecycleConfigurationRuleFilter,
        S3BucketLifecycleConfigurationRuleFilterAnd,
        S3BucketLifecycleConfigurationRuleTransition,
    )
    from cdktf_cdktf_provider_aws.security_group import SecurityGroup, SecurityGroupIngress
    from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

    text, tags, flag, number = about["text"], about["tags"], about["flag"], about["number"]
    match about["kind"]:
        case "key":
            return KmsKey(scope, id_, description=text, tags=tags, deletion_window_in_days=number, **meta)
        case "queue":
            return SqsQueue(scope, id_, policy=text, tags=tags, fifo_queue=flag, delay_seconds=number, **meta)
        case "role":
            return IamRole(scope, id_, assume_role_policy=text, managed_policy_arns=about["texts"], tags=tags, **meta)
        case "found":
            return DataAwsEksCluster(scope, id_, name=text, tags=tags, **meta)
        case "cluster":
            network = EksClusterVpcConfig(subnet_ids=about["texts"], endpoint_private_access=flag)
            return EksCluster(scope, id_, name="n", role_arn=text, vpc_config=network, tags=tags, **meta)
        case "bucket":
            rules = [
                S3BucketLifecycleConfigurationRule(
                    id=rule["id"],
                    status=rule["status"],
                    prefix=rule.get("prefix"),
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=rule["days"])]
                    if "days" in rule
                    else None,
                    filter=[
                        S3BucketLifecycleConfigurationRuleFilter(
                            prefix=rule["filter"]["prefix"],
                            and_=[S3BucketLifecycleConfigurationRuleFilterAnd(tags=rule["filter"]["tags"])],
                        )
                    ]
                    if "filter" in rule
                    else None,
                    transition=[
                        S3BucketLifecycleConfigurationRuleTransition(days=days, storage_class=kind)
                        for days, kind in rule["transitions"]
                    ]
                    if "transitions" in rule
                    else None,
                )
                for rule in about["rules"]
            ]
            return S3BucketLifecycleConfiguration(scope, id_, bucket=text, rule=rules, **meta)
        case "local":
            return cdktf.TerraformLocal(scope, id_, about["value"])
        case "variable":
            return cdktf.TerraformVariable(scope, id_, default=about["value"], sensitive=flag)
        case "provider":
            return AwsProvider(
                scope, id_, region=text, alias=about["pinned"] or "x", default_tags=[{"tags": tags or {}}]
            )
        case "group":
            rules = [
                SecurityGroupIngress(description=rule["id"], from_port=rule.get("days")) for rule in about["rules"]
            ]
            egress: list[Any] = [{"protocol": rule["status"]} for rule in about["rules"] if "days" in rule]
            return SecurityGroup(scope, id_, description=text, ingress=rules, egress=egress, tags=tags, **meta)
        case "table":
            plain: list[Any] = [{"name": rule["id"], "type": rule["status"]} for rule in about["rules"]]
            return DynamodbTable(scope, id_, name=text, attribute=plain, read_capacity=number, tags=tags, **meta)
        case "template":
            disk = LaunchTemplateBlockDeviceMappingsEbs(volume_size=number, encrypted=text)
            disks = [LaunchTemplateBlockDeviceMappings(device_name=rule["id"], ebs=disk) for rule in about["rules"]]
            options = {"http_tokens": text, "http_put_response_hop_limit": number}
            return LaunchTemplate(scope, id_, block_device_mappings=disks, metadata_options=options, tags=tags, **meta)
        case "user":
            return IamUser(scope, id_, name=text, force_destroy=flag, tags=tags, **meta)
    told = made[about["needs"][0]] if about["told"] and about["needs"] and about["needs"][0] < len(made) else None
    value = about["value"] if told is None or isinstance(told, cdktf.TerraformOutput) else told
    needed = meta["depends_on"]
    return cdktf.TerraformOutput(scope, id_, value=value, sensitive=flag, depends_on=needed)


def with_references(value: Any, made: list[Any]) -> Any:
    """A value with what it refers to, among the elements made before; a plain text where there is no such element."""
    if isinstance(value, dict):
        if "reference" in value:
            found = made[value["to"]] if value["to"] < len(made) else None
            text = getattr(found, value["reference"], "none")
            return (
                value["around"]
                .replace("{}", text if isinstance(text, str) else "none")
                .replace("{{", "{")
                .replace("}}", "}")
            )
        if "token" in value:
            return _token(value["token"], made[value["to"]] if value["to"] < len(made) else None)
        if "function" in value:
            return _called(value, [with_references(one, made) for one in value["given"]])
        return {key: with_references(one, made) for key, one in value.items()}
    return [with_references(one, made) for one in value] if isinstance(value, list | tuple) else value


def _token(kind: str, element: Any) -> Any:
    """Another token than a text, of an element that has attributes; a plain value of its kind where it has none."""
    if not hasattr(element, "get_string_attribute"):
        return {"number": 7, "list": ["l"], "map": {"m": "1"}}.get(kind, True)
    match kind:
        case "number":
            return element.get_number_attribute("n")
        case "list":
            return element.get_list_attribute("l")
        case "map":
            return element.tags if isinstance(element.tags, dict) and len(element.tags) == 1 else {"m": element.arn}
        case "boolean":
            return element.get_boolean_attribute("b")
        case "block" if hasattr(element, "timeouts"):
            return element.timeouts
        case "blocks" if hasattr(element, "rule"):
            return element.rule.get(1).transition
    return element.interpolation_for_attribute("a")


def _called(about: Program, given: list[Any]) -> Any:
    """What a function or an operator gives, seen as something else where it is to be."""
    import cdktf

    fn, token = cdktf.Fn, cdktf.Token
    match about["function"]:
        case "+":
            made: Any = cdktf.Op.add(given[0], given[-1])
        case "==":
            made = cdktf.Op.eq(given[0], given[-1])
        case "if":
            made = fn.conditional(given[0], given[len(given) // 2], given[-1])
        case "upper":
            made = fn.upper(token.as_string(given[0]) if not isinstance(given[0], int) else "x")
        case "join":
            made = fn.join("-", [one if isinstance(one, str) else "x" for one in given])
        case "element":
            made = fn.element(given, len(given))
        case "lookup":
            made = fn.lookup({"a": given[0]}, "a", given[-1])
        case "merge":
            made = fn.merge([{"k": one, "b": [one]} for one in given])
        case "max":
            made = fn.max([one if isinstance(one, int | float) and one is not True else 1 for one in given])
        case "jsonencode":
            made = fn.jsonencode({"a": given, "10": {}})
        case name:
            made = getattr(fn, name)(given if name == "coalesce" else [given])
    ways = {"text": token.as_string, "number": token.as_number, "list": token.as_list, "map": token.as_string_map}
    return {**ways, "any": token.as_any}.get(about["seen_as"], lambda one: one)(made)
