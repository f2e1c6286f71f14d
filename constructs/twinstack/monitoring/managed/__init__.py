"""Monitoring by Amazon Managed Service for Prometheus, with an agentless scraper."""

__all__: list[str] = []
