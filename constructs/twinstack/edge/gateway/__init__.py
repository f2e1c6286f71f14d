"""An edge that the Gateway API describes, served by AWS or by Envoy."""

__all__: list[str] = []
