"""A real Kubernetes control plane without a cluster, for rehearsals and tests."""

from __future__ import annotations

from twinstack.api_server import Answer, ApiServer, Resource
from twinstack.rehearsal.control_plane.assets import ASSETS_VARIABLE, Assets
from twinstack.rehearsal.control_plane.plane import ControlPlane

__all__ = ["ASSETS_VARIABLE", "Answer", "ApiServer", "Assets", "ControlPlane", "Resource"]
