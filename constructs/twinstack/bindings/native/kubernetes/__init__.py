"""Charts and API objects, as manifests: what stands in for `cdk8s` 2."""

__all__: list[str] = []
