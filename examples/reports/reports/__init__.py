"""The reports of ACME: a service that takes orders for reports, and a worker that writes them."""

from reports.environment import ReportsEnvironment
from twinstack import Product

product = Product(ReportsEnvironment, "reports.infrastructure:Infrastructure", "reports.workloads:Workloads")
