"""What acme asks of every product, beside what AWS and Kubernetes do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from twinstack.policy import Fault, Rules
from twinstack.policy.aws import Stack
from twinstack.policy.kubernetes import Objects

INFRASTRUCTURE = Rules("infrastructure", examples=Path(__file__).with_name("infrastructure.yaml"))
WORKLOADS = Rules("workloads", examples=Path(__file__).with_name("workloads.yaml"))


@INFRASTRUCTURE("acme-queue-is-encrypted", "A queue in plain text", "set kms_master_key_id", severity="error")
def queue_is_encrypted(stack: Stack) -> Iterator[Fault]:
    """Messages of customers lie in queues, and the auditors ask for a key of our own."""
    for queue in stack.of("aws_sqs_queue"):
        if queue.get("kms_master_key_id") is None:
            yield Fault(queue.address, "kms_master_key_id", "none", "a key")


@INFRASTRUCTURE("acme-bucket-stays", "A bucket is removed", "empty it first, and tell the data team", compares=True)
def bucket_stays(before: Stack, after: Stack) -> Iterator[Fault]:
    """The data team reads most buckets without being linked to them."""
    kept = {bucket.address for bucket in after.of("aws_s3_bucket")}
    for bucket in before.of("aws_s3_bucket"):
        if bucket.address not in kept:
            yield Fault(bucket.address, "", "removed", "kept")


@WORKLOADS("acme-image-of-acme", "An image from elsewhere", "mirror it to registry.acme.example")
def image_of_acme(objects: Objects) -> Iterator[Fault]:
    """What is pulled from elsewhere is not scanned, and gone when they are."""
    for pods in objects.pods:
        for container in pods.containers:
            image = str(container.data.get("image"))
            if not image.startswith("registry.acme.example/"):
                yield pods.owner.fault(f"{container.path}.image", image, "registry.acme.example/…")
