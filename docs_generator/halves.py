"""Makes one half of an environment from its class, without leaving it anywhere."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twinstack.environment import Environment


def make_infrastructure(kind: type[Any], environment: Environment) -> tuple[Any, Mapping[str, Any]]:
    """The stack, and its Terraform JSON."""
    import cdktf

    from twinstack.synthesis import FEATURE_FLAGS

    with tempfile.TemporaryDirectory(prefix="twinstack-docs-") as folder:
        app = cdktf.App(outdir=folder, context=dict(FEATURE_FLAGS), skip_validation=True)
        stack = kind(app, environment)
        stack.close()
        app.synth()
        (file,) = Path(folder).glob("stacks/*/cdk.tf.json")
        return stack, json.loads(file.read_text(encoding="utf-8"))


def make_workloads(kind: type[Any], environment: Environment) -> tuple[Any, Mapping[str, str]]:
    """The chart, and its files by name."""
    import cdk8s

    from twinstack.kubernetes import render

    chart = kind(cdk8s.App(), environment)
    return chart, render(chart)
