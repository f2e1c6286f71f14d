"""The app: all stacks of a program, and the files that they become."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.terraform.aspects import visit
from twinstack.bindings.native.terraform.resource import TerraformProvider, TerraformResource
from twinstack.bindings.native.terraform.stack import VERSION, TerraformStack, without_metadata
from twinstack.bindings.native.terraform.text import dumps
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import refuse
from twinstack.fresh_file import replace_file


class App(Construct):
    """The root of a program's tree."""

    def __init__(
        self,
        *,
        outdir: str | None = None,
        context: Mapping[str, Any] | None = None,
        skip_validation: bool | None = None,
        **others: Any,
    ) -> None:
        if others:
            refuse(f"cdktf.App({', '.join(others)})")
        super().__init__(None, "")
        self._outdir = outdir or os.environ.get("CDKTF_OUTDIR") or "cdktf.out"
        self._skip_validation = bool(skip_validation)
        given = {
            "cdktfVersion": VERSION,
            **(context or {}),
            **json.loads(os.environ.get("CDKTF_CONTEXT_JSON") or "{}"),
        }
        for key, value in given.items():
            self.node.set_context(key, value)

    @property
    def outdir(self) -> str:
        return self._outdir

    def synth(self) -> None:
        """Writes the document of every stack, and the index: everything is made before anything is written."""
        stacks = [one for one in self.node.find_all() if isinstance(one, TerraformStack)]
        for stack in stacks:
            stack._prepare()
        made = {}
        for stack in stacks:
            visit(stack)
            if not self._skip_validation:
                _require_valid(stack)
            made[stack.node.id] = dumps(stack.to_terraform())
        for name, text in made.items():
            folder = Path(self._outdir, "stacks", name)
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(folder / "cdk.tf.json", text)
        index = {"stacks": {stack.node.id: _entry(stack) for stack in stacks}, "version": VERSION}
        replace_file(Path(self._outdir, "manifest.json"), dumps(index))


class Testing(EngineObject):
    """What cdktf has for tests."""

    @staticmethod
    def synth(stack: TerraformStack, run_validations: bool | None = None) -> str:
        """The document of a stack, without what is noted beside it."""
        visit(stack)
        if run_validations:
            _require_valid(stack)
        return dumps(without_metadata(stack.to_terraform()))


def _entry(stack: TerraformStack) -> dict[str, Any]:
    name = stack.node.id
    return {
        "annotations": [],
        "constructPath": stack.node.path,
        "dependencies": [],
        "name": name,
        "stackMetadataPath": f"stacks/{name}/metadata.json",
        "synthesizedStackPath": f"stacks/{name}/cdk.tf.json",
        "workingDirectory": f"stacks/{name}",
    }


def _require_valid(stack: TerraformStack) -> None:
    """Leaves to node a stack that cdktf would find fault with, or ask Terraform about."""
    elements = stack._elements()
    for one in stack.node.find_all():
        if one.node.validate():
            refuse(f"{one.node.path}: a validation that finds fault")
    if any(isinstance(one, TerraformResource) and one._moved_from for one in elements):
        refuse(f"{stack.node.path}: `moved`, which asks for Terraform's version")
    providers = {one.terraform_resource_type for one in elements if isinstance(one, TerraformProvider)}
    for one in elements:
        if isinstance(one, TerraformResource) and one._provider_name not in providers:
            refuse(f"{one.node.path}: a resource without its provider")
