"""A VPC with public, private and database tiers over several zones, or one that exists."""

from twinstack.network.spec import ExistingNetwork, FlowLogTraffic, Nat, NetworkSpec

__all__ = ["ExistingNetwork", "FlowLogTraffic", "Nat", "NetworkSpec"]
