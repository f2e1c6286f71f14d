"""Runs one command and tells when it started and ended, and what it took: `launcher.py REPORT COMMAND …`.

A process of its own, and a small one that imports nothing more: Linux counts the memory of whoever starts a process to
that process's peak, until it has become itself.
"""

import json
import os
import sys
import time

report, *command = sys.argv[1:]
began = time.monotonic()
child = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
ended = time.monotonic()
with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123  pathlib would be the largest thing in here
    json.dump(
        {
            "began": began,
            "ended": ended,
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss * 1024,
            "status": os.waitstatus_to_exitcode(status),
        },
        file,
    )
