"""The simulated Secrets Manager keeps the rules of the real one."""

from __future__ import annotations

import pytest

from tests.rotation.secrets_manager import CURRENT, PREVIOUS, SecretsError, SecretsManager

URL = "shop/database/url"


@pytest.fixture
def manager() -> SecretsManager:
    made = SecretsManager()
    made.create(URL, f"arn:aws:secretsmanager:us-west-2:111122223333:secret:{URL}-abc123")
    return made


def test_the_first_version_is_current_whatever_it_is_called(manager: SecretsManager) -> None:
    manager.put(URL, "one", "a", ["v1"])
    assert manager.labels(URL) == {"one": {CURRENT, "v1"}}
    assert manager.value(URL) == ("one", "a")


def test_a_version_without_labels_takes_current_and_leaves_previous_behind(manager: SecretsManager) -> None:
    manager.put(URL, "one", "a", [CURRENT, "v1"])
    manager.put(URL, "two", "b")
    assert manager.labels(URL) == {"one": {PREVIOUS, "v1"}, "two": {CURRENT}}
    manager.put(URL, "three", "c", [CURRENT, "v3"])
    assert manager.labels(URL) == {"one": {"v1"}, "two": {PREVIOUS}, "three": {CURRENT, "v3"}}


def test_a_version_with_other_labels_leaves_current_alone(manager: SecretsManager) -> None:
    manager.put(URL, "one", "a")
    manager.put(URL, "two", "b", ["v2"])
    assert manager.value(URL) == ("one", "a")
    assert manager.value(URL, label="v2") == ("two", "b")


def test_a_label_is_on_one_version_at_a_time(manager: SecretsManager) -> None:
    manager.put(URL, "one", "a", ["v1"])
    manager.put(URL, "two", "b", ["v1"])
    assert manager.value(URL, label="v1") == ("two", "b")
    with pytest.raises(SecretsError, match="v1 is attached to two, which RemoveFromVersionId does not name"):
        manager.move(URL, "v1", to="one")
    manager.move(URL, "v1", to="one", away_from="two")
    assert manager.value(URL, label="v1") == ("one", "a")


def test_current_is_moved_and_never_removed(manager: SecretsManager) -> None:
    manager.put(URL, "one", "a")
    manager.put(URL, "two", "b")
    with pytest.raises(SecretsError, match="only be moved"):
        manager.move(URL, CURRENT, away_from="two")
    manager.move(URL, CURRENT, to="one", away_from="two")
    assert manager.labels(URL) == {"one": {CURRENT}, "two": {PREVIOUS}}


def test_a_version_that_lost_its_last_label_has_no_name_to_be_read_by(manager: SecretsManager) -> None:
    manager.put(URL, "one", "a", [CURRENT, "v1"])
    manager.put(URL, "two", "b", [CURRENT, "v2"])
    manager.move(URL, "v1", away_from="one")
    with pytest.raises(SecretsError, match="can't find the secret value for staging label: v1"):
        manager.value(URL, label="v1")


def test_an_empty_value_is_refused(manager: SecretsManager) -> None:
    with pytest.raises(SecretsError, match="is empty"):
        manager.put(URL, "one", "")
    with pytest.raises(SecretsError, match="staging label: AWSCURRENT"):
        manager.value(URL)


def test_a_deleted_secret_is_not_read_and_its_name_stays_taken(manager: SecretsManager) -> None:
    manager.put(URL, "one", "a")
    manager.delete(URL, recovery_days=30)
    with pytest.raises(SecretsError, match="marked for deletion"):
        manager.value(URL)
    with pytest.raises(SecretsError, match="scheduled for deletion"):
        manager.create(URL, "arn:other")


def test_a_secret_without_recovery_is_gone(manager: SecretsManager) -> None:
    manager.delete(URL, recovery_days=0)
    manager.create(URL, "arn:other")
    with pytest.raises(SecretsError, match="AWSCURRENT"):
        manager.value(URL)


def test_twenty_labels_are_the_most(manager: SecretsManager) -> None:
    manager.put(URL, "one", "a", [f"v{number}" for number in range(19)])
    with pytest.raises(SecretsError, match="more than 20 staging labels"):
        manager.put(URL, "two", "b", ["v19"])
