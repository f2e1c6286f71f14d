"""What the native engine does not know it refuses at once, and writes nothing then."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAD = """
import sys
from pathlib import Path
from twinstack.bindings import activate

activate(Path(sys.argv[1]))
import cdk8s, cdktf, constructs
from cdk8s_plus_27 import k8s
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfiguration
from constructs import Construct
from twinstack.bindings.native.unsupported import REFUSED
from twinstack.errors import UnsupportedError

FLAGS = {"excludeStackIdFromLogicalIds": "true", "allowSepCharsInLogicalIds": "true"}
app = cdktf.App(outdir="out", context=FLAGS)
one, two = cdktf.TerraformStack(app, "one"), cdktf.TerraformStack(app, "two")
AwsProvider(one, "aws")
key = KmsKey(one, "key")
chart = cdk8s.Chart(cdk8s.App(), "chart")


def check(words, program):
    REFUSED.clear()
    try:
        program()
    except UnsupportedError as error:
        assert words in str(error), f"{words}: {error}"
    else:
        raise AssertionError(f"not refused: {words}")
"""
CHECKS = """
check("cdktf.TerraformIterator", lambda: cdktf.TerraformIterator)
check("cdk8s.Helm", lambda: cdk8s.Helm)
check("constructs.Dependable", lambda: constructs.Dependable)
check("Testing.full_synth", lambda: cdktf.Testing.full_synth(one))
check("Node.lock", lambda: key.node.lock())
check("KmsKey.add_move_target", lambda: key.add_move_target("x"))
check("KmsKey.count = ", lambda: setattr(key, "count", 1))
check("App.charts", lambda: chart.node.root.charts)
check("hcl_output", lambda: cdktf.App(hcl_output=True))
check("with its own to_terraform", lambda: type("Mine", (cdktf.TerraformStack,), {"to_terraform": None}))
check("with its own to_terraform", lambda: type("Mine", (cdktf.TerraformElement,), {"to_terraform": None}))
check("with its own is_construct", lambda: type("Mine", (Construct,), {"is_construct": None}))
check("the number 1e+21", lambda: key.add_override("n", 1e21))
check("the number 1e-07", lambda: key.add_override("n", 1e-7))
check("an escaped dot", lambda: key.add_override("a\\\\.b", 1))
check("a value of type object", lambda: cdktf.TerraformOutput(one, "o1", value=object()))
check("the fqn of an output", lambda: cdktf.TerraformOutput(one, "told", value="x").fqn)
check("for_each", lambda: KmsKey(one, "k1", for_each=object()))
check("depends_on", lambda: KmsKey(two, "k2", depends_on=[key]))
check("a plain mapping as rule[0]", lambda: S3BucketLifecycleConfiguration(one, "l", bucket="b", rule=[{"id_": "x"}]))
check("jsii.Number", lambda: __import__("jsii").Number)
check("the module jsii.errors", lambda: __import__("jsii.errors"))
check("the module cdktf.token", lambda: __import__("cdktf.token"))
check("cdk8s_plus_27.Deployment", lambda: __import__("cdk8s_plus_27").Deployment)
check("a path with other letters", lambda: k8s.KubeConfigMap(cdk8s.Chart(app, "other"), "é"))
check("a name with delimiter", lambda: cdk8s.Names.to_dns_label(chart, delimiter="x"))
check("the id 'constructor'", lambda: KmsKey(one, "constructor"))
check("after its fqn was asked for", lambda: key.fqn and key.override_logical_id("x"))
check("a token as text", lambda: f"{key.enable_key_rotation}")
check("of a place that is not there", lambda: cdk8s.JsonPatch.apply({}, cdk8s.JsonPatch.replace("/a/b", 1)))
check("of a place that is not there", lambda: cdk8s.JsonPatch.apply({"a": [1]}, cdk8s.JsonPatch.add("/a/ 1", 1)))
for token in (cdktf.Fn.abs(1), cdktf.Token.as_string_map(cdktf.Fn.merge([])), cdktf.Op.eq(1, 2), key.arn, [key.arn]):
    check("a token", lambda: cdk8s.JsonPatch.add("/a", {"b": token}))
check("a part of a token", lambda: cdk8s.JsonPatch.add("/a", str(cdktf.Fn.abs(1))))
check("that puts nothing", lambda: cdk8s.JsonPatch.apply({"a": 1}, cdk8s.JsonPatch.add("/a", None)))
check("the key '__proto__'", lambda: key.add_override("a.__proto__", 1))
check("the key 'subnetIds'", lambda: cdktf.TerraformVariable(one, "v1", default=[{"subnetIds": 1}]))
check("a number among keys", lambda: cdk8s.JsonPatch.apply({"a": 1}, cdk8s.JsonPatch.add("/9", 1)))
thing = cdk8s.ApiObject(chart, "holes", api_version="v", kind="K")
thing.metadata.add("x", [{}, 1])
check("with nothing in a list", thing.to_json)
chart.node.try_remove_child("holes")
check("a value of type tuple", lambda: key.add_override("a", (1,)))
check("a tuple as the argument", lambda: cdktf.Fn.join("-", ("a",)))
check("None as tags['x']", lambda: KmsKey(one, "none", tags={"x": None}))
check("depends_on of such a kind", lambda: cdktf.TerraformOutput(one, "o2", value=1, depends_on="x"))
check("Fn.raw_string", lambda: cdktf.Fn.raw_string)
check("a list that is a token as the argument vals", lambda: cdktf.Fn.coalesce(key.get_list_attribute("x")))
check("with 0 as cost", lambda: cdktf.Fn.bcrypt("a", 0))
for nothing in (0, -0.0, "", False):
    check("on the right of", lambda: cdktf.Op.sub(1, nothing))
check("Token.as_string of what is no token", lambda: cdktf.Token.as_string(5))
check("__jsii_type__", lambda: key.__jsii_type__)
check("with its own description", lambda: type("Mine", (KmsKey,), {"description": "x"}))
check("@jsii.implements", lambda: cdktf.Aspects.of(one).add(object()))
check("@jsii.implements", lambda: one.node.add_validation(object()))


class Naming:
    def visit(self, node):
        cdktf.Aspects.of(one).add(self)


__import__("jsii").implements(cdktf.IAspect)(Naming)
cdktf.Aspects.of(two).add(Naming())
for value in (False, None, 'a"b', "${x}", "a\\\\b", {"a\\n": 1}):
    cdktf.TerraformOutput(two, "f", value=cdktf.Fn.tostring(value))
    check("of a function", lambda: cdktf.Testing.synth(two))
    two.node.try_remove_child("f")
cdktf.Aspects.of(one).add(Naming())
check("an aspect that adds aspects", app.synth)
cdktf.Aspects.of(one)._all.clear()
cdktf.Aspects.of(two)._all.clear()

map_ = k8s.KubeConfigMap(chart, "map")
map_.add_json_patch(cdk8s.JsonPatch.add("/data", {}))
check("a patch of ConfigMap", chart.to_json)
check("JsonPatch.move", lambda: cdk8s.JsonPatch.move("/a", "/b"))
map_.node.add_dependency(chart)
check("in the order of their dependencies", chart.to_json)

two.node.try_remove_child("k2"), one.node.try_remove_child("k1")
cdktf.TerraformOutput(two, "o", value=key.arn)
check("a reference to aws_kms_key.key.arn from another stack", app.synth)
two.node.try_remove_child("o")
for part in (key.arn[:-1], key.arn[3:], f"{key.deletion_window_in_days}", key.tags, ["x", *key.tags]):
    cut = cdktf.TerraformOutput(one, "cut", value=[part, "and"] if isinstance(part, list) else {"a": part, "b": "c"})
    if isinstance(part, str) or isinstance(part, list):
        check("a part of a token", app.synth)
    one.node.try_remove_child("cut")
KmsKey(two, "without")
check("a resource without its provider", app.synth)
two.node.try_remove_child("without")
moved = KmsKey(one, "moved")
moved.move_from_id("aws_kms_key.x")
check("`moved`", app.synth)
one.node.try_remove_child("moved")

REFUSED.clear()
try:
    cdktf.TerraformIterator
except Exception:
    pass  # a program that goes on
try:
    app.synth()
except UnsupportedError as error:
    assert "cdktf.TerraformIterator" in str(error) and str(error).startswith("error TW507: ")
assert not Path("out").exists()
REFUSED.clear()
app.synth()
assert Path("out/stacks/one/cdk.tf.json").is_file()
"""


def native_run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Carries out a program on the native engine."""
    return subprocess.run(
        [sys.executable, "-c", HEAD + program, str(ROOT)],
        cwd=folder,
        env={**os.environ, "TWINSTACK_BINDINGS": "native"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_it_does_not_know_is_refused(tmp_path: Path) -> None:
    done = native_run(tmp_path, CHECKS)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


NAMES = """
for kind, name in ((cdktf, "nope"), (key, "nope"), (KmsKey, "nope"), (key.node, "nope"), (chart, "nope"), (k8s, "Nope")):
    assert not hasattr(kind, name), name
try:
    import cdktf_cdktf_provider_aws.no_such
except ModuleNotFoundError:
    pass
assert not REFUSED
"""


def test_what_the_engine_does_not_have_either_is_an_attribute_error(tmp_path: Path) -> None:
    done = native_run(tmp_path, NAMES)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ('KmsKey(one, "a", description=7)', "description takes a text, not 7 (int) (KmsKey at one/a)"),
        ('KmsKey(one, "a", tags={"x": 1})', "tags['x'] takes a text, not 1 (int) (KmsKey at one/a)"),
        ('KmsKey(one, "a", descripton="x")', "unexpected keyword argument 'descripton' (KmsKey at one/a)"),
        ('k8s.KubeConfigMap(chart, "m", data=["x"])', "data takes a mapping of a text, not ['x'] (list)"),
        ('KmsKey(one, "key")', "There is already a Construct with name 'key' in TerraformStack [one]"),
    ],
)
def test_a_mistake_is_said_with_its_construct(tmp_path: Path, program: str, words: str) -> None:
    done = native_run(tmp_path, program)
    assert done.returncode == 1
    assert words in done.stderr.splitlines()[-1]
