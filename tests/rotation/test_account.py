"""What the simulated account does with what real Terraform applies, above all with staging labels."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.rotation.account import Account, LivingProvider
from tests.rotation.secrets_manager import CURRENT, PREVIOUS, SecretsError
from twinstack.rehearsal.terraform.workspace import Workspace, workspace
from twinstack.terraform.program import PROGRAMS

SECRET = "shop/database/url"


@pytest.fixture
def stack(tmp_path: Path, account: Account) -> Iterator[Workspace]:
    if not any(shutil.which(name) for name in PROGRAMS):
        pytest.skip("neither terraform nor tofu is installed")
    write(tmp_path, {"v1": version(1, [CURRENT, "v1"])})
    with workspace(tmp_path, cloud=account, provider=LivingProvider) as place:
        assert place.run("init").status == 0
        apply(place)
        yield place


def version(number: int, stages: list[str], **more: Any) -> dict[str, Any]:
    return {
        "secret_id": "${aws_secretsmanager_secret.url.id}",
        "secret_string_wo": f"value {number}",
        "secret_string_wo_version": number,
        "version_stages": stages,
        **more,
    }


def write(folder: Path, versions: Mapping[str, Any], **more: Any) -> None:
    resources = {
        "aws_secretsmanager_secret": {"url": {"name": SECRET, "recovery_window_in_days": 30}},
        "aws_secretsmanager_secret_version": versions,
        **more,
    }
    content: dict[str, Any] = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 6.0"}}},
        "provider": {"aws": [{"region": "us-west-2"}]},
    }
    if any(resources.values()):
        content["resource"] = {kind: found for kind, found in resources.items() if found}
    (folder / "cdk.tf.json").write_text(json.dumps(content), encoding="utf-8")


def apply(place: Workspace, *, refused: str = "") -> None:
    outcome = place.run("apply", "-auto-approve", "-no-color")
    assert bool(outcome.status) is bool(refused), outcome.output
    assert refused in outcome.output


def labels(account: Account) -> list[set[str]]:
    """The labels of each version, oldest first; none for one that lost them."""
    found = account.secrets.labels(SECRET)
    return [set(found.get(one, ())) for one in account.secrets.versions(SECRET)]


def test_a_version_is_put_with_its_labels(stack: Workspace, account: Account) -> None:
    assert labels(account) == [{CURRENT, "v1"}]
    assert stack.run("plan", "-detailed-exitcode").status == 0


def test_one_that_is_replaced_loses_its_label_and_its_successor_is_current(stack: Workspace, account: Account) -> None:
    """What happens where all versions of a secret share one address: nobody can read the former one by its label."""
    write(stack.folder, {"v1": version(2, [CURRENT, "v2"])})
    apply(stack)
    assert labels(account) == [{PREVIOUS}, {CURRENT, "v2"}]
    with pytest.raises(SecretsError, match="staging label: v1"):
        account.secrets.value(SECRET, label="v1")


def test_a_label_that_moved_is_seen_by_the_next_plan_unless_it_is_ignored(stack: Workspace, account: Account) -> None:
    write(stack.folder, {"v1": version(1, [CURRENT, "v1"]), "v2": version(2, [CURRENT, "v2"])})
    apply(stack)
    assert stack.run("plan", "-detailed-exitcode").status == 2
    ignored = {"lifecycle": {"ignore_changes": ["version_stages"]}}
    write(stack.folder, {"v1": version(1, ["v1"], **ignored), "v2": version(2, [CURRENT, "v2"])})
    assert stack.run("plan", "-detailed-exitcode").status == 0
    assert labels(account) == [{PREVIOUS, "v1"}, {CURRENT, "v2"}]


def test_one_that_leaves_loses_the_labels_of_its_state_and_stays(stack: Workspace, account: Account) -> None:
    """The labels that it had when it was last written into the state: real Terraform refreshes and does not use that."""
    ignored = {"lifecycle": {"ignore_changes": ["version_stages"]}}
    second = {"v2": version(2, [CURRENT, "v2"])}
    write(stack.folder, {"v1": version(1, ["v1"], **ignored), **second})
    apply(stack)
    write(stack.folder, second)
    apply(stack)
    assert labels(account) == [{PREVIOUS}, {CURRENT, "v2"}]
    assert stack.run("plan", "-detailed-exitcode").status == 0


def test_an_empty_value_fails_the_apply(stack: Workspace) -> None:
    write(stack.folder, {"v1": version(1, [CURRENT, "v1"]), "v2": version(2, ["v2"], secret_string_wo="")})
    apply(stack, refused="is empty")


def test_a_secret_that_leaves_waits_for_its_deletion(stack: Workspace, account: Account) -> None:
    write(stack.folder, {}, aws_secretsmanager_secret={})
    apply(stack)
    with pytest.raises(SecretsError, match="marked for deletion"):
        account.secrets.value(SECRET)


def test_a_pod_may_read_what_the_policy_of_its_role_names(stack: Workspace, account: Account) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": ["${aws_secretsmanager_secret.url.arn}"]}]}  # fmt: skip
    write(
        stack.folder,
        {"v1": version(1, [CURRENT, "v1"])},
        aws_iam_role={"web": {"name": "shop-web", "assume_role_policy": "{}"}},
        aws_iam_role_policy={"web": {"name": "links", "role": "${aws_iam_role.web.id}", "policy": json.dumps(policy)}},
        aws_eks_pod_identity_association={"web": {"cluster_name": "shop", "namespace": "shop", "service_account": "web", "role_arn": "${aws_iam_role.web.arn}"}},
    )  # fmt: skip
    # Types that the first stack did not use are not served in its workspace.
    with workspace(stack.folder, cloud=account, provider=LivingProvider) as place:
        account.secrets.delete(SECRET, recovery_days=0)
        assert place.run("init").status == 0
        apply(place)
    arn = account.secrets.arn(SECRET)
    assert account.roles.refusal("shop", "web", "secretsmanager:GetSecretValue", arn) == ""
    assert "not authorized" in account.roles.refusal("shop", "web", "secretsmanager:PutSecretValue", arn)
    assert "no Pod Identity" in account.roles.refusal("shop", "other", "secretsmanager:GetSecretValue", arn)
