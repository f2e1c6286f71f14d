"""The Shadower analytics service, deployed with twinstack."""

from twinstack import Product

from stacks.environment import AnalyticsEnvironment

product = Product(
    environment=AnalyticsEnvironment,
    infrastructure="stacks.infrastructure:AnalyticsInfrastructure",
    workloads="stacks.workloads:AnalyticsWorkloads",
)

__all__ = ["AnalyticsEnvironment", "product"]
