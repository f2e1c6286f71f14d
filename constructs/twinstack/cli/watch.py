"""`twinstack synth --watch`: makes the output again whenever a file changes that it is made of, until Ctrl-C.

On the native engine this process keeps what does not change from one output to the next: Python, the library, the product's
code, and the environments of which no layer has changed. It makes the first output itself, which loads all that is needed; each
later one is made in a fork of it, so that nothing of one reaches the next. A change of code begins the program again, from its
first line. On node, whose process no fork could share, each output is a process of its own.

Files are looked at again and again: there are few, no thread waits beside a fork, and it works on every kind of file system.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn

from twinstack.bindings.again import AGAIN, begin_again
from twinstack.bindings.choice import known_need, must_begin_again
from twinstack.bindings.native.unsupported import REFUSED
from twinstack.bindings.scan import python_files
from twinstack.cli.ending import collect_again, status_of
from twinstack.cli.project import load_product
from twinstack.cli.render import emit, number, report_problems
from twinstack.cli.synth import made, report_quotas
from twinstack.layers.load import Loaded
from twinstack.product import BASE, FOLDER, Product, each_once

Stamps = Mapping[str, tuple[int, int, int]]


def watch(work: Work) -> NoReturn:
    """Makes the output again and again. Errors of the product and of its layers are shown, and what corrects them is waited for.

    Ends by KeyboardInterrupt.
    """
    while True:
        # Looked at before: what changes while the output is made is seen afterwards.
        before = work.look()
        work.make()
        work.note()
        before = {**work.look(), **before}  # what was imported or mounted for the first time has not changed
        _say_that_it_watches(before)
        found = wait(work.look, before)
        _say_what_changed(found)
        work.forget(found)


def watch_on_node(root: Path) -> NoReturn:
    """The same with a process for each output."""
    command = [sys.executable, *(one for one in sys.orig_argv[1:] if one != "--watch")]

    def look() -> Stamps:
        return stamps([*_layers(root), *map(str, python_files([root]))])

    while True:
        before = look()
        child = subprocess.Popen(command)
        try:
            _wait_for(child.wait)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)  # the child has said so
        _say_that_it_watches(before)
        _say_what_changed(wait(look, before))
        if AGAIN in os.environ and known_need(root) is None:
            begin_anew()  # what needed node is another now


class Work:
    """What is made, and what of it is known by now: of the product that `reference` names in `root`."""

    def __init__(
        self,
        reference: str,
        root: Path,
        names: Sequence[str],
        half: str | None,
        set_: Mapping[str, Any] | None,
        version: str | None,
    ) -> None:
        self._root, self._names, self._half = root, names, half
        self._references: tuple[str, ...] = (reference,)
        """Of the product, and of its halves."""
        self._others: Sequence[str] = ()
        self._set, self._version = set_, version
        self._product: Product[Any] | None = None
        self._known: dict[str, Loaded[Any]] = {}
        self._made: dict[str, Loaded[Any]] = {}
        """What each environment's output was made of."""
        self._is_warm = False

    def look(self) -> Stamps:
        """The files that the output is made of, as they are."""
        packages = {one.partition(":")[0].partition(".")[0] for one in self._references} - {""}
        found = [str(self._root / one) for one in packages]
        own = [*(f"{one}.py" for one in found), *(file for one in found for file in _within(one, (".py",)))]
        return stamps([*_layers(self._root), *own, *self._others])

    def note(self) -> None:
        """Notes what was imported and mounted by now."""
        known = self._known.values()
        mounted = {str(self._root / file) for one in known for file in one.environment.product_files.contents}
        self._others = sorted(mounted | _imported())
        if self._product is not None:
            halves = (self._product.infrastructure or "", self._product.workloads or "")
            self._references = (*self._references[:1], *halves)

    def make(self) -> None:
        """Loads what is not known and makes what is not made, or shows why it cannot."""
        start = time.perf_counter()
        loaded: list[Loaded[Any]] = []
        if status_of(lambda: loaded.extend(self._loaded()), _go_on_on_node):
            return
        left = [one for one in loaded if self._made.get(one.environment.name) is not one]

        def make() -> None:
            self._write(left, loaded, start)

        if self._is_warm:
            status = apart(make)
        else:
            status = status_of(make, _go_on_on_node)
            self._is_warm = status == 0
            collect_again()  # this process stays for hours
        if status == 0:
            self._made |= {one.environment.name: one for one in left}

    def forget(self, changed: Sequence[Path]) -> None:
        """Forgets what was made of these files. Begins the program again where one of them is code."""
        if any(one.suffix == ".py" or one.name == SETTINGS for one in changed):
            begin_anew()
        layers = {one.stem for one in changed if one.parent == self._root / FOLDER}
        states = {one.stem for one in changed if one.parent == self._root / FOLDER / "state"}
        others = [one for one in changed if one.stem not in layers | states]
        if others or BASE in layers:
            self._known.clear()
        for name in layers | states:
            self._known.pop(name, None)

    def _loaded(self) -> list[Loaded[Any]]:
        """Those that are asked for. Of what is known already no warning is shown again."""
        if self._product is None:
            self._product = load_product(self._references[0], self._root)
        self._product = replace(self._product)  # which environments there are is looked at anew
        before = {id(one) for one in self._known.values()}
        loaded = self._product._load_all(  # noqa: SLF001  its own way, with what is known
            self._names, self._known, set=self._set, version=self._version
        )
        new = (one for one in loaded if id(one) not in before)
        if warnings := each_once(warning for one in new for warning in one.warnings):
            report_problems(warnings)
        return loaded

    def _write(self, left: Sequence[Loaded[Any]], loaded: Sequence[Loaded[Any]], start: float) -> None:
        assert self._product is not None
        before = _outputs(self._product)
        files = made(self._product, left, self._half) if left else []
        report_quotas(self._product, loaded, self._half)
        after = _outputs(self._product)
        changed = [one for one in {**before, **after} if before.get(one) != after.get(one)]
        for one in sorted(changed):
            _say(f"  {_shown(one)}{'' if one in after else ', removed'}")
        _say(f"{len(changed)} of {number(files, 'file')} changed in {time.perf_counter() - start:.1f} s")


def stamps(files: Iterable[str]) -> Stamps:
    """By which a file is known to be the same; nothing of one that there is not."""
    found: dict[str, tuple[int, int, int]] = {}
    for file in files:
        try:
            status = os.stat(file)  # noqa: PTH116  hundreds of them, many times a second
        except OSError:
            continue
        found[file] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def wait(look: Callable[[], Stamps], before: Stamps) -> list[Path]:
    """Looks until something is other than before, and stays so for a moment: an editor may write a file in several steps."""
    while True:
        start = time.perf_counter()
        found = look()
        if found != before:
            time.sleep(SETTLED)
            if look() == found:
                return sorted(Path(one) for one in {*before, *found} if before.get(one) != found.get(one))
        # Looking at many files takes its time: at most a tenth of a processor's.
        time.sleep(max(PAUSE, 10 * (time.perf_counter() - start)))


def begin_anew() -> NoReturn:
    """The same program again, in this process's place."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ.pop(AGAIN, None)  # what needed node may not do so any more
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  the same program again


def apart(make: Callable[[], None]) -> int:
    """Makes something in a fork of this process; its exit status."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        status = _wait_for(lambda: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        if status == ON_NODE:
            begin_again("node")
        return status
    status = INTERRUPTED
    try:
        gc.disable()  # it ends before collecting would pay
        status = status_of(make, _leave_to_node)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _is_nodes() -> bool:
    """Whether the native engine was asked for what it does not do. Any other error is shown as it is: the next run says more."""
    return bool(REFUSED) and must_begin_again(sys.exception())


def _go_on_on_node() -> None:
    if _is_nodes():
        begin_again("node")


def _leave_to_node() -> None:
    if _is_nodes():
        os._exit(ON_NODE)  # the process that was forked goes on


def _wait_for(end: Callable[[], int]) -> int:
    """Its status. Who is interrupted has a child that is too, and that takes away what it had begun."""
    try:
        return end()
    except KeyboardInterrupt:
        end()
        raise


def _layers(root: Path) -> list[str]:
    return [str(root / SETTINGS), *_within(str(root / FOLDER), LAYERS)]


def _within(folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    """The files with these endings in a folder and below it."""
    for inner, names, files in os.walk(folder):
        names[:] = [one for one in names if one != "__pycache__"]
        yield from (os.path.join(inner, one) for one in files if one.endswith(endings))  # noqa: PTH118


def _imported() -> set[str]:
    """The files of all modules that are no installed ones."""
    files = (getattr(module, "__file__", None) for module in [*sys.modules.values()])
    return {file for file in files if isinstance(file, str) and not file.startswith(_INSTALLED)}


def _outputs(product: Product[Any]) -> Stamps:
    from twinstack.synthesis import MANIFEST_SUFFIX, MANIFESTS_FOLDER, TERRAFORM_FILE, TERRAFORM_FOLDER

    infrastructure = (product.root / TERRAFORM_FOLDER / "stacks").glob(f"*/{TERRAFORM_FILE}")
    manifests = (product.root / MANIFESTS_FOLDER).glob(f"*/*{MANIFEST_SUFFIX}")
    return stamps(map(str, [*infrastructure, *manifests]))


def _shown(file: str | Path) -> str:
    return os.path.relpath(file)


def _say(line: str) -> None:
    emit([(line, "")])
    sys.stdout.flush()


def _say_that_it_watches(files: Stamps) -> None:
    _say(f"watching {number(files, 'file')}; Ctrl-C ends it")


def _say_what_changed(files: Sequence[Path]) -> None:
    more = len(files) - MOST_SHOWN
    _say(f"{', '.join(map(_shown, files[:MOST_SHOWN]))}{f' and {more} more' if more > 0 else ''} changed")


LAYERS: Final = (".yaml", ".yml")
SETTINGS: Final = "pyproject.toml"
MOST_SHOWN: Final = 5
PAUSE: Final = 0.02
SETTLED: Final = 0.01
ON_NODE: Final = 75
"""The exit status of a fork that leaves its work to node."""
INTERRUPTED: Final = 130
_INSTALLED: Final = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {"<frozen"}
)
