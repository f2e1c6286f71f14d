"""The role that reads figures: what makes it, and how an exporter is let in."""

__all__: list[str] = []
