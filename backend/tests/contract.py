"""`python -m tests.contract [EXAMPLES]`: schemathesis with all its checks against the real servers.

It reads `/openapi.json` and sends what fits it, and what does not, with a token: so many examples of each operation,
500 where no number is given. Whatever it finds makes the command fail, with a curl line for each. SEED gives it another
beginning.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import Stack, token
from tests.servers import Postgres, RedisServer, python, wait_until

EXAMPLES = 500
PROGRAM = str(Path(sys.executable).with_name("schemathesis"))


def problems(stack: Stack, examples: int, program: str) -> str:
    """What schemathesis says when it found something, or the process's log when that met a fault; else nothing."""
    web = stack.web(RATE_LIMIT_PER_MINUTE="1000000", RATE_LIMIT_PER_HOUR="1000000")
    wait_until(lambda: web.get("/health/ready").status_code == 200)
    command = [program, "run", f"http://{web.address}/openapi.json", "--checks", "all", "--max-examples", str(examples)]
    # The same every time: CI must not fail by chance. Another seed finds what this one does not.
    command += ["--header", f"Authorization: Bearer {token()}", "--seed", os.environ.get("SEED", "1"), "--no-color"]
    done = subprocess.run(command, cwd=stack.folder, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stdout + done.stderr
    return web.process.log() if "a request failed" in web.process.log() else ""


def main(arguments: Sequence[str]) -> int:
    """0 when nothing was found."""
    postgres, redis = Postgres(), RedisServer()
    stack = Stack(Path(tempfile.mkdtemp()), postgres, redis, "http://127.0.0.1:9")
    try:
        migrated = python("-m", "migrate", variables=stack.migration_variables)
        assert migrated.returncode == 0, migrated.stdout
        found = problems(stack, int(arguments[0]) if arguments else EXAMPLES, os.environ.get("SCHEMATHESIS", PROGRAM))
    finally:
        for process in stack.processes:
            process.kill()
        redis.stop()
        postgres.remove()
    print(found or "nothing found")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
