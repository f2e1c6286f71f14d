"""Stacks and their blocks, as Terraform JSON: what stands in for `cdktf` 0.21."""

__all__: list[str] = []
