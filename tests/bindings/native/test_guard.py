"""What goes wrong in the native engine's own code is refused, also where the program catches it; the program's errors are its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bindings.native.test_refusals import native_run

EVERY_MEMBER = """
import importlib
import pkgutil
from types import FunctionType

import twinstack.bindings.native as native
from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.values import Data

for one in pkgutil.walk_packages(native.__path__, f"{native.__name__}."):
    importlib.import_module(one.name)


def all_below(kind):
    return {kind}.union(*map(all_below, kind.__subclasses__()))


seen = 0
for kind in all_below(EngineObject) | all_below(Data):
    if kind.__module__.startswith(native.__name__) and kind is not Data:
        for name, member in vars(kind).items():
            if name.startswith("_") and not name.startswith("__"):
                continue
            parts = (member.fget, member.fset) if isinstance(member, property) else (getattr(member, "__func__", member),)
            for part in parts:
                if isinstance(part, FunctionType) and not isinstance(member, classmethod):
                    seen += 1
                    assert part.__code__.co_filename.endswith("guard.py"), f"{kind.__name__}.{name}"
assert seen > 120, seen
assert cdktf.Fn.upper.__code__ is cdktf.Op.add.__code__ is cdktf.Token.as_string.__code__
"""
OWN_ERRORS = """
import jsii
from twinstack.bindings.native.terraform import addresses, element, functions, overrides


def ended(program):
    REFUSED.clear()
    try:
        program()
    except Exception as error:
        return error
    raise AssertionError("nothing raised")


element.unique_id = None
error = ended(lambda: key.friendly_unique_id)
assert type(error) is UnsupportedError and type(error.__cause__) is TypeError
assert "'NoneType' object is not callable" in str(error) and "<string>" not in str(error)
assert len(REFUSED) == 1, REFUSED  # however many members it went through
try:
    key.arn
except Exception:
    pass  # a program that goes on
assert type(ended(app.synth)) is UnsupportedError and not Path("out").exists()
element.unique_id = addresses.unique_id

overrides.anything = None
assert type(ended(lambda: key.add_override("a", 1))) is UnsupportedError
functions.Call = None
assert type(ended(lambda: cdktf.Fn.upper("a"))) is UnsupportedError
"""
THE_PROGRAMS_ERRORS = """
import jsii


class Mine(Exception):
    pass


@jsii.implements(cdktf.IAspect)
class Wrong:
    def __init__(self, program):
        self.program = program

    def visit(self, node):
        self.program()


def raise_it():
    raise Mine


def fails(*programs):
    for kind, program in programs:
        cdktf.Aspects.of(one)._all[:] = [Wrong(program)]
        for run in (program, app.synth):
            try:
                run()
            except Exception as error:
                assert type(error) is kind, error
            else:
                raise AssertionError(kind)
    assert not REFUSED


fails(
    (Mine, raise_it),
    (ZeroDivisionError, lambda: 1 / 0),
    (TypeError, lambda: KmsKey()),
    (TypeError, lambda: key.add_override("a")),
    (TypeError, lambda: key.node.try_find_child()),
    (TypeError, lambda: cdktf.Op.add(1)),
    (TypeError, lambda: cdktf.Fn.upper()),
    (TypeError, lambda: KmsKey(one, "wrong", description=7)),
    (AttributeError, lambda: key.nope),
    (AttributeError, lambda: cdktf.nope),
    (RuntimeError, lambda: one.node.find_child("nope")),
    (RuntimeError, lambda: KmsKey(one, "key")),
    (KeyError, lambda: {}["x"]),
)
cdktf.Aspects.of(one)._all.clear()
Path("file").write_text("")
try:
    cdktf.Testing.synth(one), cdktf.App(outdir="file/out").synth()
except OSError:
    assert not REFUSED
else:
    raise AssertionError
"""


@pytest.mark.parametrize("program", [EVERY_MEMBER, OWN_ERRORS, THE_PROGRAMS_ERRORS])
def test_the_engines_own_errors_are_told_apart(tmp_path: Path, program: str) -> None:
    done = native_run(tmp_path, program)
    assert (done.returncode, done.stderr) == (0, "")
