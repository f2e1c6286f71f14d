"""Terraform or OpenTofu at work in the folder of a release, so that neither the caller's end nor Ctrl-C harms the state.

It runs in a process group of its own and writes to a file: a Ctrl-C reaches it once, through here (a second one would make
it give up what is under way), and when the caller is killed it comes to its end, writes its state and gives back its lock.
Written to a pipe that nobody reads any more, it would be killed by its next line. Source, read on 28 November 2026: Go,
package os/signal, "SIGPIPE"; Terraform, "terraform apply", "Two interrupts received. Exiting immediately".
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from twinstack.errors import MissingToolError
from twinstack.terraform.outcome import Outcome, message_of
from twinstack.terraform.program import Program

Each = Callable[[Mapping[str, Any]], None]
Stop = Callable[[], None]


def nothing(*_: object) -> None:
    """What is called where nobody wants to be told, and nobody stops it."""


@dataclass
class Terraform(AbstractContextManager["Terraform"]):
    """One program in one folder. A context manager: what `init` makes lies in a temporary folder, not in the release.

    It works in that folder, so a file that is named from where the command was typed is named in full.
    """

    program: Program
    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    """What Terraform is given of variables: credentials, proxies. What would change a plan unseen is taken out."""
    lock_timeout_seconds: float = 20
    """How long it waits for the lock on the state before it says who has it."""

    def __enter__(self) -> Self:
        self._data = tempfile.TemporaryDirectory(prefix="twinstack-terraform-")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._data.cleanup()

    def init(self) -> Outcome:
        """Opens the state and finds the providers: those of the lock file where there is one, which it leaves as it is."""
        read_only = ("-lockfile=readonly",) if (self.folder / LOCK_FILE).is_file() else ()
        return self.run("init", "-input=false", "-no-color", *read_only)

    def plan(self, file: Path, *options: str, stop: Stop = nothing) -> Outcome:
        """Plans into a file that only this user reads. Status 2: there are changes."""
        saved = (self._lock_timeout, f"-out={file.absolute()}")
        return self.run("plan", "-json", "-input=false", "-detailed-exitcode", *saved, *options, stop=stop)

    def show(self, file: Path) -> dict[str, Any]:
        """What a saved plan says, secret values included: not to be kept. Empty where it cannot be read."""
        outcome = self.run("show", "-json", str(file.absolute()))
        return message_of(outcome.output.strip()) or {} if outcome.status == 0 else {}

    def apply(self, file: Path, *, each: Each = nothing, stop: Stop = nothing) -> Outcome:
        """Applies exactly this plan."""
        return self.run(
            "apply", "-json", "-input=false", self._lock_timeout, str(file.absolute()), each=each, stop=stop
        )

    def outputs(self) -> Outcome:
        """The outputs as the state has them."""
        return self.run("output", "-json", "-no-color")

    def state(self) -> Outcome:
        """The state as JSON has it, secret values included: not to be kept."""
        return self.run("show", "-json", "-no-color")

    def unlock(self, lock: str) -> Outcome:
        """Takes the lock of this id from the state, whoever holds it."""
        return self.run("force-unlock", "-force", lock)

    @property
    def _lock_timeout(self) -> str:
        return f"-lock-timeout={self.lock_timeout_seconds:.0f}s"

    def run(self, *arguments: str, each: Each = nothing, stop: Stop = nothing) -> Outcome:
        """Runs a command to its end. `each` is told every JSON message as it comes.

        `stop` is asked again and again: once it raises, or a KeyboardInterrupt comes, Terraform is interrupted once, ends
        in its own time, and then the exception goes on. Raises MissingToolError where it cannot be run.
        """
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="twinstack-terraform-") as place:
            printed = Path(place) / "printed"
            with printed.open("wb") as sink:
                process = self._start(arguments, sink.fileno())
            with printed.open("rb") as source:
                _Watch(process, each, stop).to_the_end(source)
            output = printed.read_text(encoding="utf-8", errors="replace")
        return Outcome(process.returncode, output, time.monotonic() - begin)

    def _start(self, arguments: tuple[str, ...], sink: int) -> subprocess.Popen[bytes]:
        # `init` has to find the provider by its version, for the lock file, also where a test or a developer serves one.
        hidden = {"TF_REATTACH_PROVIDERS"} if arguments[0] == "init" else set()
        variables = {name: text for name, text in self.environment.items() if name not in UNSEEN | hidden}
        variables |= {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "TF_DATA_DIR": self._data.name}
        try:
            return subprocess.Popen(
                [self.program.path, *arguments],
                cwd=self.folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                process_group=0,
                umask=0o077 if arguments[0] == "plan" else -1,
            )
        except OSError as error:
            raise MissingToolError(f"{self.program.title} does not run: {error}") from error


@dataclass
class _Watch:
    """A command under way: what it prints is passed on, and an interruption is handed to it once."""

    process: subprocess.Popen[bytes]
    each: Each
    stop: Stop
    _interruption: BaseException | None = None
    _rest: bytes = b""

    def to_the_end(self, source: Any) -> None:
        """Raises what interrupted it, once it has ended."""
        while True:
            try:
                ended = self._has_ended()
                self._pass_on(source.read())
                if ended:
                    break
                if self._interruption is None:
                    self.stop()
            except BaseException as error:  # noqa: BLE001  whatever it is, Terraform first writes its state
                self._interrupt(error)
        if self._interruption:
            raise self._interruption

    def _has_ended(self) -> bool:
        try:
            self.process.wait(PAUSE_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _interrupt(self, error: BaseException) -> None:
        if self._interruption is None:
            self._interruption = error
            self.process.send_signal(signal.SIGINT)

    def _pass_on(self, printed: bytes) -> None:
        *lines, self._rest = (self._rest + printed).split(b"\n")
        for line in lines:
            message = message_of(line.decode(errors="replace"))
            if message is not None:
                self.each(message)


def masked(values: Any, sensitive: Any) -> Any:
    """The values without those that Terraform calls sensitive: `sensitive` has their shape, true where one is."""
    if sensitive is True:
        return SENSITIVE
    if isinstance(values, dict) and isinstance(sensitive, dict):
        return {name: masked(value, sensitive.get(name)) for name, value in values.items()}
    if isinstance(values, list) and isinstance(sensitive, list):
        marks = [*sensitive, *[None] * (len(values) - len(sensitive))]
        return [masked(value, mark) for value, mark in zip(values, marks, strict=False)]
    return values


LOCK_FILE: Final = ".terraform.lock.hcl"
SENSITIVE: Final = "(sensitive)"
UNSEEN: Final = frozenset({
    "TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_CLI_ARGS_apply", "TF_CLI_ARGS_show", "TF_CLI_ARGS_output", "TF_WORKSPACE",
})  # fmt: skip
"""Variables that would change what is planned without a word (a target, another state). Source: Terraform, "Environment
Variables". TF_CLI_ARGS_init is kept: a backend's `-backend-config` may stand there."""
PAUSE_SECONDS: Final = 0.05
