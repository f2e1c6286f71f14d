"""What the model of an AWS API, which botocore has, takes of a request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def model(service: str) -> Path:
    """Where the newest model of a service lies; a file that is not there without botocore."""
    data = Path(__file__).parents[2] / ".venv-check/lib/python3.11/site-packages/botocore/data"
    return max(data.glob(f"{service}/*/service-2.json.gz"), default=data / "none")


def faults(value: Any, shape: str, shapes: Mapping[str, Any], path: str = "") -> list[str]:
    """What of a value the model of the API does not take: names, types, values and lengths."""
    said = shapes[shape]
    match said["type"]:
        case "structure":
            names = {"return_data": "ReturnData", "metric_name": "MetricName"}
            given = (
                {
                    key if key in said["members"] else names.get(key, key[:1].upper() + key[1:]): inner
                    for key, inner in value.items()
                }
                if isinstance(value, dict)
                else {}
            )
            if shape == "MetricStat":
                given = {
                    "Metric": {key: given[key] for key in ("Namespace", "MetricName", "Dimensions") if key in given},
                    **{key: given[key] for key in ("Period", "Stat") if key in given},
                }
            if shape == "MetricDataQuery" and "Metric" in given:
                given["MetricStat"] = given.pop("Metric")
            unknown = [f"{path}.{key}: unknown" for key in given.keys() - said["members"].keys()]
            missing = [f"{path}.{key}: missing" for key in set(said.get("required", ())) - given.keys()]
            inside = [
                one
                for key, inner in given.items()
                if key in said["members"]
                for one in faults(inner, said["members"][key]["shape"], shapes, f"{path}.{key}")
            ]
            return unknown + missing + inside
        case "list":
            items = (
                [{"Name": key, "Value": inner} for key, inner in value.items()] if isinstance(value, dict) else value
            )
            over = [f"{path}: {len(items)} items"] if len(items) > said.get("max", len(items)) else []
            return over + [one for item in items for one in faults(item, said["member"]["shape"], shapes, path)]
        case "string":
            known = "enum" not in said or value in said["enum"]
            fits = isinstance(value, str) and said.get("min", 0) <= len(value) <= said.get("max", len(value))
            fits = fits and ("${" in value or re.fullmatch(said.get("pattern", ".*"), value, re.DOTALL) is not None)
            return [] if known and fits else [f"{path}: {value!r}"]
        case "blob":
            return [] if isinstance(value, str) and value else [f"{path}: {value!r}"]
        case "boolean":
            return [] if isinstance(value, bool) else [f"{path}: {value!r}"]
        case "integer" | "double":
            return [] if isinstance(value, int | float) and value >= said.get("min", value) else [f"{path}: {value!r}"]
    raise AssertionError(said)
