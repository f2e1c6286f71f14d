"""Monitoring by a Prometheus operator, which the cluster has already."""

__all__: list[str] = []
