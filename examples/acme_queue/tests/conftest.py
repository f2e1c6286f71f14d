import datetime
from pathlib import Path

import pytest

from twinstack.bindings import activate
from twinstack.cli.project import load_product
from twinstack.testing import Twins

REPORTS = Path(__file__).parents[2] / "reports"


@pytest.fixture
def today() -> datetime.date:
    return datetime.date(2026, 11, 24)


@pytest.fixture(scope="session")
def twin() -> Twins:
    """The product that uses the queue."""
    activate(REPORTS)
    return Twins(lambda: load_product("reports:product", REPORTS))
