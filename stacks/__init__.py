"""The Shadower analytics service, deployed with twinstack."""

from stacks.environment import AnalyticsEnvironment
from twinstack import Product

product = Product(
    environment=AnalyticsEnvironment,
    infrastructure="stacks.infrastructure:AnalyticsInfrastructure",
    workloads="stacks.workloads:AnalyticsWorkloads",
)

__all__ = ["AnalyticsEnvironment", "product"]
