"""What stands in for queues on a developer's machine: moto's SQS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.local import Entry, Health, Service, StandIn

if TYPE_CHECKING:
    from acme_queue.spec import QueueSpec

NAME, PORT = "sqs", 9324
MAKE = "import boto3, sys; sqs = boto3.client('sqs', endpoint_url='http://127.0.0.1:{}'); [sqs.create_queue(QueueName=name) for name in sys.argv[1:]]"  # fmt: skip


def stand_in(spec: QueueSpec) -> StandIn:
    """An SQS endpoint, one for all queues of the product; its health check makes them."""
    queues = [one.aws_name for one in spec.environment.find_all(type(spec))]
    (variable,) = spec.offer(spec.access_levels[0]).variables
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    server = Service(
        NAME,
        "motoserver/moto:5.2.5",
        entrypoint=("moto_server", "-H", "0.0.0.0", "-p", str(PORT)),  # noqa: S104  in a container
        environment={**keys, "AWS_DEFAULT_REGION": spec.context.region},
        ports={PORT: PORT},
        health=Health(("python", "-c", MAKE.format(PORT), *queues), period_seconds=10),
    )
    path = f"{PORT}/123456789012/{spec.aws_name}"
    return StandIn(
        services=(server,),
        variables={variable.name: f"http://{NAME}:{path}", "AWS_ENDPOINT_URL_SQS": f"http://{NAME}:{PORT}", **keys},
        entries=(
            Entry("Queues", variable.name, f"http://localhost:{path}", f"the queue of {spec.key}"),
            Entry("Queues", "AWS_ENDPOINT_URL_SQS", f"http://localhost:{PORT}", "the stand-in for SQS"),
            *(Entry("Queues", key, value, "the stand-in takes any") for key, value in keys.items()),
        ),
    )
