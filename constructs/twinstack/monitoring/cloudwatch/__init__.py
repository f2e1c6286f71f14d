"""Monitoring by CloudWatch: alarms on what AWS measures by itself."""

__all__: list[str] = []
