"""The rehearsal with real Terraform and OpenTofu. Skipped where neither is on the path."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from twinstack.errors import Problem, UsageError
from twinstack.rehearsal.schema_provider import CANARY, Cloud, Failure
from twinstack.rehearsal.terraform import NEWER_ARGUMENTS, rehearse, rehearse_interruption, workspace
from twinstack.rehearsal.terraform.passwords import unreadable

EXPECTED_WRITES = 3
PROVIDER = {
    "terraform": {
        "required_version": ">= 1.11",
        "required_providers": {"aws": {"source": "aws", "version": "~> 6.25"}},
        "backend": {"s3": {"bucket": "states", "key": "k", "region": "eu-west-1"}},
    },
    "provider": {
        "aws": [
            {
                "region": "eu-west-1",
                "allowed_account_ids": ["111122223333"],
                "default_tags": [{"tags": {"Team": "data"}}],
            }
        ]
    },
}


def secret_stack(*, password: str = "${ephemeral.aws_secretsmanager_secret_version.p.secret_string}") -> dict[str, Any]:
    """The order that cannot leave two passwords: made, stored, read back, used."""
    return {
        "ephemeral": {
            "aws_secretsmanager_random_password": {"p": {"password_length": 40, "exclude_punctuation": True}},
            "aws_secretsmanager_secret_version": {
                "p": {
                    "secret_id": "${aws_secretsmanager_secret_version.p.secret_id}",
                    "version_id": "${aws_secretsmanager_secret_version.p.version_id}",
                }
            },
        },
        "resource": {
            "aws_secretsmanager_secret": {"p": {"name": "p"}, "url": {"name": "url"}},
            "aws_secretsmanager_secret_version": {
                "p": {
                    "secret_id": "${aws_secretsmanager_secret.p.id}",
                    "secret_string_wo": "${ephemeral.aws_secretsmanager_random_password.p.random_password}",
                    "secret_string_wo_version": 1,
                },
                "url": {
                    "secret_id": "${aws_secretsmanager_secret.url.id}",
                    "secret_string_wo": f"postgresql://admin:{password}@${{aws_db_instance.d.address}}/x",
                    "secret_string_wo_version": 1,
                },
            },
            "aws_db_instance": {
                "d": {
                    "identifier": "d",
                    "instance_class": "db.t4g.micro",
                    "username": "admin",
                    "password_wo": password,
                    "password_wo_version": 1,
                }
            },
        },
    }


@pytest.fixture(params=["terraform", "tofu"])
def program(request: pytest.FixtureRequest) -> str:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not on the path")
    return request.param


@pytest.fixture
def any_program() -> str:
    found = next((name for name in ("terraform", "tofu") if shutil.which(name)), None)
    if found is None:
        pytest.skip("neither terraform nor tofu is on the path")
    return found


@pytest.fixture
def write(tmp_path: Path):
    def write_stack(stack: dict[str, Any]) -> Path:
        folder = tmp_path / "stack"
        folder.mkdir(exist_ok=True)
        (folder / "cdk.tf.json").write_text(json.dumps(PROVIDER | stack, indent=2))
        return folder

    return write_stack


def only_problem(stack: Path, program: str) -> Problem:
    (problem,) = rehearse(stack, program=program).problems
    return problem


def test_a_good_stack_is_applied_and_plans_to_nothing_afterwards(write, program: str) -> None:
    steps: list[str] = []
    report = rehearse(write(secret_stack()), program=program, progress=steps.append)
    assert report.problems == ()
    assert report.passed
    assert report.resources == {
        "aws_db_instance": 1,
        "aws_secretsmanager_secret": 2,
        "aws_secretsmanager_secret_version": 2,
    }
    assert [step.split(" ", 1)[1] for step in steps] == ["init", "validate", "plan", "apply", "second plan"]
    assert [sentence.split(":")[0] for sentence in report.proved] == [
        *(step.split(" ", 1)[1] for step in steps[:4]),
        "passwords",
        "second plan",
        "secrets",
    ]
    assert "passed: 5 resources" in report.lines()[0]
    assert json.loads(json.dumps(report.as_dict()))["passed"] is True


def test_the_state_knows_account_region_and_tags_of_the_provider_block(write, any_program: str) -> None:
    stack = write(
        {
            "data": {"aws_caller_identity": {"me": {}}, "aws_availability_zones": {"all": {}}, "aws_lbs": {"none": {}}},
            "resource": {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16", "tags": {"Name": "main"}}}},
            "output": {
                "account": {"value": "${data.aws_caller_identity.me.account_id}"},
                "zones": {"value": "${data.aws_availability_zones.all.names}"},
                "tags": {"value": "${aws_vpc.main.tags_all}"},
                "arn": {"value": "${aws_vpc.main.arn}"},
            },
        }
    )
    with workspace(stack, program=any_program) as place:
        place.run("init")
        assert place.run("apply", "-auto-approve").status == 0
        outputs = {name: one["value"] for name, one in json.loads(place.state_file.read_text())["outputs"].items()}
    assert outputs["account"] == "111122223333"
    assert outputs["zones"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert outputs["tags"] == {"Team": "data", "Name": "main"}
    assert outputs["arn"].startswith("arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-")


def test_for_each_over_what_does_not_exist_yet_and_over_validation_options_can_be_planned(
    write, any_program: str
) -> None:
    stack = write(
        {
            "data": {"aws_lbs": {"ours": {"tags": {"cluster": "x"}}}},
            "resource": {
                "aws_acm_certificate": {
                    "c": {"domain_name": "a.example.org", "subject_alternative_names": ["b.example.org"]}
                },
                "aws_route53_record": {
                    "v": {
                        "for_each": "${{ for o in aws_acm_certificate.c.domain_validation_options : o.domain_name => o }}",
                        "zone_id": "Z1",
                        "name": "${each.value.resource_record_name}",
                        "type": "${each.value.resource_record_type}",
                        "records": ["${each.value.resource_record_value}"],
                        "ttl": 60,
                    }
                },
                "aws_wafv2_web_acl_association": {
                    "w": {
                        "for_each": "${toset(data.aws_lbs.ours.arns)}",
                        "resource_arn": "${each.value}",
                        "web_acl_arn": "x",
                    }
                },
            },
        }
    )
    report = rehearse(stack, program=any_program)
    assert report.problems == ()
    assert report.resources == {"aws_acm_certificate": 1, "aws_route53_record": 2}


def test_a_misspelt_argument_is_refused_with_its_place(write, program: str) -> None:
    problem = only_problem(write({"resource": {"aws_vpc": {"main": {"cidr_blok": "10.0.0.0/16"}}}}), program)
    assert problem.code == "TW802"
    assert problem.path == "aws_vpc.main.cidr_blok"
    assert "cidr_blok" in problem.message
    assert str(problem.location).startswith("cdk.tf.json:")


def test_a_misspelt_argument_in_a_nested_block_is_refused_with_its_place(write, program: str) -> None:
    cluster = {"name": "c", "role_arn": "arn:aws:iam::111122223333:role/r", "vpc_config": {"subnet_id": ["subnet-1"]}}
    found = rehearse(write({"resource": {"aws_eks_cluster": {"c": cluster}}}), program=program).problems
    assert "aws_eks_cluster.c.vpc_config.subnet_id" in {problem.path for problem in found}
    assert any("subnet_ids" in problem.message for problem in found), "the required one is missing as well"


def test_a_wrong_type_is_refused(write, program: str) -> None:
    stack = write(
        {"resource": {"aws_db_instance": {"d": {"instance_class": "db.t4g.micro", "allocated_storage": "much"}}}}
    )
    problem = only_problem(stack, program)
    assert (problem.code, problem.path) == ("TW802", "aws_db_instance.d.allocated_storage")
    assert "number" in problem.message


def test_a_missing_required_argument_is_refused(write, program: str) -> None:
    problem = only_problem(write({"resource": {"aws_db_instance": {"d": {"identifier": "d"}}}}), program)
    assert problem.path == "aws_db_instance.d"
    assert "instance_class" in problem.message


def test_two_of_a_block_that_may_stand_once_are_refused(write, program: str) -> None:
    twice = {"bucket": "b", "versioning": [{"enabled": True}, {"enabled": False}]}
    problem = only_problem(write({"resource": {"aws_s3_bucket": {"b": twice}}}), program)
    assert "versioning" in problem.message


def test_a_misspelt_type_is_refused_and_the_right_one_named(write, program: str) -> None:
    problem = only_problem(write({"resource": {"aws_s3_bucket_encryption": {"b": {}}}}), program)
    assert "aws_s3_bucket_encryption" in problem.message
    assert "aws_s3_bucket" in problem.fix


def test_a_reference_to_something_undeclared_is_refused(write, program: str) -> None:
    stack = write({"resource": {"aws_subnet": {"a": {"vpc_id": "${aws_vpc.nowhere.id}"}}}})
    problem = only_problem(stack, program)
    assert problem.path == "aws_subnet.a.vpc_id"
    assert "nowhere" in problem.message


def test_a_reference_to_an_attribute_that_does_not_exist_is_refused(write, program: str) -> None:
    resources = {
        "aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {"a": {"vpc_id": "${aws_vpc.v.identity}"}},
    }
    assert "identity" in only_problem(write({"resource": resources}), program).message


def test_a_version_constraint_that_does_not_admit_the_schema_is_refused(write, program: str) -> None:
    terraform = PROVIDER["terraform"] | {"required_providers": {"aws": {"source": "aws", "version": "~> 7.0"}}}
    problem = only_problem(write({"terraform": terraform}), program)
    assert problem.code == "TW801"
    assert "7.0" in problem.message


def test_something_that_changes_at_every_plan_is_found(write, program: str) -> None:
    stack = write({"resource": {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16", "tags": {"At": "${timestamp()}"}}}}})
    problem = only_problem(stack, program)
    assert (problem.code, problem.path) == ("TW805", "aws_vpc.v")


def test_a_secret_in_the_state_is_found_with_its_place(write, program: str) -> None:
    stack = write(
        {
            "data": {"aws_secretsmanager_random_password": {"p": {}}},
            "resource": {
                "aws_secretsmanager_secret": {"s": {"name": "s"}},
                "aws_secretsmanager_secret_version": {
                    "s": {
                        "secret_id": "${aws_secretsmanager_secret.s.id}",
                        "secret_string": "${data.aws_secretsmanager_random_password.p.random_password}",
                    }
                },
            },
        }
    )
    found = [problem for problem in rehearse(stack, program=program).problems if problem.code == "TW807"]
    assert {problem.path for problem in found} >= {
        "data.aws_secretsmanager_random_password.p.random_password",
        "aws_secretsmanager_secret_version.s.secret_string",
    }
    assert {"with their IAM role" in problem.fix and "`provided` secret" in problem.fix for problem in found} == {True}


def test_an_ephemeral_value_in_an_ordinary_argument_is_refused(write, program: str) -> None:
    stack = secret_stack()
    database = stack["resource"]["aws_db_instance"]["d"]
    database["password"] = database.pop("password_wo")
    del database["password_wo_version"]
    codes = {problem.code for problem in rehearse(write(stack), program=program).problems}
    assert codes == {"TW802"} or codes == {"TW803"}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("address", ["aws_db_instance.d", "aws_secretsmanager_secret_version.p"])
def test_a_run_that_breaks_off_leaves_one_password_after_the_next_run(
    write, program: str, address: str, after: bool
) -> None:
    assert rehearse_interruption(write(secret_stack()), address, after=after, program=program) == ()


def test_a_password_that_is_not_read_back_is_found_after_a_run_that_breaks_off(write, program: str) -> None:
    direct = secret_stack(password="${ephemeral.aws_secretsmanager_random_password.p.random_password}")
    del direct["resource"]["aws_secretsmanager_secret_version"]["url"]
    del direct["ephemeral"]["aws_secretsmanager_secret_version"]
    direct["resource"]["aws_db_instance"]["d"]["depends_on"] = ["aws_secretsmanager_secret_version.p"]
    (problem,) = rehearse_interruption(write(direct), "aws_db_instance.d", program=program)
    assert problem.code == "TW808"
    assert "password_wo" in problem.message


def test_a_secret_read_before_it_has_a_value_is_found_after_a_run_that_breaks_off(write) -> None:
    """Without `version_id` Terraform knows the place before a value is in it, and the next plan reads it. OpenTofu waits."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on the path")
    stack = secret_stack()
    del stack["ephemeral"]["aws_secretsmanager_secret_version"]["p"]["version_id"]
    (problem,) = rehearse_interruption(write(stack), "aws_secretsmanager_secret_version.p", program="terraform")
    assert problem.code == "TW809"
    assert "has no value" in problem.message


def test_a_rotation_that_breaks_off_is_finished_by_the_next_run(write, program: str) -> None:
    cloud = Cloud()
    with workspace(write(secret_stack()), program=program, cloud=cloud) as place:
        place.run("init")
        assert place.run("apply", "-auto-approve").status == 0
        rotated = place.configuration_file.read_text().replace('wo_version": 1', 'wo_version": 2')
        place.configuration_file.write_text(rotated)
        cloud.fail(Failure("aws_db_instance"))
        assert place.run("apply", "-auto-approve").status != 0
        assert cloud.secret("p") != cloud.writes[1].value, "in between, the new password is only in its secret"
        assert place.run("apply", "-auto-approve").status == 0
        assert list(unreadable(cloud)) == []


def test_a_new_version_gives_both_halves_the_same_new_password(write, any_program: str) -> None:
    cloud = Cloud()
    folder = write(secret_stack())
    with workspace(folder, program=any_program, cloud=cloud) as place:
        place.run("init")
        assert place.run("apply", "-auto-approve").status == 0
        first = {write.argument: write.value for write in cloud.writes if write.type_name == "aws_db_instance"}
        assert place.run("apply", "-auto-approve").status == 0
        assert len(cloud.writes) == EXPECTED_WRITES, "nothing is written again while the version stays"
        rotated = place.configuration_file.read_text().replace('wo_version": 1', 'wo_version": 2')
        place.configuration_file.write_text(rotated)
        assert place.run("apply", "-auto-approve").status == 0
        second = {write.argument: write.value for write in cloud.writes if write.type_name == "aws_db_instance"}
        assert second != first
        assert list(unreadable(cloud)) == []
        assert CANARY not in "".join(place.outputs) + place.state_file.read_text()


def test_a_plan_to_destroy_what_is_protected_is_stopped(write, program: str) -> None:
    protected = {"bucket": "shop-files", "lifecycle": {"prevent_destroy": True}}
    report = rehearse(write({"resource": {"aws_s3_bucket": {"b": protected}}}), program=program)
    assert report.passed
    assert any(sentence.startswith("destroy: stopped") for sentence in report.proved)


def test_newer_arguments_are_refused_by_the_older_schema_and_taken_out_for_it(write, any_program: str) -> None:
    group = {"replication_group_id": "g", "description": "g", "auth_token_wo": "x", "auth_token_wo_version": 1}
    stack = write({"resource": {"aws_elasticache_replication_group": {"g": group}}})
    with workspace(stack, schema="6.25.0", program=any_program) as place:
        place.run("init")
        assert "auth_token_wo" in place.run("validate", "-json").output
    report = rehearse(stack, schema="6.25.0", program=any_program)
    assert report.problems == ()
    assert "auth_token_wo" in NEWER_ARGUMENTS["aws_elasticache_replication_group"]
    assert (
        json.loads((stack / "cdk.tf.json").read_text())["resource"]["aws_elasticache_replication_group"]["g"] == group
    )


def test_credentials_are_not_passed_on_and_said_to_be_unused(
    write, any_program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    stack = write({"resource": {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}}})
    with workspace(stack, program=any_program) as place:
        assert not any(name.startswith("AWS") for name in place.variables)
    assert any("were not used" in note for note in rehearse(stack, program=any_program).notes)


def test_nothing_is_left_and_the_stack_is_untouched(write, any_program: str) -> None:
    stack = write({"resource": {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}}})
    before = (stack / "cdk.tf.json").read_bytes()
    with workspace(stack, program=any_program) as place:
        folder = place.folder
        place.run("init")
    assert not folder.exists()
    assert [path.name for path in stack.iterdir()] == ["cdk.tf.json"]
    assert (stack / "cdk.tf.json").read_bytes() == before


def test_a_folder_without_a_stack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no cdk\.tf\.json"):
        rehearse(tmp_path)
