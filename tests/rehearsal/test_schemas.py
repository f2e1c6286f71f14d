"""The AWS provider's schema, as it is read from the bindings and kept."""

from __future__ import annotations

import importlib.metadata
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from twinstack.errors import RehearsalError, UsageError
from twinstack.rehearsal import schemas
from twinstack.rehearsal.bindings_module import BindingsModule
from twinstack.rehearsal.schema_provider.schema import Attribute, Block, NestedBlock

RESOURCES = {"6.69.1": 1735, "6.25.0": 1581}
LARGEST_FILE_BYTES = 200_000
MODULE = """
const cdktn = __importStar(require("cdktn"));
function queueRedriveToHclTerraform(struct) {
    const attrs = {
        target_arn: {
            value: cdktn.stringToHclTerraform(struct.targetArn),
            isBlock: false,
            type: "simple",
            storageClassType: "string",
        },
    };
}
class QueueRedriveOutputReference extends cdktn.ComplexObject {
    // target_arn - computed: false, optional: false, required: true
    _targetArn;
}
class QueueStatusOutputReference extends cdktn.ComplexObject {
    // depth - computed: true, optional: false, required: false
    get depth() {
        return this.getNumberAttribute('depth');
    }
}
class QueueStatusList extends cdktn.ComplexList {
}
class Queue extends cdktn.TerraformResource {
    static tfResourceType = "aws_queue";
    constructor(scope, id, config) {
        super(scope, id, {
                providerVersion: '6.0.0',
        });
    }
    // arn - computed: true, optional: false, required: false
    get arn() {
        return this.getStringAttribute('arn');
    }
    // name - computed: true, optional: true, required: false
    _name;
    // key_wo - computed: false, optional: true, required: false
    _keyWo;
    // zones - computed: false, optional: false, required: true
    _zones;
    // redrive - computed: false, optional: false, required: true
    _redrive = new QueueRedriveOutputReference(this, "redrive");
    // status - computed: true, optional: false, required: false
    _status = new QueueStatusList(this, "status", true);
    synthesizeHclAttributes() {
        const attrs = {
            name: {
                value: cdktn.stringToHclTerraform(this._name),
                isBlock: false,
                type: "simple",
                storageClassType: "string",
            },
            key_wo: {
                value: this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._keyWo)),
                isBlock: false,
                type: "simple",
                storageClassType: "string",
            },
            zones: {
                value: cdktn.listMapperHcl(cdktn.stringToHclTerraform, false)(this._zones),
                isBlock: false,
                type: "set",
                storageClassType: "stringList",
            },
            redrive: {
                value: queueRedriveToHclTerraform(this._redrive.internalValue),
                isBlock: true,
                type: "list",
                storageClassType: "QueueRedriveList",
            },
        };
    }
}
"""


def wheel(folder: Path, source: str) -> Path:
    """A wheel of bindings with one module."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        member = tarfile.TarInfo("package/lib/queue/index.js")
        member.size = len(source.encode())
        tar.addfile(member, io.BytesIO(source.encode()))
    path = folder / "bindings.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("bindings/_jsii/provider.jsii.tgz", archive.getvalue())
    return path


@pytest.mark.parametrize("version", schemas.VERSIONS)
def test_each_version_is_shipped_whole_and_small(version: str) -> None:
    schema = schemas.read(version)
    assert schema.version == version
    assert len(schema.names("resource")) == RESOURCES[version]
    assert {"aws_secretsmanager_random_password", "aws_secretsmanager_secret_version"} <= set(schema.names("ephemeral"))
    assert schema.provider.attributes["region"].optional
    assert schemas.file_of(version).stat().st_size < LARGEST_FILE_BYTES


@pytest.mark.parametrize("version", schemas.VERSIONS)
def test_every_block_can_be_decoded(version: str) -> None:
    schema = schemas.read(version)
    for kind in ("resource", "data", "ephemeral"):
        for name in schema.names(kind):
            block = schema.block(kind, name)
            assert block.attributes or block.blocks, name


@pytest.mark.parametrize("version", schemas.VERSIONS)
def test_what_aws_fills_in_is_told_from_what_only_the_user_sets(version: str) -> None:
    database = schemas.read(version).block("resource", "aws_db_instance")
    assert database.attributes["instance_class"] == Attribute("string", required=True)
    assert database.attributes["address"] == Attribute("string", computed=True)
    assert database.attributes["port"] == Attribute("number", optional=True, computed=True)
    assert database.attributes["password_wo_version"] == Attribute("number", optional=True)
    assert database.attributes["password_wo"] == Attribute("string", optional=True, write_only=True)


@pytest.mark.parametrize("version", schemas.VERSIONS)
def test_blocks_that_may_or_must_stand_once_are_told(version: str) -> None:
    blocks = schemas.read(version).block("resource", "aws_eks_cluster").blocks
    numbers = {name: (one.nesting, one.minimum, one.maximum) for name, one in blocks.items()}
    assert numbers["vpc_config"] == ("list", 1, 1)
    assert numbers["access_config"] == ("list", 0, 1)
    assert numbers["timeouts"] == ("single", 0, 0)


def test_the_arguments_that_came_after_the_older_version_are_only_in_the_newer_one() -> None:
    old, new = (
        schemas.read(version).block("resource", "aws_elasticache_replication_group") for version in ("6.25.0", "6.69.1")
    )
    assert "auth_token_wo" not in old.attributes
    assert new.attributes["auth_token_wo"].write_only


def test_open_types_do_not_stand_in_sets() -> None:
    rule = schemas.read("6.69.1").block("resource", "aws_wafv2_web_acl").blocks["rule"]
    assert rule.block.attributes["statement"].type == "dynamic"
    assert rule.nesting == "list", "Terraform refuses an open type in a set"


def test_an_unknown_version_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r'"5\.0\.0"; there are 6\.69\.1 and 6\.25\.0'):
        schemas.read("5.0.0")


def test_a_module_gives_its_schema() -> None:
    module = BindingsModule.read(MODULE)
    assert (module.kind, module.type_name, module.provider_version) == ("resource", "aws_queue", "6.0.0")
    assert module.block == Block(
        {
            "arn": Attribute("string", computed=True),
            "name": Attribute("string", optional=True, computed=True),
            "key_wo": Attribute("string", optional=True, write_only=True),
            "zones": Attribute(["set", "string"], required=True),
            "status": Attribute(["set", ["object", {"depth": "number"}]], computed=True),
        },
        {"redrive": NestedBlock("list", Block({"target_arn": Attribute("string", required=True)}), 1, 1)},
    )


def test_a_block_survives_its_compact_form() -> None:
    block = BindingsModule.read(MODULE).block
    nested = Block({"inside": Attribute("dynamic", optional=True, nested=NestedBlock("single", block))})
    assert Block.from_json(nested.to_json()) == nested


def test_a_schema_is_written_and_has_the_same_bytes_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first.xz", tmp_path / "second.xz"
    schema = schemas.extract(wheel(tmp_path, MODULE), "6.0.0", first)
    assert list(schema.names("resource")) == ["aws_queue"]
    schemas.extract(wheel(tmp_path, MODULE), "6.0.0", second)
    assert first.read_bytes() == second.read_bytes()


def test_bindings_of_another_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is of AWS 6\.0\.0, not 6\.1\.0"):
        schemas.extract(wheel(tmp_path, MODULE), "6.1.0", tmp_path / "out.xz")
    assert not (tmp_path / "out.xz").exists()


def test_a_module_of_an_unknown_shape_is_named(tmp_path: Path) -> None:
    odd = MODULE.replace("cdktn.stringToHclTerraform(this._name)", "cdktn.moneyToHclTerraform(this._name)")
    with pytest.raises(RehearsalError, match=r"unknown shape: queue \(ValueError\('no type in name'\)\)"):
        schemas.extract(wheel(tmp_path, odd), "6.0.0", tmp_path / "out.xz")


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_something_that_is_no_wheel_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bindings.whl"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="neither a wheel nor an installed package"):
        schemas.extract(path, "6.0.0", tmp_path / "out.xz")


def test_a_folder_without_bindings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no bindings"):
        schemas.extract(tmp_path, "6.0.0", tmp_path / "out.xz")


@pytest.mark.slow
def test_the_shipped_schema_is_what_the_installed_bindings_give(tmp_path: Path) -> None:
    # The installed ones: what the interpreter would find first are the trimmed ones.
    bindings = importlib.metadata.distribution("cdktf-cdktf-provider-aws").locate_file("cdktf_cdktf_provider_aws")
    out = tmp_path / "schema.xz"
    schemas.extract(Path(str(bindings)), "6.25.0", out, complement=schemas.file_of("6.69.1"))
    assert out.read_bytes() == schemas.file_of("6.25.0").read_bytes()
