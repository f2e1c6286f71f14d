"""From layers to the object, as one line of steps: read, merge, check the links, validate, review, explain."""

__all__: list[str] = []
