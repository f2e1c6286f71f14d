"""A beat keeps its schedule where it can write, whichever way its command is written; see TW355."""

from __future__ import annotations

import pytest

from twinstack.environment.celery import check_schedule_file


def given(*command: str) -> list[str]:
    return [found.given for found in check_schedule_file(command)]


@pytest.mark.parametrize(
    "command",
    [
        ("celery", "-A", "app", "beat", "-l", "info"),
        ("/opt/venv/bin/celery", "--app=app", "beat"),
        ("python", "-m", "celery", "-A", "app", "beat"),
        ("celery -A app beat",),
        ("sh", "-c", "exec celery -A app beat -l info"),
        ("celery", "-A", "app", "worker", "-B"),
        ("celery", "-A", "app", "worker", "--beat", "-l", "info"),
        ("celery", "-A", "app", "beat", "-S", "celery.beat:PersistentScheduler"),
    ],
)
def test_a_beat_that_names_no_file_writes_into_the_image(command: tuple[str, ...]) -> None:
    assert given(*command) == ["celerybeat-schedule in the image's working folder"]


@pytest.mark.parametrize("file", ["schedule", "/app/schedule", "/tmpfile", "/tmp/../app/schedule"])
@pytest.mark.parametrize("option", ["-s {}", "-s{}", "--schedule {}", "--schedule={}"])
def test_a_file_that_is_not_under_tmp_is_named(option: str, file: str) -> None:
    assert given("celery", "-A", "app", "beat", *option.format(file).split()) == [file]


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("gunicorn", "app:beat"),
        ("celery", "-A", "beat", "worker", "-l", "info"),
        ("celery", "-A", "app", "worker", "-l", "info"),
        ("celery", "-A", "app", "beat", "-s", "/tmp/schedule"),
        ("celery", "-A", "app", "beat", "-s/tmp/a/schedule"),
        ("celery", "-A", "app", "beat", "--schedule=/tmp/schedule"),
        ("celery", "-A", "app", "worker", "-B", "--schedule-filename", "/tmp/schedule"),
        ("sh", "-c", "celery -A app beat --schedule /tmp/schedule"),
        ("sh", "-c", 'celery -A app beat --schedule "$SCHEDULE"'),
        ("sh", "-c", "it's no shell's words"),
        ("celery", "-A", "app", "beat", "-S", "django_celery_beat.schedulers:DatabaseScheduler"),
        ("celery", "-A", "app", "beat", "--scheduler=redbeat.RedBeatScheduler"),
    ],
)
def test_nothing_is_said_of_any_other_command(command: tuple[str, ...]) -> None:
    assert given(*command) == []
