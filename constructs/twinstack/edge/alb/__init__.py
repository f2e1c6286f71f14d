"""An edge that an Application Load Balancer of EKS serves."""

__all__: list[str] = []
