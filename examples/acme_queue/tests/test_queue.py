"""A queue is a good resource, and what is particular to one."""

from __future__ import annotations

import datetime
import json

import pytest

from acme_queue import QueueSpec
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError
from twinstack.layers.load import load_text
from twinstack.testing import Twins, check_resource


def test_its_sides_agree_and_give_no_more_than_is_asked_for() -> None:
    check_resource(QueueSpec, "acme_queue.aws:Queue", example="{}", key="jobs")


def test_a_name_that_sqs_would_refuse_is_refused_when_it_loads() -> None:
    class Shop(Environment):
        jobs: QueueSpec

    base = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
    layers = {"base": base, "live": f"jobs: {{name: {'x' * 80}}}"}
    with pytest.raises(ConfigurationError, match="the SQS queue name is too long"):
        load_text(Shop, "live", layers, datetime.date(2026, 11, 24))


def test_a_message_that_fails_again_and_again_ends_in_the_dead_letter_queue(twin: Twins) -> None:
    queues = twin("live").infrastructure
    jobs = queues.find("aws_sqs_queue", {"name": "acme-reports-jobs-live"})
    assert len(jobs) == 1
    (queue,) = jobs.values()
    assert json.loads(queue["redrive_policy"]) == {
        "deadLetterTargetArn": "${aws_sqs_queue.jobs_dead.arn}",
        "maxReceiveCount": 5,
    }


def test_production_keeps_its_queues(twin: Twins) -> None:
    twin("live").infrastructure.count("aws_sqs_queue", 2)
    twin("live").infrastructure.has_resource_with("aws_sqs_queue", {"lifecycle": {"prevent_destroy": True}})
    twin("test").infrastructure.absent("aws_sqs_queue", {"lifecycle": {"prevent_destroy": True}})
