"""The facts that all specs of one environment share, and the names that follow from them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Context:
    """Where and for whom an environment is deployed. Bound to every spec when the environment loads."""

    organization: str
    product: str
    environment: str
    suffix: str
    """`-dev`; empty in production."""
    account: str
    region: str
    version: str
    """The release that is deployed: the tag of every image that names none."""
    protected: bool
    namespace: str
    today: datetime.date
    """The day that ends of support are compared with. Never enters an output."""
    tags: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def prefix(self) -> str:
        """`shadower-analytics`, without the suffix."""
        return f"{self.organization}-{self.product}"

    def aws_name(self, part: str) -> str:
        """`shadower-analytics-cache-dev` of `cache`; `shadower-analytics-dev` of an empty part."""
        return "-".join(filter(None, (self.prefix, part.replace("_", "-")))) + self.suffix

    def kubernetes_name(self, part: str) -> str:
        """`analytics-backend` of `backend`."""
        return "-".join(filter(None, (self.product, part.replace("_", "-"))))

    def secret_name(self, key: str, purpose: str) -> str:
        """Where Secrets Manager keeps it: `shadower-analytics-dev/database/url`."""
        return f"{self.prefix}{self.suffix}/{key.replace('_', '-')}/{purpose}"
