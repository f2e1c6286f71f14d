"""The files of the local stack, as the tests read them."""

from __future__ import annotations

from typing import Any

import yaml

from twinstack.environment import Environment
from twinstack.local import files_of


def texts_of(environment: Environment) -> dict[str, str]:
    """Each by its path."""
    return {str(path): text for path, text in files_of(environment).items()}


def compose_of(environment: Environment) -> dict[str, Any]:
    """What compose.yaml says."""
    return yaml.safe_load(texts_of(environment)["compose.yaml"])
