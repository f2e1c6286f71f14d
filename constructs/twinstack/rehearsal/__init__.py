"""Proves a product's output against the real tools, offline: Terraform and a Kubernetes control plane.

Needs the extra `rehearse`, `terraform` or `tofu` on the path, and control plane binaries at KUBEBUILDER_ASSETS. It
never needs AWS credentials.
"""

from twinstack.rehearsal.everything import Rehearsal, rehearse

__all__ = ["Rehearsal", "rehearse"]
