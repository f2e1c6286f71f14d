"""A process on one engine that carries out programs: `python engine.py ROOT`, a line in, a line out.

A line names one of PROGRAMS, is a list of a function and its arguments, or a random program (random_programs.py). The answer
is what it makes, or what was raised.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def answer(line: str) -> dict[str, str]:
    """What the program of a line makes."""
    from tests.bindings.native.programs import PROGRAMS, call
    from tests.bindings.native.random_programs import carry_out
    from twinstack.errors import UnsupportedError

    program: Any = json.loads(line)
    try:
        if isinstance(program, str) and program not in PROGRAMS:
            from tests.bindings.native.public_shapes import SHAPES

            return {"made": SHAPES[program]()}
        if isinstance(program, list):
            return {"made": call(*program)}
        return {"made": PROGRAMS[program]() if isinstance(program, str) else carry_out(program)}
    except UnsupportedError as error:
        from twinstack.bindings.native.unsupported import REFUSED

        REFUSED.clear()  # the next program is another run
        return {"refused": str(error)}
    except Exception as error:  # noqa: BLE001  whatever a program may raise is an answer
        return {"raised": type(error).__name__, "words": str(error)}


if __name__ == "__main__":
    root = Path(sys.argv[1])
    sys.path.insert(0, str(root))
    from twinstack.bindings import activate

    activate(root)
    for one in sys.stdin:
        sys.stdout.write(json.dumps(answer(one)) + "\n")
        sys.stdout.flush()
