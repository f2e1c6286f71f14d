"""Who connects to a database, and who makes the role."""

from __future__ import annotations

import pytest

from tests.postgres.database import BASE, TODAY, Shop, load, refused
from twinstack.environment import Access
from twinstack.errors import ConfigurationError
from twinstack.job import JobSpec
from twinstack.layers.load import load_text
from twinstack.web_service import WebServiceSpec


@pytest.mark.parametrize(
    ("version", "since", "role"),
    [
        (1, 2, "shop_user"), (2, 2, "shop_user_b"), (3, 2, "shop_user_a"), (4, 2, "shop_user_b"),
        (1, 1, "shop_user_a"), (2, 1, "shop_user_b"), (3, 4, "shop_user"), (4, 4, "shop_user_b"),
    ],
)  # fmt: skip
def test_two_roles_take_turns_with_the_passwords(version: int, since: int, role: str) -> None:
    assert load(f"database: {{two_roles_from: {since}}}").role_of(version) == role


def test_the_master_user_is_neither_of_the_two_roles() -> None:
    for user in ("shop_user_a", "shop_user_b"):
        (found,) = refused(f"database: {{admin_user: {user}}}\n")
        assert found.code == "TW704"


@pytest.mark.parametrize(("version", "since", "is_retired"), [(1, 2, False), (2, 2, False), (3, 2, True), (2, 1, True)])
def test_the_group_loses_its_login_once_neither_release_connects_as_it(
    version: int, since: int, is_retired: bool
) -> None:
    spec = load(f"database: {{password_version: {version}, two_roles_from: {since}}}")
    preparation = spec.offer(Access.ADMIN).preparation
    assert preparation is not None
    assert ("NOLOGIN PASSWORD NULL" in preparation.script) is is_retired


USERS = """\
web:
  image: registry.example/web
  port: 8000
  health: {live: /live, ready: /ready}
  resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: 200m, memory: 256Mi}}
  scale: {min: 1, max: 2, cpu: 70}
  uses: [database]
"""


class Used(Shop):
    web: WebServiceSpec


class Prepared(Used):
    migration: JobSpec


def test_the_image_that_makes_the_role_has_the_bundle_too() -> None:
    job = "migration: {image: a, command: [b], uses: [database: admin], resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}}\n"
    files = {"base": BASE + USERS + job, "live": "database: {ca_bundle: /certificates/rds.pem}\n"}
    with pytest.raises(ConfigurationError) as caught:
        load_text(Prepared, "live", files, TODAY)
    (found,) = caught.value.problems
    assert (found.code, found.path, found.allowed) == (
        "TW714",
        "database.client_image",
        "an image with psql and /certificates/rds.pem",
    )
    files["live"] = "database: {ca_bundle: /certificates/rds.pem, client_image: 'registry.example/psql:17.2'}\n"
    assert load_text(Prepared, "live", files, TODAY)


def test_where_no_job_could_make_the_role_it_is_a_warning_that_can_be_acknowledged() -> None:
    (warning,) = load_text(Used, "live", {"base": BASE + USERS, "live": ""}, TODAY).warnings
    assert (warning.code, warning.warning) == ("TW709", True)
    assert warning.fix.startswith("give a Job `uses: [database: admin]`; or, with a reviewed reason, ")
    layer = "database:\n  acknowledge: {TW709: the role is made by hand}\n"
    assert load_text(Used, "live", {"base": BASE + USERS, "live": layer}, TODAY).warnings == ()


def test_where_a_job_does_not_make_the_role_it_is_refused() -> None:
    job = "migration: {image: a, command: [b], resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}}\n"
    with pytest.raises(ConfigurationError) as caught:
        load_text(Prepared, "live", {"base": BASE + USERS + job, "live": ""}, TODAY)
    assert [(each.code, each.warning) for each in caught.value.problems] == [("TW709", False)]
