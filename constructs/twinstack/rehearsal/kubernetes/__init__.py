"""The Kubernetes side of a rehearsal: manifests applied to a real API server and run on simulated nodes."""

from __future__ import annotations

from twinstack.rehearsal.kubernetes.definitions import Definition
from twinstack.rehearsal.kubernetes.given_definitions import read_definitions
from twinstack.rehearsal.kubernetes.rehearsal import rehearse, rehearse_on
from twinstack.rehearsal.kubernetes.report import KubernetesReport
from twinstack.rehearsal.kubernetes.rollout import WorkloadResult

__all__ = ["Definition", "KubernetesReport", "WorkloadResult", "read_definitions", "rehearse", "rehearse_on"]
