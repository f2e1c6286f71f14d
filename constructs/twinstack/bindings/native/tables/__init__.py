"""What the installed wheels say of their classes, read once for each version of them and kept in the user's cache."""

__all__: list[str] = []
