"""The provider that serves the schema: what it answers to Terraform, without Terraform."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest

from twinstack.rehearsal import schemas
from twinstack.rehearsal.schema_provider import ADDRESSES, CANARY, Cloud, Failure, SchemaProvider, serving
from twinstack.rehearsal.schema_provider.cloud import NoSecretValueError
from twinstack.rehearsal.schema_provider.protocol import CALLS, MESSAGES
from twinstack.rehearsal.schema_provider.values import Account, Inventor
from twinstack.rehearsal.schema_provider.wire import UNKNOWN, decode, encode, is_unknown

SERVED = {
    "resource": [
        "aws_db_instance",
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
        "aws_secretsmanager_secret_version",
        "aws_vpc",
        "aws_wafv2_web_acl",
        "aws_misspelt",
    ],
    "data": ["aws_caller_identity", "aws_iam_policy_document", "aws_lbs", "aws_region", "aws_route53_zone"],
    "ephemeral": ["aws_secretsmanager_random_password", "aws_secretsmanager_secret_version"],
}
ELSEWHERE = Account("123456789012", "us-east-1")


@pytest.fixture
def provider() -> SchemaProvider:
    return SchemaProvider(schemas.read("6.69.1"), Cloud(), SERVED)


class Terraform:
    """The calls that Terraform makes, with whole objects: what is not said is null."""

    def __init__(self, provider: SchemaProvider, connection: str = "a") -> None:
        self.provider, self.connection = provider, connection

    def whole(self, kind: str, type_name: str, values: dict[str, Any]) -> dict[str, Any]:
        block = self.provider.schema.block(kind, type_name)
        repeated = {name for name, one in block.blocks.items() if one.nesting != "single"}
        nothing = {name: [] if name in repeated else None for name in (*block.attributes, *block.blocks)}
        return nothing | values

    def configure(self, **configuration: Any) -> None:
        request = MESSAGES["ProviderConfigRequest"](config=encode(configuration))
        self.provider.call("ConfigureProvider", request, self.connection)

    def plan(
        self, type_name: str, configuration: dict[str, Any], prior: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        whole = self.whole("resource", type_name, configuration)
        kept = {name: value for name, value in (prior or {}).items() if whole.get(name) is None}
        request = MESSAGES["PlanResourceChangeRequest"](
            type_name=type_name,
            prior_state=encode(prior),
            proposed_new_state=encode(whole | kept),
            config=encode(whole),
        )
        self.plan_response = self.provider.call("PlanResourceChange", request, self.connection)
        return decode(self.plan_response.planned_state)

    def apply(self, type_name: str, configuration: dict[str, Any], prior: dict[str, Any] | None = None) -> Any:
        planned = self.plan(type_name, configuration, prior)
        request = MESSAGES["ApplyResourceChangeRequest"](
            type_name=type_name,
            prior_state=encode(prior),
            planned_state=encode(planned),
            config=encode(self.whole("resource", type_name, configuration)),
        )
        self.response = self.provider.call("ApplyResourceChange", request, self.connection)
        return decode(self.response.new_state)

    def read(self, type_name: str, **configuration: Any) -> dict[str, Any]:
        request = MESSAGES["TypedConfigRequest"](
            type_name=type_name, config=encode(self.whole("data", type_name, configuration))
        )
        return decode(self.provider.call("ReadDataSource", request, self.connection).state)

    def open(self, type_name: str, **configuration: Any) -> Any:
        whole = self.whole("ephemeral", type_name, configuration)
        request = MESSAGES["TypedConfigRequest"](type_name=type_name, config=encode(whole))
        return self.provider.call("OpenEphemeralResource", request, self.connection)


@pytest.fixture
def terraform(provider: SchemaProvider) -> Terraform:
    return Terraform(provider)


def test_only_the_types_that_are_asked_for_and_exist_are_served(provider: SchemaProvider) -> None:
    response = provider.call("GetProviderSchema", None, "a")
    assert {entry.key for entry in response.resource_schemas} == set(SERVED["resource"]) - {"aws_misspelt"}
    assert {entry.key for entry in response.data_source_schemas} == set(SERVED["data"])
    assert {entry.key for entry in response.ephemeral_resource_schemas} == set(SERVED["ephemeral"])


def test_the_schema_on_the_wire_keeps_every_flag(provider: SchemaProvider) -> None:
    response = provider.call("GetProviderSchema", None, "a")
    (database,) = (entry.value.block for entry in response.resource_schemas if entry.key == "aws_db_instance")
    attributes = {one.name: one for one in database.attributes}
    assert attributes["instance_class"].required
    assert attributes["password_wo"].write_only
    assert not attributes["password_wo"].computed
    assert json.loads(attributes["tags"].type) == ["map", "string"]
    (restore,) = (one for one in database.block_types if one.type_name == "restore_to_point_in_time")
    assert restore.max_items == 1


def test_a_create_plans_what_aws_fills_in_as_unknown_and_leaves_the_rest_null(terraform: Terraform) -> None:
    planned = terraform.plan("aws_db_instance", {"identifier": "d", "instance_class": "db.t4g.micro"})
    assert planned["identifier"] == "d"
    assert is_unknown(planned["address"])
    assert is_unknown(planned["port"])
    assert planned["final_snapshot_identifier"] is None


def test_an_update_keeps_what_aws_filled_in(terraform: Terraform) -> None:
    made = terraform.apply("aws_db_instance", {"identifier": "d", "instance_class": "db.t4g.micro"})
    planned = terraform.plan("aws_db_instance", {"identifier": "d", "instance_class": "db.t4g.large"}, made)
    assert planned == made | {"instance_class": "db.t4g.large"}


def test_an_unchanged_object_plans_to_itself(terraform: Terraform) -> None:
    configuration = {"identifier": "d", "instance_class": "db.t4g.micro", "tags": {"a": "b"}}
    made = terraform.apply("aws_db_instance", configuration)
    assert terraform.plan("aws_db_instance", configuration, made) == made


def test_made_up_values_have_the_shape_that_aws_gives_them(terraform: Terraform) -> None:
    terraform.configure(region="eu-west-1", allowed_account_ids=["111122223333"])
    made = terraform.apply("aws_db_instance", {"identifier": "d", "instance_class": "db.t4g.micro"})
    assert made["arn"] == "arn:aws:rds:eu-west-1:111122223333:db:d"
    assert made["address"].startswith("d.")
    assert made["address"].endswith(".eu-west-1.rds.amazonaws.com")
    assert made["endpoint"] == f"{made['address']}:5432"
    assert made["port"] == 5432
    assert terraform.apply("aws_vpc", {"cidr_block": "10.0.0.0/16"})["id"].startswith("vpc-")
    bucket = terraform.apply("aws_s3_bucket", {"bucket": "b"})
    assert (bucket["id"], bucket["arn"]) == ("b", "arn:aws:s3:::b")


def test_made_up_values_are_the_same_at_every_run_and_differ_between_twins(terraform: Terraform) -> None:
    first, second = (terraform.apply("aws_vpc", {"cidr_block": "10.0.0.0/16"})["id"] for _ in range(2))
    assert first != second
    again = Terraform(SchemaProvider(schemas.read("6.69.1"), Cloud(), SERVED))
    assert again.apply("aws_vpc", {"cidr_block": "10.0.0.0/16"})["id"] == first


def test_an_unknown_value_gets_one_of_its_type() -> None:
    inventor = Inventor("aws_x", {"name": "n"}, ELSEWHERE)
    type_ = [
        "object",
        {"a": "number", "b": ["list", ["object", {"c": "bool"}]], "d": ["map", "string"], "e": ["set", "string"]},
    ]
    value = inventor.fill(UNKNOWN, type_)
    assert value == {"a": 1, "b": [{"c": False}], "d": {}, "e": [value["e"][0]]}
    assert isinstance(value["e"][0], str)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("cluster_security_group_id", "sg-"), ("vpc_security_group_ids", "sg-"), ("default_route_table_id", "rtb-"), ("vpc_id", "vpc-"),
        ("outpost_subnet_id", "subnet-"), ("primary_network_interface_id", "eni-"),
    ],
)  # fmt: skip
def test_an_id_of_the_network_has_the_shape_that_aws_gives_it(name: str, shape: str) -> None:
    made = Inventor("aws_x", {}, ELSEWHERE).invent("string", name)
    assert made.startswith(shape)
    assert len(made) == len(shape) + 17


def test_what_is_known_is_never_made_up() -> None:
    type_ = ["object", {"a": ["list", "string"], "b": "string", "c": ["map", "number"]}]
    value = {"a": ["x", UNKNOWN], "b": None, "c": {"k": 2}}
    filled = Inventor("aws_x", {}, ELSEWHERE).fill(value, type_)
    assert (filled["a"][0], filled["b"], filled["c"]) == ("x", None, {"k": 2})
    assert isinstance(filled["a"][1], str)


def test_all_tags_are_the_providers_and_the_objects_own(terraform: Terraform) -> None:
    terraform.configure(default_tags=[{"tags": {"Team": "data", "Name": "default"}}])
    assert terraform.plan("aws_vpc", {"tags": {"Name": "own"}})["tags_all"] == {"Team": "data", "Name": "own"}
    assert is_unknown(terraform.plan("aws_vpc", {"tags": {"Name": UNKNOWN}})["tags_all"])


def test_each_connection_has_its_own_region(provider: SchemaProvider) -> None:
    near, far = Terraform(provider, "near"), Terraform(provider, "far")
    near.configure(region="eu-west-1")
    far.configure(region="us-east-1")
    assert [one.plan("aws_vpc", {})["region"] for one in (near, far)] == ["eu-west-1", "us-east-1"]


def test_a_block_with_open_types_goes_through_unchanged(terraform: Terraform) -> None:
    inside = terraform.provider.schema.block("resource", "aws_wafv2_web_acl").blocks["rule"].block
    whole = dict.fromkeys((*inside.attributes, *inside.blocks))
    # Terraform sends the type before the value where the schema leaves it open.
    statement = [b'["object",{"limit":"number"}]', {"limit": 100}]
    rule = [b'["tuple",["dynamic"]]', [whole | {"name": "limit", "priority": 1, "statement": statement}]]
    configuration = {"name": "w", "scope": "REGIONAL", "rule": rule}
    assert terraform.apply("aws_wafv2_web_acl", configuration)["rule"] == rule


def test_write_only_values_reach_aws_and_never_a_plan_or_a_state(terraform: Terraform) -> None:
    configuration = {"identifier": "d", "instance_class": "x", "password_wo": "hidden", "password_wo_version": 1}
    made = terraform.apply("aws_db_instance", configuration)
    assert made["password_wo"] is None
    (write,) = terraform.provider.cloud.writes
    assert (write.type_name, write.argument, write.value) == ("aws_db_instance", "password_wo", "hidden")
    assert "hidden" not in repr(write)


def test_a_write_only_value_is_taken_over_again_only_with_a_new_version(terraform: Terraform) -> None:
    configuration = {"identifier": "d", "instance_class": "x", "password_wo": "one", "password_wo_version": 1}
    made = terraform.apply("aws_db_instance", configuration)
    made = terraform.apply("aws_db_instance", configuration | {"password_wo": "two", "instance_class": "y"}, made)
    terraform.apply("aws_db_instance", configuration | {"password_wo": "three", "password_wo_version": 2}, made)
    assert [write.value for write in terraform.provider.cloud.writes] == ["one", "three"]


def test_a_new_value_makes_a_new_version_of_a_secret(terraform: Terraform) -> None:
    secret = terraform.apply("aws_secretsmanager_secret", {"name": "s"})
    first = {"secret_id": secret["id"], "secret_string_wo": "one", "secret_string_wo_version": 1}
    made = terraform.apply("aws_secretsmanager_secret_version", first)
    assert (made["arn"], made["secret_string"]) == (secret["arn"], None)
    terraform.plan("aws_secretsmanager_secret_version", first | {"secret_string_wo_version": 2}, made)
    (path,) = terraform.plan_response.requires_replace
    assert path.steps[0].attribute_name == "secret_string_wo_version"


def test_a_secret_is_read_by_any_of_its_names_and_by_its_versions(terraform: Terraform) -> None:
    secret = terraform.apply("aws_secretsmanager_secret", {"name": "s"})
    versions = [
        terraform.apply("aws_secretsmanager_secret_version", {"secret_id": secret["id"], "secret_string_wo": value})
        for value in ("one", "two")
    ]
    for name in ("s", secret["arn"]):
        result = decode(terraform.open("aws_secretsmanager_secret_version", secret_id=name).result)
        assert result["secret_string"] == "two"
    old = terraform.open("aws_secretsmanager_secret_version", secret_id="s", version_id=versions[0]["version_id"])
    assert decode(old.result)["secret_string"] == "one"


def test_a_secret_without_a_value_cannot_be_read(terraform: Terraform) -> None:
    terraform.apply("aws_secretsmanager_secret", {"name": "s"})
    response = terraform.open("aws_secretsmanager_secret_version", secret_id="s")
    (diagnostic,) = response.diagnostics
    assert 'the secret "s" has no value' in diagnostic.detail


def test_a_secret_made_elsewhere_has_a_made_up_value_that_stays() -> None:
    cloud = Cloud()
    value = cloud.secret("elsewhere")
    assert value.startswith(CANARY)
    assert cloud.secret("elsewhere") == value
    with pytest.raises(NoSecretValueError, match='no version "v2"'):
        cloud.secret("elsewhere", "v2")


@pytest.mark.parametrize("length", [8, 32, 64])
def test_a_made_up_password_has_the_length_asked_for_and_is_new_each_time(terraform: Terraform, length: int) -> None:
    responses = [terraform.open("aws_secretsmanager_random_password", password_length=length) for _ in range(2)]
    first, second = (decode(response.result)["random_password"] for response in responses)
    assert len(first) == length
    assert first != second
    assert first.isalnum()
    assert terraform.provider.cloud.issued == {first, second}


def test_a_failure_asked_for_happens_once_and_leaves_what_was(terraform: Terraform) -> None:
    cloud = terraform.provider.cloud
    cloud.fail(Failure("aws_db_instance", {"identifier": "d"}))
    configuration = {"instance_class": "x", "password_wo": "p"}
    assert terraform.apply("aws_db_instance", configuration | {"identifier": "other"}) is not None
    assert terraform.apply("aws_db_instance", configuration | {"identifier": "d"}) is None
    assert terraform.response.diagnostics[0].summary == "The rehearsal made this change fail"
    assert len(cloud.writes) == 1, "the refused one took over nothing"
    assert terraform.apply("aws_db_instance", configuration | {"identifier": "d"}) is not None


def test_a_failure_afterwards_is_done_but_not_told(terraform: Terraform) -> None:
    cloud = terraform.provider.cloud
    cloud.fail(Failure("aws_db_instance", after=True))
    assert terraform.apply("aws_db_instance", {"identifier": "d", "instance_class": "x", "password_wo": "p"}) is None
    assert [write.value for write in cloud.writes] == ["p"]


def test_data_sources_tell_what_the_provider_block_says(terraform: Terraform) -> None:
    terraform.configure(region="eu-west-1", allowed_account_ids=["111122223333"])
    assert terraform.read("aws_caller_identity")["account_id"] == "111122223333"
    assert terraform.read("aws_region")["name"] == "eu-west-1"
    zone = terraform.read("aws_route53_zone", name="example.org")
    assert (zone["name"], zone["arn"]) == ("example.org", f"arn:aws:route53:::hostedzone/{zone['zone_id']}")
    assert terraform.read("aws_lbs", tags={"a": "b"})["arns"] == []


def test_a_policy_document_is_rendered(terraform: Terraform) -> None:
    statement = {
        "sid": "Read",
        "effect": None,
        "actions": ["s3:GetObject"],
        "resources": ["arn:aws:s3:::b/*"],
        "not_actions": None,
        "principals": [{"type": "AWS", "identifiers": ["*"]}],
        "condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}],
    }
    document = json.loads(terraform.read("aws_iam_policy_document", statement=[statement])["json"])
    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Sid": "Read",
                "Action": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::b/*"],
                "Principal": {"AWS": ["*"]},
                "Condition": {"Bool": {"aws:SecureTransport": ["true"]}},
            }
        ],
    }


def test_a_destroy_is_planned_and_done(terraform: Terraform) -> None:
    made = terraform.apply("aws_vpc", {"cidr_block": "10.0.0.0/16"})
    nothing = encode(None)
    request = MESSAGES["PlanResourceChangeRequest"](
        type_name="aws_vpc", prior_state=encode(made), proposed_new_state=nothing
    )
    assert decode(terraform.provider.call("PlanResourceChange", request, "a").planned_state) is None
    request = MESSAGES["ApplyResourceChangeRequest"](
        type_name="aws_vpc", prior_state=encode(made), planned_state=nothing
    )
    assert decode(terraform.provider.call("ApplyResourceChange", request, "a").new_state) is None


def test_every_call_is_answered_over_the_wire(provider: SchemaProvider) -> None:
    with serving(provider) as variables:
        attachments = json.loads(variables["TF_REATTACH_PROVIDERS"])
        assert set(attachments) == set(ADDRESSES)
        address = attachments[ADDRESSES[0]]["Addr"]["String"]
        with grpc.insecure_channel(f"unix:{address}") as channel:
            for method in ("GetProviderSchema", "ValidateResourceConfig", "GetFunctions", "StopProvider"):
                request, response = (MESSAGES[name] for name in CALLS[method])
                call = channel.unary_unary(
                    f"/tfplugin6.Provider/{method}",
                    request_serializer=request.SerializeToString,
                    response_deserializer=response.FromString,
                )
                assert isinstance(call(request(), timeout=300), response)
            call = channel.unary_unary("/tfplugin6.Provider/MoveResourceState")
            with pytest.raises(grpc.RpcError) as refused:
                call(b"", timeout=300)
            assert isinstance(refused.value, grpc.Call)
            assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED
