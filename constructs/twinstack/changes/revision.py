"""A revision of the product's Git repository, written out into a folder of its own and synthesized there.

Git reads the revision into an index that lies in that folder: neither the work tree, nor the repository's index, nor a
list of work trees is touched, so there is nothing to clean up in the repository, whatever ends the run.
"""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import twinstack
from twinstack.bindings import CACHE
from twinstack.environment.spec import Half
from twinstack.errors import ConfigurationError, Location, MissingToolError, Problem
from twinstack.product import BASE, FOLDER


@dataclass(frozen=True, slots=True)
class Repository:
    """The Git repository that a product lies in."""

    top: Path
    """The folder of its work tree."""
    prefix: str
    """Where in it the product is, `services/shop`; empty for the top."""

    @classmethod
    def of(cls, root: Path) -> Repository:
        """That of a product's folder. Raises ConfigurationError outside of one (TW386), MissingToolError without Git."""
        found = _git(root, "rev-parse", "--show-toplevel", "--show-prefix")
        if found.returncode:
            raise ConfigurationError([_no_repository(root, found.stderr)])
        top, prefix = [*found.stdout.splitlines(), "", ""][:2]
        return cls(Path(top), prefix.rstrip("/"))

    def commit(self, reference: str) -> str:
        """The commit that a name means. Raises ConfigurationError for one that means none here (TW385)."""
        found = self.find(reference)
        if not found:
            raise ConfigurationError([self.unknown(reference)])
        return found

    def find(self, reference: str) -> str:
        """As `commit`; empty for a name that means none."""
        if reference.startswith("-"):
            return ""
        found = _git(self.top, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
        return "" if found.returncode else found.stdout.strip()

    def beginning(self) -> tuple[str, str]:
        """The commit that today's changes began at, and what it is in words: where this branch left the default one, with
        all that was committed since and all that was not; on the default branch itself, and where there is none, HEAD.

        Raises ConfigurationError where nothing is committed yet, or where a shallow clone lacks it (TW385).
        """
        head = self.commit("HEAD")
        default = next(filter(self.find, (self._default_of_origin(), *_DEFAULT_BRANCHES)), "")
        common = _git(self.top, "merge-base", "HEAD", default).stdout.strip() if default else ""
        if not common and _git(self.top, "rev-parse", "--is-shallow-repository").stdout.strip() == "true":
            raise ConfigurationError([self.unknown(default or _DEFAULT_BRANCHES[0])])
        if common in {"", head}:
            return head, f"HEAD ({head[:_SHORT]})"
        return common, f"{default}, where this branch left it ({common[:_SHORT]})"

    def _default_of_origin(self) -> str:
        return _git(self.top, "rev-parse", "--abbrev-ref", "--quiet", "origin/HEAD").stdout.strip()

    def unknown(self, given: str, *, more: Sequence[str] = ()) -> Problem:
        """That a name means nothing here; `more` is what else it could have meant."""
        listed = _git(self.top, "for-each-ref", "--sort=-creatordate", "--format=%(refname:short)", *_NAMESPACES)
        names = [name for name in listed.stdout.split() if not name.endswith("/HEAD")]
        shallow = _git(self.top, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"
        near = difflib.get_close_matches(given, names, _MOST_NAMES, 0.5) or names[:_MOST_NAMES]
        return Problem(
            "TW385",
            "nothing former goes by this name",
            given=f"{given}, in a shallow clone" if shallow else given,
            allowed="; ".join((", ".join(near) or "no name: the repository has no commit yet", *more)),
            fix="fetch what is missing: `git fetch --unshallow --tags`; with actions/checkout: `fetch-depth: 0`"
            if shallow
            else "give a branch, a tag, a commit, the folder of a release or of outputs, or `nothing` for a first release",
        )

    @contextmanager
    def synthesized(
        self, commit: str, environment: str, *, halves: Sequence[Half] = tuple(Half), version: str | None = None
    ) -> Generator[Path]:
        """The product's folder as it was at a commit, with the outputs of one environment in it, while the context lasts.

        The library is the one that runs, but where it lies in the same repository: there it is as much a part of the
        revision as the product's code, so the revision's own is used. Raises ConfigurationError where the revision has no
        such product or environment (TW386), or cannot be synthesized (TW387).
        """
        with tempfile.TemporaryDirectory(prefix="twinstack-former-") as temporary:
            product = Path(temporary) / "product"
            self._write(commit, self.prefix, product, without=self._library_inside)
            if not (product / FOLDER / f"{BASE}.yaml").is_file():
                raise ConfigurationError([self._no_product(commit)])
            if not (product / FOLDER / f"{environment}.yaml").is_file():
                known = sorted(one.stem for one in (product / FOLDER).glob("*.yaml") if one.stem != BASE)
                raise ConfigurationError([_no_environment(commit, environment, known)])
            for name in ("imports", CACHE):  # what was built of the wheels, which are the same: not built once more
                here = self.top / self.prefix / name
                if here.is_dir():
                    shutil.copytree(here, product / name, dirs_exist_ok=True, copy_function=_linked)
            _synthesize(product, self._library(commit, Path(temporary)), commit, environment, halves, version)
            yield product

    @contextmanager
    def layers(self, commit: str) -> Generator[Path | None]:
        """A folder with the product's `environments/` as it was at a commit, while the context lasts; None of no commit."""
        with tempfile.TemporaryDirectory(prefix="twinstack-former-") as temporary:
            inside = "/".join(filter(None, (self.prefix, FOLDER)))
            yield self._write(commit, inside, Path(temporary) / FOLDER).parent if commit else None

    def changed_since(self, commit: str) -> Sequence[str]:
        """The files that are others than at a commit, or new since, committed or not; from the top."""
        changed = _git(self.top, "diff", "--name-only", "--no-renames", "-z", commit)
        added = _git(self.top, "ls-files", "--others", "--exclude-standard", "-z")
        return sorted({name for listed in (changed, added) for name in listed.stdout.split("\0") if name})

    @property
    def _library_inside(self) -> str:
        """Where the library lies in the repository, `constructs/twinstack`; empty where it does not."""
        package = Path(twinstack.__file__).resolve().parent
        top = self.top.resolve()
        return package.relative_to(top).as_posix() if package.is_relative_to(top) else ""

    def _library(self, commit: str, temporary: Path) -> Path:
        """The folder that `twinstack` is imported from."""
        running = Path(twinstack.__file__).resolve().parents[1]
        package = self._library_inside
        if not package:
            return running
        if _git(self.top, "cat-file", "-e", f"{commit}:{package}").returncode:
            return running  # a virtual environment in the work tree, say
        if not _git(self.top, "diff", "--quiet", commit, "--", package).returncode:
            return running  # the same, and compiled already
        return self._write(commit, package.rpartition("/")[0], temporary / "library")

    def _write(self, commit: str, inside: str, folder: Path, *, without: str = "") -> Path:
        """Writes a folder of a commit out, as a checkout would, but for what lies `without`, from the top."""
        folder.mkdir()
        index = {"GIT_INDEX_FILE": str(folder.with_suffix(".index"))}
        tree = f"{commit}:{'' if inside == '.' else inside}"
        if _git(self.top, "cat-file", "-e", tree).returncode:
            return folder  # nothing of the product is there at this commit, and that is said by whoever looks for it
        done = _git(self.top, "read-tree", tree, variables=index)
        if not done.returncode:
            names = _git(self.top, "ls-files", "--full-name", "-z", variables=index).stdout.split("\0")
            left_out = f"{without.removeprefix(f'{inside}/')}/" if without else ""
            wanted = "\0".join(name for name in names if not left_out or not name.startswith(left_out))
            out = ("checkout-index", "-z", "--stdin", "--force", f"--prefix={folder}/")
            done = _git(self.top, *out, variables=index, given=wanted)
        if done.returncode:
            raise ConfigurationError([_not_written(commit, done.stderr)])
        return folder

    def _no_product(self, commit: str) -> Problem:
        return Problem(
            "TW386",
            "the product is not there at this revision",
            location=Location(f"{FOLDER}/{BASE}.yaml"),
            given=f"{commit[:_SHORT]} has no {'/'.join(filter(None, (self.prefix, FOLDER, f'{BASE}.yaml')))}",
            allowed="a revision at which the product lay in the folder it lies in now",
            fix="give a later revision, a folder of outputs that was kept, or `nothing` for a first release",
        )


def _synthesize(
    product: Path, library: Path, commit: str, environment: str, halves: Sequence[Half], version: str | None
) -> None:
    """In a process of its own: the product's modules of today are loaded in this one."""
    half = ("--half", *halves) if len(halves) == 1 else ()
    chosen = ("--version", version) if version else ()
    paths = [str(library), *filter(None, [os.environ.get("PYTHONPATH")])]
    variables = {name: text for name, text in os.environ.items() if name not in _OF_THIS_RUN}
    done = subprocess.run(
        # -P: no folder of the product's may stand in for the library.
        [sys.executable, "-P", "-m", twinstack.__name__, "synth", environment, *half, *chosen, "--json"],
        cwd=product,
        env={**variables, "PYTHONPATH": os.pathsep.join(paths), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise ConfigurationError([_not_synthesized(commit, done.stderr)])


def _linked(source: str, target: str) -> None:
    """One file under two names, where that is possible: whoever writes one of these puts another in its place."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or a link that stands there
        shutil.copy2(source, target)


def _git(
    folder: Path, *arguments: str, variables: dict[str, str] | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    # In a hook these lead to the repository that the hook is of, and to its index.
    inherited = {name: text for name, text in os.environ.items() if name not in _OF_A_HOOK}
    settings = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    options = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "core.sparseCheckout=false")
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *options, *arguments],
            env={**inherited, **settings, **(variables or {})},
            input=given,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise MissingToolError(
            f"git cannot be run ({error.strerror or error}): install it, or give a folder of outputs that were kept"
        ) from error


def _no_repository(root: Path, said: str) -> Problem:
    return Problem(
        "TW386",
        "the product lies in no Git repository",
        location=Location(str(root)),
        given=_last(said),
        allowed="a product in a repository, for a branch, a tag or a commit",
        fix="give the folder of a release or of outputs that were kept, or `nothing` for a first release",
    )


def _no_environment(commit: str, environment: str, known: Sequence[str]) -> Problem:
    return Problem(
        "TW386",
        "the environment is not there at this revision",
        location=Location(f"{FOLDER}/{environment}.yaml"),
        given=f"{commit[:_SHORT]} has {', '.join(known) or 'no environment'}",
        allowed="a revision that has the environment",
        fix="give a later revision; `nothing` where this is its first release",
    )


def no_outputs(*, given: str, fix: str, allowed: str = "", place: Path | None = None) -> Problem:
    """That what is named means something here, and that there is nothing of it to compare with."""
    where = Location(str(place)) if place is not None else None
    return Problem("TW387", "there are no outputs of it", location=where, given=given, allowed=allowed, fix=fix)


def _not_written(commit: str, said: str) -> Problem:
    return no_outputs(
        given=f"Git could not write {commit[:_SHORT]} out: {_last(said)}",
        fix="mend the repository (`git fsck`, `git fetch`), or give a folder of outputs that were kept",
    )


def _not_synthesized(commit: str, said: str) -> Problem:
    return no_outputs(
        given=f"{commit[:_SHORT]} cannot be synthesized: {'; '.join(_first_words(said)) or 'it said nothing'}",
        allowed="a revision whose product the library of today understands",
        fix="give a release folder (`twinstack plan --out`) or outputs that were made then and kept, or a later revision",
    )


def _first_words(said: str) -> Iterator[str]:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error")]
    yield from (errors or lines[-_MOST_LINES:])[:_MOST_LINES]


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""


_DEFAULT_BRANCHES: Final = ("origin/main", "origin/master", "main", "master")
_NAMESPACES: Final = ("refs/heads", "refs/tags", "refs/remotes")
_OF_A_HOOK: Final = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_WORK_TREE",
    }
)
"""Source: Git, "git rev-parse", --local-env-vars."""
_OF_THIS_RUN: Final = frozenset({"TWINSTACK_STARTED_AGAIN_FOR"})
_MOST_NAMES: Final = 5
_MOST_LINES: Final = 3
_SHORT: Final = 10
