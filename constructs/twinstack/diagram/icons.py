"""The small signs: each a path in a square of 20 units, drawn as a line of 1.6."""

from __future__ import annotations

from typing import Final

from twinstack.diagram.drawing import Icon

PATHS: Final = {
    Icon.OUTSIDE: "M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M2.5 10h15M10 2.5c4.5 4.5 4.5 10.5 0 15c-4.5-4.5-4.5-10.5 0-15",
    Icon.HOST: "M3 8.5a7 5.5 0 0 1 14 0v8H3zM7 16.5v-5a3 3 0 0 1 6 0v5",
    Icon.SERVICE: "M2.5 4h15v12h-15zM2.5 7.5h15M5 5.8h.1M7.5 5.8h.1",
    Icon.WORKER: "M10 6.8a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 1 0 0-6.4M10 2.5v3M10 14.5v3M2.5 10h3M14.5 10h3M4.7 4.7l2.1 2.1"
    "M13.2 13.2l2.1 2.1M15.3 4.7l-2.1 2.1M6.8 13.2l-2.1 2.1",
    Icon.JOB: "M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M8 6.5l5.5 3.5l-5.5 3.5z",
    Icon.CLOCK: "M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0-15M10 5.5v4.5l3 2.5",
    Icon.DATABASE: "M3.5 5a6.5 2.5 0 1 0 13 0a6.5 2.5 0 1 0-13 0v10a6.5 2.5 0 0 0 13 0v-10M3.5 10a6.5 2.5 0 0 0 13 0",
    Icon.MEMORY: "M4.5 4.5h11v11h-11zM8 8h4v4h-4zM7 1.8v2.7M10 1.8v2.7M13 1.8v2.7M7 15.5v2.7M10 15.5v2.7M13 15.5v2.7",
    Icon.BUCKET: "M3 4.5a7 2 0 1 0 14 0a7 2 0 1 0-14 0l2 12a5 1.6 0 0 0 10 0l2-12",
    Icon.SECRET: "M6.5 6a4 4 0 1 0 0 8a4 4 0 1 0 0-8M10.5 10h7M14.5 10v3M17 10v2.2",
    Icon.SETTINGS: "M3 5h8M15 5h2M13 3v4M3 10h2M9 10h8M7 8v4M3 15h8M15 15h2M13 13v4",
    Icon.QUEUE: "M2.5 5.5h4v9h-4zM8 5.5h4v9h-4zM13.5 5.5h4v9h-4z",
    Icon.THING: "M10 2.5l7 3.8v7.4l-7 3.8l-7-3.8V6.3zM3 6.3l7 3.9l7-3.9M10 10.2v7.3",
}
