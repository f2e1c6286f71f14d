"""The PostgreSQL that stands in for RDS: what its master user may do, and how a login is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rotation.database import Database, folder_of_programs, running


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    if folder_of_programs() is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    with running() as started:
        started.make(user="shop_admin", database="shop", password="first")
        yield started


def url(database: Database, password: str, options: str = "sslmode=verify-full") -> str:
    return f"postgresql://shop_admin:{password}@{database.address}:5432/shop?{options}"


def test_a_changed_password_refuses_the_old_one(database: Database) -> None:
    assert database.refusal(url(database, "first")) == ""
    database.change_password("shop_admin", "second")
    assert "password authentication failed" in database.refusal(url(database, "first"))
    assert database.refusal(url(database, "second")) == ""
    database.change_password("shop_admin", "first")


def test_a_server_that_another_authority_signed_is_refused(database: Database) -> None:
    elsewhere = url(database, "first", "sslmode=verify-full&sslrootcert=/dev/null")
    assert "certificate" in database.refusal(elsewhere)
