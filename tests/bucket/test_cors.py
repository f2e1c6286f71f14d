"""Which pages may use a bucket from a browser: on AWS, on a developer's machine, and what is refused."""

from __future__ import annotations

import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.aws.documents import analytics
from tests.bucket.test_spec import load, problem, refused
from twinstack.bucket.local import MAKE_BUCKETS, PORT

RULE = (
    "files: {cors: {uploads: {origins: [%s], methods: [PUT, GET], headers: [content-type], expose_headers: [ETag]}}}\n"
)


def test_without_rules_there_is_no_resource_and_the_stand_in_is_as_it_was() -> None:
    assert "aws_s3_bucket_cors_configuration" not in analytics("dev").blocks["resource"]
    (server,) = load().local().services
    assert server.health is not None
    assert server.health.command == ("python", "-c", MAKE_BUCKETS, "acme-shop-files-live")


def test_a_rule_is_what_s3_is_told() -> None:
    document = analytics(
        "dev",
        exports__cors={
            "uploads": {
                "origins": ["https://*.example.org", "http://localhost:3000"],
                "methods": ["PUT", "HEAD"],
                "headers": ["content-type", "x-amz-*"],
                "expose_headers": ["ETag"],
                "max_age_seconds": 60,
            },
            "pages": {"origins": ["https://shop.example.org"], "methods": ["GET"]},
        },
    )
    made = document.find("aws_s3_bucket_cors_configuration")["exports"]
    assert made["bucket"] == "${aws_s3_bucket.exports.id}"
    assert made["cors_rule"] == [
        {
            "id": "uploads",
            "allowed_origins": ["https://*.example.org", "http://localhost:3000"],
            "allowed_methods": ["PUT", "HEAD"],
            "allowed_headers": ["content-type", "x-amz-*"],
            "expose_headers": ["ETag"],
            "max_age_seconds": 60,
        },
        {
            "id": "pages",
            "allowed_origins": ["https://shop.example.org"],
            "allowed_methods": ["GET"],
            "max_age_seconds": 3600,
        },
    ]


@pytest.mark.parametrize(
    "origin", ["'*'", "https://shop.example.org", "http://localhost:3000", "https://*.example.org", "capacitor://localhost",
               "chrome-extension://abcdefgh", "'http://[::1]:8080'", "'http://localhost:*'"],
)  # fmt: skip
def test_what_browsers_send_is_taken(origin: str) -> None:
    (rule,) = load(RULE % origin).cors.values()
    assert rule.origins == (origin.strip("'"),)


@pytest.mark.parametrize(
    "origin", ["https://shop.example.org/", "shop.example.org", "https://Shop.example.org", "https://*.*.org", "https://shop.example.org:443",
               "http://a:80", "https://a.org/path"],
)  # fmt: skip
def test_what_no_browser_sends_is_refused(origin: str) -> None:
    (found,) = refused(RULE % origin)
    assert (found.code, found.path) == ("TW104", "files.cors.uploads.origins[0]")


def test_in_production_the_origins_are_named_or_the_reason_is() -> None:
    production = "protected: true\n" + RULE % "'*'"
    assert refused(production) == (
        problem(
            "TW711",
            "production without origins of its own in its CORS rules",
            "files.cors",
            "cors: *",
            "the origins of pages that you know",
            'set `cors` as allowed; or, with a reviewed reason, `files.acknowledge: {TW711: "…"}`',
            2,
        ),
    )
    load(production.replace("files: {", "files: {acknowledge: {TW711: public pictures}, "))
    load("protected: true\n" + RULE % "https://shop.example.org")


@pytest.fixture(scope="module")
def stand_in() -> Iterator[str]:
    """The stand-in's server as its container runs it, and its health check, once: what makes the buckets."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    (service,) = load(RULE % "http://localhost:3000").local().services
    assert service.health is not None
    program, *rest = service.health.command
    assert program == "python"
    command = [one.replace("$$", "$").replace(f":{PORT}/", f":{server.port}/") for one in rest]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def asked(address: str, origin: str) -> tuple[int, str | None]:
    request = urllib.request.Request(
        f"{address}/acme-shop-files-live/a.txt",
        method="OPTIONS",
        headers={"Origin": origin, "Access-Control-Request-Method": "PUT"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers["Access-Control-Allow-Origin"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Access-Control-Allow-Origin"]


def test_the_stand_in_lets_the_same_pages_in(stand_in: str) -> None:
    assert asked(stand_in, "http://localhost:3000") == (200, "http://localhost:3000")
    assert asked(stand_in, "http://elsewhere.example")[0] == 403, "a browser goes no further"
