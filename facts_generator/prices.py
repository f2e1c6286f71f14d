"""What AWS asks for what the library makes: the documents that its own price pages are drawn from, region by region.

Those documents lie at https://b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/, and AWS keeps only the present ones there. Two
public repositories keep copies, each with the date at which AWS published it; they are read at a commit. What neither has was
read by hand, and says where.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import botocore.session

PriceTable = dict[str, dict[str, float]]
"""What is priced, and in each region what AWS asks for one unit of it, in USD."""


def prices(ec2_shop: Path, aws_price: Path) -> dict[str, Any]:
    """The tables, from clones of EC2_SHOP and AWS_PRICE: regions in one list, and a row of prices for whatever is priced."""
    codes = _regions()
    tables: dict[str, PriceTable] = {}
    sources: dict[str, dict[str, str]] = {}
    for service, found in (
        *_of_machines(ec2_shop, codes),
        *_of_units(ec2_shop, EC2_SHOP, EBS, codes),
        *_of_units(aws_price, AWS_PRICE, UNITS, codes),
    ):
        table, published = found
        tables.setdefault(service, {}).update(table)
        sources[service] = {"published": published, "page": PAGES[service]}
    for (service, what), row in BY_HAND.items():
        tables.setdefault(service, {})[what] = row if isinstance(row, dict) else dict.fromkeys(codes.values(), row)
        sources.setdefault(service, {"published": READ_BY_HAND, "page": PAGES[service]})
    regions = sorted({region for table in tables.values() for row in table.values() for region in row})
    return {
        "regions": regions,
        "sources": dict(sorted(sources.items())),
        "prices": {
            service: {what: [row.get(region) for region in regions] for what, row in sorted(table.items())}
            for service, table in sorted(tables.items())
        },
    }


def _of_machines(clone: Path, codes: Mapping[str, str]) -> Iterator[tuple[str, tuple[PriceTable, str]]]:
    """EC2's, RDS's and ElastiCache's machines by the hour: on demand, Linux, PostgreSQL."""
    ec2: PriceTable = {}
    published: list[str] = []
    for region in sorted(codes.values()):
        document = _document(clone, EC2_SHOP, f"data/ec2/{region}-ondemand.json")
        for row in _rows(document):
            if _FAMILY.fullmatch(row["Instance Type"]):
                ec2.setdefault(row["Instance Type"], {})[region] = float(row["price"])
        published.append(_published(document))
    yield "ec2", (ec2, min(filter(None, published)))
    for zones, name in (("single-az", "rds postgres"), ("multi-az", "rds postgres multi-az")):
        rds: PriceTable = {}
        published = []
        for region in sorted(codes.values()):
            document = _document(clone, EC2_SHOP, f"data/rds/{region}-rds-postgresql-reservedinstance-{zones}-1y.json")
            for row in _rows(document):
                rds.setdefault(row["Instance Type"], {})[region] = float(row["OnDemand:PricePerUnit"])
            published.append(_published(document))
        yield name, (rds, min(filter(None, published)))
    document = _document(clone, EC2_SHOP, "data/elasticache/elasticache.json")
    for engine in ("Redis", "Valkey"):
        cache: PriceTable = {}
        for name, rows in document["regions"].items():
            for key, row in rows.items():
                if name in codes and key.startswith("OnDemand Cache Instance") and f" {engine} " in key:
                    cache.setdefault(row["Instance Type"], {})[codes[name]] = float(row["price"])
        yield f"elasticache {engine.lower()}", (cache, _published(document))


def _of_units(
    clone: Path, commit: str, wanted: Mapping[str, tuple[str, Mapping[str, str]]], codes: Mapping[str, str]
) -> Iterator[tuple[str, tuple[PriceTable, str]]]:
    """What is asked for one of something else: an hour of a gateway, a key for a month."""
    for service, (path, names) in wanted.items():
        document = _document(clone, commit, path)
        table: PriceTable = {}
        for what, name in names.items():
            for region, rows in document["regions"].items():
                if region in codes and name in rows:
                    table.setdefault(what, {})[codes[region]] = float(rows[name]["price"])
        yield service, (table, _published(document))


def _rows(document: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return [row for rows in document.get("regions", {}).values() for row in rows.values()]


def _published(document: Mapping[str, Any]) -> str:
    return str(document.get("manifest", {}).get("hawkFilePublicationDate", ""))[:10]


def _document(clone: Path, commit: str, path: str) -> dict[str, Any]:
    """One document as the repository keeps it; empty where it has none, or a page that says that AWS has none."""
    done = subprocess.run(["git", "-C", str(clone), "show", f"{commit}:{path}"], capture_output=True, check=False)
    return json.loads(done.stdout) if done.stdout.startswith(b"{") else {}


def _regions() -> dict[str, str]:
    """The code of each region of the ordinary partition by the name that AWS's prices have for it."""
    data = botocore.session.Session().get_data("endpoints")
    names = {row["description"]: code for code, row in data["partitions"][0]["regions"].items()}
    return names | {name.replace("Europe (", "EU ("): code for name, code in names.items()}


EC2_SHOP: Final = "74c9fd8ab5acfd9511cd6535f914d47071601ad2"
"""Of https://github.com/yeo/ec2.shop."""
AWS_PRICE: Final = "508fb45296c89efe38772babd7ec766644629267"
"""Of https://github.com/lamngockhuong/aws-price."""
_FAMILY: Final = re.compile(r"[tmcr][3-9][a-z]*(-flex)?\.(nano|micro|small|medium|large|\d*xlarge)")
"""The machines that nodes are made of: no bare metal, no accelerators."""
EBS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "ebs": (
        "data/ebs/ebs.json",
        {"gp3": "Storage General Purpose gp3 GB Mo", "gp2": "Storage General Purpose gp2 GB Mo"},
    ),
}
UNITS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "nat": (
        "lib/data/pricing/natgateway.json",
        {"hour": "Hourly charge for NAT Gateways", "gb": "Charge for per GB data processed by NatGateways"},
    ),
    "kms": ("lib/data/pricing/kms.json", {"key": "Encryption Key", "request": "API request - Non Free Tier"}),
    "eks": (
        "lib/data/pricing/eks.json",
        {"hour": "Compute per Hours", "extended support hour": "Compute ExtendedSupport per Hours"},
    ),
    "vpc": (
        "lib/data/pricing/vpc.json",
        {
            "public ipv4 hour": "Hourly charge for In use Public IPv4 Addresses per Hrs",
            "endpoint hour": "Hourly charge for VPC Endpoints per Hrs",
            "endpoint gb": "Charge for per GB data processed by VPC Endpoints per GB from 0 to 1048576",
        },
    ),
    "cloudwatch": (
        "lib/data/pricing/cloudwatch.json",
        {"alarm": "Alarm Standard", "composite alarm": "Alarm Composite", "log gb": "Logs Collected Data Ingestion"},
    ),
    "s3": ("lib/data/pricing/s3.json", {"gb": "Standard Storage First 50 TB per GB Mo"}),
    "waf": (
        "lib/data/pricing/waf.json",
        {
            "acl": "WebACL per month",
            "rule": "Rules added per WebACL per month",
            "request": "Web Requests received per Request",
        },
    ),
}
"""By service: the document, and AWS's own words for each unit in it."""
PAGES: Final = {
    "cloudwatch": "https://aws.amazon.com/cloudwatch/pricing/",
    "ebs": "https://aws.amazon.com/ebs/pricing/",
    "ec2": "https://aws.amazon.com/ec2/pricing/on-demand/",
    "eks": "https://aws.amazon.com/eks/pricing/",
    "elasticache redis": "https://aws.amazon.com/elasticache/pricing/",
    "elasticache valkey": "https://aws.amazon.com/elasticache/pricing/",
    "elb": "https://aws.amazon.com/elasticloadbalancing/pricing/",
    "kms": "https://aws.amazon.com/kms/pricing/",
    "nat": "https://aws.amazon.com/vpc/pricing/",
    "rds postgres": "https://aws.amazon.com/rds/postgresql/pricing/",
    "rds postgres multi-az": "https://aws.amazon.com/rds/postgresql/pricing/",
    "rds storage": "https://aws.amazon.com/rds/postgresql/pricing/",
    "s3": "https://aws.amazon.com/s3/pricing/",
    "secrets": "https://aws.amazon.com/secrets-manager/pricing/",
    "vpc": "https://aws.amazon.com/vpc/pricing/",
    "waf": "https://aws.amazon.com/waf/pricing/",
}
"""Where AWS itself shows them."""
READ_BY_HAND: Final = "2026-09-20"
_READ: Final = ("us-east-1", "us-west-2")
BY_HAND: Final[Mapping[tuple[str, str], float | dict[str, float]]] = {
    ("elb", "application hour"): {**dict.fromkeys(_READ, 0.0225), "ap-southeast-2": 0.0252, "eu-central-1": 0.027},
    ("elb", "application lcu"): dict.fromkeys((*_READ, "ap-southeast-2", "eu-central-1"), 0.008),
    ("elb", "network hour"): dict.fromkeys(_READ, 0.0225),
    ("elb", "network lcu"): dict.fromkeys(_READ, 0.006),
    ("rds storage", "gp3"): {**dict.fromkeys(_READ, 0.115), "eu-central-1": 0.137},
    ("rds storage", "backup gb"): dict.fromkeys(_READ, 0.095),
    ("secrets", "secret"): 0.4,
}
"""Read in AWS's Price List and on its pages, July to September 2026 (the storage of eu-central-1: in a bill that was
published; the network load balancer: in a list of May 2026 beside AWS's page); a number alone is what the page says of every region. In other regions nobody has read them, so they are not known.
"""
