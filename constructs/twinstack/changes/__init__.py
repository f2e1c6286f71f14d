"""What a change does to what stands, in AWS and in the cluster, before it is made."""

from twinstack.changes.effect import Effect

__all__ = ["Effect"]
