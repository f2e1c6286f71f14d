"""Small programs, one for each thing that a program does: what each makes is the same on every engine."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cdktf
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.data_aws_eks_cluster import DataAwsEksCluster
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.eks_cluster import EksCluster, EksClusterVpcConfig
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplate
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
)
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from tests.bindings.native import found_programs as found
from tests.bindings.native.chart_programs import CHARTS, chart

SEEN: list[list[str]] = []  # by aspects, once the program is synthesized
FLAGS = {"excludeStackIdFromLogicalIds": "true", "allowSepCharsInLogicalIds": "true"}


def stack(build: Callable[[Any], Any]) -> str:
    """The document of one stack, and what the program returned."""
    with tempfile.TemporaryDirectory() as folder:
        app = cdktf.App(outdir=folder, context=FLAGS, skip_validation=True)
        one = cdktf.TerraformStack(app, "one")
        AwsProvider(one, "aws", region="x")
        said = build(one)
        app.synth()
        said = (said, SEEN.pop()) if SEEN else said
        files = sorted(Path(folder).rglob("*.json"))
        text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return f"{text}\n{cdktf.Testing.synth(one)}\nsaid {said!r}"


def pinned(element: Any, address: str) -> Any:
    element.override_logical_id(address)
    return element


def key(one: Any, id_: str = "key", **given: Any) -> Any:
    return pinned(KmsKey(one, id_, **given), id_)


def output(one: Any, *values: Any) -> None:
    cdktf.TerraformOutput(one, "o", value=[*values])


def nested(one: Any) -> None:
    outer = Construct(one, "queue")
    KmsKey(outer, "queue")
    KmsKey(Construct(outer, "In ner"), "A.b_c-d")
    KmsKey(Construct(one, "Default"), "key")
    KmsKey(Construct(one, "x"), "Resource")
    KmsKey(Construct(Construct(one, "a" * 150), "b" * 150), "c" * 40)


def outputs(one: Any) -> None:
    first = key(one)
    cdktf.TerraformOutput(Construct(one, "in"), "o", value=1)
    cdktf.TerraformOutput(Construct(one, "of"), "o", value=2, static_id=True)
    cdktf.TerraformOutput(one, "whole", value=first)
    cdktf.TerraformOutput(one, "p", value={"a": [1, None]}, sensitive=True, description="d", depends_on=[first])


def variables(one: Any) -> None:
    given = cdktf.TerraformVariable(
        one, "v", type="string", default="x", sensitive=True, description="d", nullable=False
    )
    local = cdktf.TerraformLocal(one, "l", {"a": [given.string_value, given.number_value], "b": given.list_value})
    output(one, given.value, given.boolean_value, given.fqn, local.as_string, local.as_list, local.as_number, local.fqn)
    cdktf.TerraformLocal(Construct(one, "deeper"), "l", 1)


def overrides(one: Any) -> None:
    for name in ("b", "a"):
        queue = pinned(SqsQueue(one, name, tags={"x": "1", "y": "2"}), name)
        queue.add_override("tags.z" if name == "b" else "delay_seconds", 3)
        queue.add_override("tags.x", None)
        queue.add_override("policy", f"of {queue.arn}")
    bucket = pinned(S3Bucket(one, "z"), "z")
    bucket.add_override("a.b", {"c": [1, {"d": 2.0}]})
    bucket.add_override("a.b.c", [])
    bucket.add_override("a.e", "f")
    one.add_override("resource.aws_sqs_queue.a.policy", "p")
    one.add_override("locals", {"l": 1})
    one.add_override("terraform.required_version", ">= 1.9")


def overrides_of_lists(one: Any) -> None:
    rule = S3BucketLifecycleConfigurationRule(id="r", status="Enabled")
    for name, path, value in (("l", "rule.1.status", "Disabled"), ("m", "rule", [{"id": "other"}])):
        pinned(S3BucketLifecycleConfiguration(one, name, bucket="b", rule=[rule, rule]), name).add_override(path, value)


def empties(one: Any) -> None:
    cluster = EksCluster(
        one,
        "c",
        name="",
        role_arn="r",
        vpc_config=EksClusterVpcConfig(subnet_ids=[]),
        tags={},
        enabled_cluster_log_types=[],
        deletion_protection=False,
    )
    pinned(cluster, "c").add_override("n", {"x": None, "y": [], "z": {}, "s": "", "l": [None, {}, []]})


def numbers(one: Any) -> None:
    made = key(one, deletion_window_in_days=7.0)
    made.add_override("n", [1.0, 1.5, 0.1, -0.0, 1e5, 123456789012, True, 0.0001, -17.25, 2**53 - 1])


def texts(one: Any) -> None:
    tags = dict.fromkeys(("b", "a", "B", "é", "10", "9", "_", "a/b"), "v")
    key(one, description='é "q" \\ \t \x7f \u2028 😀 < & ${"a"} {}', tags=tags)


def references(one: Any) -> None:
    role = pinned(IamRole(one, "r", assume_role_policy="{}", name="given"), "r")
    made = key(one, description=f"{role.arn} and {role.name}", policy=json.dumps({"a": [role.arn, role.id]}))
    pinned(SqsQueue(one, "q", kms_master_key_id=made.key_id, depends_on=[role, made, role]), "q")
    output(one, role.fqn, made.get_string_attribute("x"), role.interpolation_for_attribute("y"))


def references_in_expressions(one: Any) -> None:
    role = pinned(IamRole(one, "r", assume_role_policy="{}"), "r")
    arn, whole = role.arn, role.fqn
    output(
        one,
        f"${{tolist({whole}.x)}}",
        f"a {arn} ${{x({arn})}} b",
        f'${{"{arn}"}}',
        f"}}{arn}",
        f"%{{if {arn}}}",
        f"${{x({arn}, {{a={arn}}}) + {arn}}} {arn}",
        f"$${{{arn}}}",
        f"${{{arn}",
        f"${{ {arn} ${{{arn}}} {arn} }} {arn}",
        f"x${{{arn}}}${{{arn}}}{arn}",
        {f"${{{arn}}}": f"${{{arn}}}"},
    )


def references_of_other_kinds(one: Any) -> None:
    database = pinned(DbInstance(one, "d", instance_class="c"), "d")
    certificate = pinned(AcmCertificate(one, "c"), "c")
    queue = SqsQueue(one, "q", fifo_queue=database.multi_az, delay_seconds=database.port, tags=database.tags)
    pinned(queue, "q")
    cluster = EksCluster(
        one,
        "e",
        name="n",
        role_arn=certificate.options.export,
        vpc_config=EksClusterVpcConfig(subnet_ids=database.vpc_security_group_ids),
        enabled_cluster_log_types=certificate.validation_emails,
    )
    pinned(cluster, "e")
    output(one, database.port, database.tags, database.multi_az, [database.vpc_security_group_ids])


def references_of_blocks(one: Any) -> None:
    cluster = EksCluster(one, "e", name="n", role_arn="r", vpc_config=EksClusterVpcConfig(subnet_ids=["q"]))
    life = S3BucketLifecycleConfiguration(one, "b", bucket="x", rule=[])
    bucket = S3Bucket(one, "bu")
    found = DataAwsEksCluster(one, "d", name="x")
    template = LaunchTemplate(one, "lt")
    certificate = AcmCertificate(one, "c")
    output(
        one,
        *(life.rule.get(1).filter.get(0).prefix, life.rule.get(0).transition.get(2).days, life.timeouts.create),
        *(life.rule.fqn, life.rule.get(0).fqn, life.timeouts.fqn, life.rule, life.rule.get(0)),
        *(bucket.versioning.enabled, bucket.lifecycle_rule.get(0).transition.get(1).storage_class),
        *(
            bucket.grant.get(0).permissions,
            found.vpc_config.get(0).subnet_ids,
            found.identity.get(0).oidc.get(0).issuer,
        ),
        *(found.fqn, found.tags, found.arn, cluster.certificate_authority.get(0).data, cluster.vpc_config),
        *(cluster.encryption_config.provider.key_arn, cluster.timeouts.create, template.iam_instance_profile.arn),
        *(cluster.kubernetes_network_config.elastic_load_balancing.enabled, template.latest_version),
        *(template.block_device_mappings.get(0).ebs.volume_size, template.network_interfaces.get(3).security_groups),
        *(certificate.domain_validation_options, certificate.domain_validation_options.get(1)),
        certificate.domain_validation_options.get(0).domain_name,
    )


def an_early_reference(one: Any) -> None:
    role = IamRole(one, "r", assume_role_policy="{}")
    arn = role.arn
    pinned(role, "later")
    key(one, description=arn)


def a_plain_mapping(one: Any) -> None:
    pinned(EksCluster(one, "c", name="n", role_arn="r", vpc_config={"subnet_ids": ["s"]}), "c")  # ty: ignore[invalid-argument-type]


def changed_afterwards(one: Any) -> Any:
    tags = {"a": "1"}
    made = key(one, tags=tags, description="d", policy="p")
    tags["b"] = "2"
    made.policy = "q"
    made.reset_description()
    cluster = EksCluster(one, "e", name="n", role_arn="r", vpc_config=EksClusterVpcConfig(subnet_ids=["q"]))
    cluster.put_vpc_config(subnet_ids=["z"])
    return made.policy_input, made.description_input, made.tags_input


def meta_arguments(one: Any) -> Any:
    other = AwsProvider(one, "other", region="y", alias="b")
    life = cdktf.TerraformResourceLifecycle(
        prevent_destroy=False, create_before_destroy=True, ignore_changes=["tags"], replace_triggered_by=["a.b.c"]
    )
    key(one, lifecycle=life, provider=other, count=3)
    key(one, "all", lifecycle=cdktf.TerraformResourceLifecycle(ignore_changes="all"))
    return other.fqn, other.alias, other.region


def twice(one: Any) -> None:
    pinned(KmsKey(one, "a"), "same")
    pinned(KmsKey(one, "b"), "same")


def moved(one: Any) -> Any:
    made = pinned(KmsKey(one, "a"), "new")
    made.move_from_id("aws_kms_key.old")
    return made.terraform_resource_type, made.friendly_unique_id


def the_tree(one: Any) -> Any:
    KmsKey(one, "a")
    inner = Construct(Construct(one, "Default"), "b/c")
    node = one.node
    ids = [each.node.id for each in node.find_all()], [each.node.path for each in inner.node.scopes]
    found = node.try_find_child("a") is not None, node.try_find_child("z") is None
    return (
        *ids,
        *found,
        node.try_remove_child("a"),
        node.try_remove_child("b"),
        node.addr,
        inner.node.addr,
        str(node.path),
    )


def s3_backend(one: Any) -> None:
    cdktf.S3Backend(
        one, bucket="b", key="k", region="r", encrypt=True, endpoints={"s3": "e"}, force_path_style=True, kms_key_id="x"
    )


def local_backend(one: Any) -> None:
    cdktf.LocalBackend(one, path="p")


def other_backends(one: Any) -> str:
    made = []
    for kind, given in (
        (
            "AzurermBackend",
            {"storage_account_name": "a", "container_name": "c", "key": "k", "resource_group_name": "g"},
        ),
        ("ConsulBackend", {"access_token": "t", "path": "p", "gzip": True}),
        ("GcsBackend", {"bucket": "b", "prefix": "p"}),
        ("HttpBackend", {"address": "a", "retry_max": 3, "lock_address": "l"}),
        ("PgBackend", {"conn_str": "c", "schema_name": "s"}),
    ):
        other = cdktf.TerraformStack(one.node.root, kind)
        getattr(cdktf, kind)(other, **given)
        made.append(cdktf.Testing.synth(other))
        one.node.root.node.try_remove_child(kind)
    return "".join(made)


def functions(one: Any) -> None:
    made, text = key(one), cdktf.Token.as_string
    arn, number, listed, mapped = made.arn, made.deletion_window_in_days, made.get_list_attribute("l"), made.tags
    fn = cdktf.Fn
    output(
        one,
        *(fn.join("-", [arn, "b", f"x-{arn}-y", "$", "%s", "é😀", "'"]), fn.abs(-1.5), fn.abs(number), fn.range(1, 5)),
        *(
            fn.range(1, 5, 2),
            fn.max([1, number, 2.5]),
            fn.coalesce([arn, "x", 1, True]),
            fn.bcrypt("a"),
            fn.bcrypt("a", 3),
        ),
        *(fn.lookup(mapped, "x"), fn.lookup(mapped, "x", "y"), fn.lookup_nested(mapped, ["a", "b", 0]), fn.uuid()),
        *(fn.conditional(cdktf.Op.gt(number, 3), "a", arn), fn.upper(text(fn.conditional(arn, "a", "b")))),
        *(
            fn.element(fn.lookup_nested(mapped, ["x", 1]), 0),
            fn.setunion(["a"], [["b"], ["c"]]),
            fn.alltrue([True, "x"]),
        ),
        *(fn.merge([{"10": "x", "9": [1, "x"], "a-b": arn}, mapped]), fn.length_of(["a"]), fn.tolist(fn.toset(["b"]))),
        *(fn.concat([["a"], listed]), fn.jsonencode({"a": arn, "b": [number, {}], "d": {}, "e": []}), fn.merge([])),
        *(fn.tostring(made.timeouts), fn.jsonencode(made.timeouts.create), fn.format("%s-%d", [arn, 5])),
        f"pre-{fn.upper(arn)}-${{x({fn.lower(arn)})}}",
        {"text": text(number), "number": cdktf.Token.as_number(fn.element(listed, 0)), "any": cdktf.Token.as_any(arn)},
        [cdktf.Token.as_list(fn.concat([["a"], listed])), cdktf.Token.as_string_map(fn.merge([{"a": "b"}])), listed],
    )


def operators(one: Any) -> None:
    number, op = key(one).deletion_window_in_days, cdktf.Op
    output(
        one,
        *(op.add(1, number), op.sub(-1, op.negate(5)), op.mul(2, 3), op.div(number, 2), op.mod(5, 2.5)),
        *(op.eq("a", number), op.neq(1, 2), op.gt(1, 2), op.gte(1, 2), op.lt(1, 2), op.lte(1, 2)),
        *(op.and_(op.or_(True, "x"), op.not_(True)), op.negate(op.add(1, 2)), op.not_(op.eq(1, 2))),
    )


def call(name: str, *given: Any) -> str:
    """What a function gives, whether it is a text, and in an output; without a name, the names of all functions."""
    if not name:
        return " ".join(one for one in dir(cdktf.Fn) if not one.startswith("_") and one != "mro")
    one = cdktf.TerraformStack(cdktf.App(outdir=tempfile.gettempdir(), context=FLAGS), "one")
    made = getattr(cdktf.Fn, name)(*given)
    output(one, made)
    return f"{isinstance(made, str)} {cdktf.Testing.synth(one)}"


def aspects(one: Any) -> Any:
    import jsii

    seen: list[str] = []

    @jsii.implements(cdktf.IAspect)
    class Tagger:
        def __init__(self, name: str) -> None:
            self.name = name

        def visit(self, node: Any) -> None:
            seen.append(f"{self.name} {type(node).__name__} {node.node.path}")
            if isinstance(node, KmsKey):
                node.add_override(f"tags.{self.name}", len(seen))
            if self.name == "inner" and node.node.id == "in" and not node.node.try_find_child("more"):
                KmsKey(node, "more")

    inner = Construct(one, "in")
    made = KmsKey(inner, "key")
    twice = Tagger("one")
    for name, scope in (("app", one.node.root), ("stack", one), ("inner", inner), ("key", made)):
        cdktf.Aspects.of(scope).add(Tagger(name))
        cdktf.Aspects.of(scope).add(twice)
    SEEN.append(seen)
    return len(cdktf.Aspects.of(one).all)


def validations() -> str:
    import constructs
    import jsii

    called: list[str] = []

    @jsii.implements(constructs.IValidation)
    class Quiet:
        def validate(self) -> list[str]:
            called.append("asked")
            return []

    with tempfile.TemporaryDirectory() as folder:
        app = cdktf.App(outdir=folder, context=FLAGS)
        one = cdktf.TerraformStack(app, "one")
        AwsProvider(one, "aws")
        KmsKey(one, "key").node.add_validation(Quiet())
        app.synth()
        return f"{called} {app.node.try_get_context('cdktfVersion')} {cdktf.Testing.synth(one)}"


STACKS = (
    *(nested, outputs, variables, overrides, overrides_of_lists, empties, numbers, texts, references),
    *(references_in_expressions, references_of_other_kinds, references_of_blocks, an_early_reference, a_plain_mapping),
    *(changed_afterwards, meta_arguments, twice, moved, the_tree, s3_backend, local_backend, other_backends),
    *(functions, operators, aspects, *found.STACKS),
)
PROGRAMS: dict[str, Callable[[], str]] = {
    **{one.__name__: (lambda build=one: stack(build)) for one in STACKS},
    **{one.__name__: (lambda build=one: chart(build)) for one in (*CHARTS, *found.CHARTS)},
    "validations": validations,
    "names": lambda: " ".join(sorted(PROGRAMS.keys() - {"names"})),
}
