"""Small programs of what was once found to differ between the engines: by random programs, or by reading what a name is made of."""

from __future__ import annotations

import json
from typing import Any

import cdk8s
import cdktf
import jsii
from cdk8s_plus_27 import k8s
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable, DynamodbTableAttribute
from cdktf_cdktf_provider_aws.emr_cluster import EmrCluster, EmrClusterStep, EmrClusterStepHadoopJarStep
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.route_table import RouteTable, RouteTableRoute
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfiguration
from cdktf_cdktf_provider_aws.security_group import SecurityGroup, SecurityGroupEgress, SecurityGroupIngress
from constructs import Construct


def below(scope: Any, *ids: str) -> Any:
    """The construct at a path, whose scopes are made where they are not there."""
    for one in ids:
        scope = scope.node.try_find_child(one) or Construct(scope, one)
    return scope


def repeated_ids(one: Any) -> Any:
    for path in (
        *(["a", "Resource", "a"], ["a", "Default", "a"], ["b", "a", "b"], ["Resource", "Resource"]),
        *(["orders-queue", "queue"], ["x", "old-x", "x", "d-x"], ["A.b", "b"], ["A.b", "A", "b"], ["c", "C"]),
        *(["l\nine"], ["l\nine", "in/ner"], ["y" * 300], ["z" * 250, "k"], ["Default", "Default", "k"]),
    ):
        KmsKey(below(one, *path), "key")
        KmsKey(below(one, *path[:-1]), f"{path[-1]}.")
    return below(one, "l\nine").node.path, below(one, "l\nine").node.addr


def numbers_as_ids(one: Any) -> Any:
    seen: list[str] = []

    @jsii.implements(cdktf.IAspect)
    class Looker:
        def visit(self, node: Any) -> None:
            seen.append(node.node.path)

    for id_ in ("b", "10", "01", "9", "a", "4294967295", "1e3", "-1", "0"):
        KmsKey(one, id_)
    cdktf.Aspects.of(one).add(Looker())
    cdktf.Testing.synth(one)
    return seen, [each.node.id for each in one.node.children], one.node.try_remove_child("10")


def outputs_below_outputs(one: Any) -> None:
    outer = cdktf.TerraformOutput(one, "a", value=[])
    cdktf.TerraformOutput(cdktf.TerraformOutput(outer, "a", value=1), "a", value=2)
    cdktf.TerraformOutput(below(outer, "b", "c"), "d", value=3)


def addresses_given_later(one: Any) -> None:
    keys = [KmsKey(one, f"k{number}") for number in range(3)]
    other = AwsProvider(one, "other", region="y", alias="b")
    KmsKey(one, "later", depends_on=keys, provider=other)
    cdktf.TerraformOutput(one, "o", value=keys[0], depends_on=[keys[1]])
    other.alias = "c"
    for key in keys:
        key.override_logical_id(f"{key.node.id}-now")


def blocks_with_nulls(one: Any) -> None:
    web = [SecurityGroupIngress(from_port=443, protocol="tcp", cidr_blocks=["10.0.0.0/8"]), SecurityGroupIngress()]
    group = SecurityGroup(one, "g", ingress=web, egress=[])
    group.add_override("ingress.0.to_port", 444)
    SecurityGroup(one, "h", egress=[SecurityGroupEgress(self_attribute=True)]).add_override("egress", ["x"])
    RouteTable(one, "t", vpc_id="v", route=[RouteTableRoute(cidr_block="10.0.0.0/8", gateway_id=group.id)])
    jar = EmrClusterStepHadoopJarStep(jar="j", args=["a"])
    steps = [EmrClusterStep(action_on_failure="CONTINUE", name="n", hadoop_jar_step=[jar]), EmrClusterStep()]
    EmrCluster(one, "e", name="n", release_label="r", service_role="s", step=steps)


def plain_mappings_in_lists(one: Any) -> None:
    AwsProvider(
        one, "other", alias="b", default_tags=[{"tags": {"CostCenter": "x", "a_b": "y"}}], endpoints=[{"s3": "e"}]
    )
    DynamodbTable(
        one, "t", name="n", attribute=[{"name": "id", "type": "S"}, DynamodbTableAttribute(name="x", type="N")]
    )
    rule = {"id": "r", "status": "Enabled", "filter": [{"prefix": "p"}], "expiration": [{"days": 3, "date": None}]}
    S3BucketLifecycleConfiguration(one, "l", bucket="b", rule=[rule])
    SecurityGroup(one, "g", ingress=[{"description": "d", "protocol": "tcp"}, {}])


def made_names(one: Any) -> Any:
    paths = (
        *(["default-deny"], ["Resource-x-default"], ["web", "resource"], ["a", "a"], ["A", "a"], ["a", "A"]),
        *(["x" * 70], ["first" * 6, "second" * 6, "third"], ["a.b", "_c"], ["-a-", "--b"], ["pod"], ["é"[:0] + "e$%"]),
        *(["first" * 12, "z"], ["Default"], ["10", "9"], ["a-a", "a"]),
    )
    for path in paths:
        k8s.KubeConfigMap(below(one, *path), "map")
        k8s.KubeCronJob(below(one, *path[:-1]), f"{path[-1]}-job")
    cdk8s.ApiObject(one, "nothing", api_version="v", kind="K", metadata=cdk8s.ApiObjectMetadata(name=""))
    return names_of(one, paths)


def names_of(one: Any, paths: Any) -> None:
    """Puts what `Names` makes of each path into the output."""
    found = {}
    for path in paths:
        for options in ({}, {"max_len": 20}, {"include_hash": False}):
            scope = below(one, *path)
            label, value = cdk8s.Names.to_dns_label(scope, **options), cdk8s.Names.to_label_value(scope, **options)
            found[f"{path} {json.dumps(options)}"] = [label, value]
    found["chart"] = [cdk8s.Names.to_dns_label(one), cdk8s.Names.to_label_value(one)]
    cdk8s.ApiObject(one, "names", api_version="v", kind="K").add_json_patch(cdk8s.JsonPatch.add("/of", found))


def names_without_hashes(one: Any) -> None:
    chart = cdk8s.Chart(one.node.root, "Two.x", disable_resource_name_hashes=True)
    for path in (["a", "b"], ["x" * 70], ["default-x"]):
        k8s.KubeConfigMap(below(chart, *path), "map")
    cdk8s.ApiObject(one, "other", api_version="v", kind="K").add_json_patch(cdk8s.JsonPatch.add("/x", chart.to_json()))


def order_of_objects(one: Any) -> None:
    for id_ in ("b", "10", "9", "a"):
        k8s.KubeConfigMap(one, id_)
    k8s.KubeConfigMap(Construct(one, "in"), "not-right-below")
    inner = cdk8s.Chart(one, "2")
    k8s.KubeConfigMap(inner, "own")
    ids = {"all": [each.node.id for each in one.api_objects], "inner": inner.to_json()}
    cdk8s.ApiObject(one, "ids", api_version="v", kind="K").add_json_patch(cdk8s.JsonPatch.add("/ids", ids))


def empty_metadata(one: Any) -> None:
    thing = cdk8s.ApiObject(one, "t", api_version="v", kind="K")
    thing.metadata.add("a", {"b": {}, "c": [], "d": {"e": {"f": []}}, "g": [{"h": [], "i": 1}], "j": ""})
    thing.metadata.add("k", {"l": {}})


STACKS = (
    *(repeated_ids, numbers_as_ids, outputs_below_outputs, addresses_given_later),
    *(blocks_with_nulls, plain_mappings_in_lists),
)
CHARTS = (made_names, names_without_hashes, order_of_objects, empty_metadata)
