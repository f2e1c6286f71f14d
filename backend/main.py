"""`uvicorn main:app`: the web process."""

from __future__ import annotations

import os

from application import create_application
from logs import configure_logs
from reports import report_errors
from settings import WebSettings, load

settings = load(WebSettings)
version = os.environ.get("VERSION", "0")
configure_logs("web", settings.environment)
report_errors(settings, version)
app = create_application(settings, version)
