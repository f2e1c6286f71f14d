"""twinstack: one typed environment object becomes Terraform JSON for AWS and Kubernetes YAML that agree."""

from __future__ import annotations

from twinstack.app import main
from twinstack.product import Product

__all__ = ["Product", "main"]
