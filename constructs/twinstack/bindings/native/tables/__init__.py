"""What the wheels of the bindings say of their classes, in a small form that the library brings."""

__all__: list[str] = []
