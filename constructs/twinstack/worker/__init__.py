"""A worker: a Deployment that takes tasks from a queue."""

from twinstack.worker.spec import WorkerSpec

__all__ = ["WorkerSpec"]
