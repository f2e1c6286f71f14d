"""An edge that an ingress-nginx serves, which the cluster has already."""

__all__: list[str] = []
