"""Terraform's plugin protocol, version 6: the messages a provider exchanges with Terraform and OpenTofu.

The message classes are made from the tables below when this module is imported, so that no generated code, tied to
one version of protobuf, has to be kept. Only the fields that this provider reads or sets are listed: protobuf skips
the others. Source: Terraform's documentation, "Terraform Plugin Protocol", definition file of version 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import google.protobuf.descriptor_pb2
import google.protobuf.descriptor_pool
from google.protobuf import message_factory

_FIELDS: Final[Mapping[str, str]] = {
    "DynamicValue": "1 msgpack bytes, 2 json bytes",
    "AttributePath.Step": "1 attribute_name ?string, 3 element_key_int ?int64",
    "AttributePath": "1 steps *AttributePath.Step",
    "Diagnostic": "1 severity int32, 2 summary string, 3 detail string, 4 attribute AttributePath",
    "RawState": "1 json bytes",
    "Schema.Attribute": "1 name string, 2 type bytes, 4 required bool, 5 optional bool, 6 computed bool, "
    "10 nested_type Schema.Object, 11 write_only bool",
    "Schema.Object": "1 attributes *Schema.Attribute, 3 nesting int32",
    "Schema.NestedBlock": "1 type_name string, 2 block Schema.Block, 3 nesting int32, 4 min_items int64, 5 max_items int64",
    "Schema.Block": "1 version int64, 2 attributes *Schema.Attribute, 3 block_types *Schema.NestedBlock",
    "Schema": "1 version int64, 2 block Schema.Block",
    "SchemaEntry": "1 key string, 2 value Schema",
    "ServerCapabilities": "1 plan_destroy bool",
    "Empty": "",
    "Diagnostics": "1 diagnostics *Diagnostic",
    "LaterDiagnostics": "2 diagnostics *Diagnostic",
    "GetProviderSchemaResponse": "1 provider Schema, 2 resource_schemas *SchemaEntry, 3 data_source_schemas *SchemaEntry, "
    "6 server_capabilities ServerCapabilities, 8 ephemeral_resource_schemas *SchemaEntry",
    "TypedConfigRequest": "1 type_name string, 2 config DynamicValue",
    "ProviderConfigRequest": "2 config DynamicValue",
    "UpgradeResourceStateRequest": "1 type_name string, 2 version int64, 3 raw_state RawState",
    "UpgradeResourceStateResponse": "1 upgraded_state DynamicValue, 2 diagnostics *Diagnostic",
    "ReadResourceRequest": "1 type_name string, 2 current_state DynamicValue",
    "ReadResourceResponse": "1 new_state DynamicValue, 2 diagnostics *Diagnostic",
    "PlanResourceChangeRequest": "1 type_name string, 2 prior_state DynamicValue, 3 proposed_new_state DynamicValue, "
    "4 config DynamicValue",
    "PlanResourceChangeResponse": "1 planned_state DynamicValue, 2 requires_replace *AttributePath, 4 diagnostics *Diagnostic",
    "ApplyResourceChangeRequest": "1 type_name string, 2 prior_state DynamicValue, 3 planned_state DynamicValue, "
    "4 config DynamicValue",
    "ApplyResourceChangeResponse": "1 new_state DynamicValue, 3 diagnostics *Diagnostic",
    "ImportResourceStateRequest": "1 type_name string, 2 id string",
    "ImportedResource": "1 type_name string, 2 state DynamicValue",
    "ImportResourceStateResponse": "1 imported_resources *ImportedResource, 2 diagnostics *Diagnostic",
    "ReadDataSourceResponse": "1 state DynamicValue, 2 diagnostics *Diagnostic",
    "OpenEphemeralResourceResponse": "1 diagnostics *Diagnostic, 3 result DynamicValue",
}

CALLS: Final[Mapping[str, tuple[str, str]]] = {
    "GetProviderSchema": ("Empty", "GetProviderSchemaResponse"),
    "GetResourceIdentitySchemas": ("Empty", "LaterDiagnostics"),
    "GetFunctions": ("Empty", "LaterDiagnostics"),
    "ValidateProviderConfig": ("Empty", "LaterDiagnostics"),
    "ValidateResourceConfig": ("Empty", "Diagnostics"),
    "ValidateDataResourceConfig": ("Empty", "Diagnostics"),
    "ValidateEphemeralResourceConfig": ("Empty", "Diagnostics"),
    "ConfigureProvider": ("ProviderConfigRequest", "Diagnostics"),
    "UpgradeResourceState": ("UpgradeResourceStateRequest", "UpgradeResourceStateResponse"),
    "ReadResource": ("ReadResourceRequest", "ReadResourceResponse"),
    "PlanResourceChange": ("PlanResourceChangeRequest", "PlanResourceChangeResponse"),
    "ApplyResourceChange": ("ApplyResourceChangeRequest", "ApplyResourceChangeResponse"),
    "ImportResourceState": ("ImportResourceStateRequest", "ImportResourceStateResponse"),
    "ReadDataSource": ("TypedConfigRequest", "ReadDataSourceResponse"),
    "OpenEphemeralResource": ("TypedConfigRequest", "OpenEphemeralResourceResponse"),
    "CloseEphemeralResource": ("Empty", "Diagnostics"),
    "StopProvider": ("Empty", "Empty"),
}
"""The calls of the service `tfplugin6.Provider` that are answered: names of the request and the response.

Every request may be read as `Empty` where nothing in it matters.
"""

ERROR: Final = 1
"""The severity of a diagnostic that stops Terraform."""
WARNING: Final = 2
"""The severity of one that does not."""
NESTINGS: Final = {"single": 1, "list": 2, "set": 3, "map": 4}
"""How Terraform numbers the nesting of a block, and of an argument that holds a structure."""


def _build() -> Mapping[str, type[Any]]:
    # protobuf makes the members of these modules at import, so no type checker knows them.
    descriptor_pb2: Any = google.protobuf.descriptor_pb2
    descriptor_pool: Any = google.protobuf.descriptor_pool
    file = descriptor_pb2.FileDescriptorProto(
        name="twinstack/rehearsal/protocol.proto", package="rehearsal", syntax="proto3"
    )
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name.replace(".", "_"))
        for number, field_name, kind in (field.split() for field in fields.split(", ") if field):
            label = kinds.LABEL_REPEATED if kind.startswith("*") else kinds.LABEL_OPTIONAL
            field = message.field.add(name=field_name, number=int(number), label=label)
            if kind.startswith("?"):
                message.oneof_decl.add(name=f"_{field_name}")
                field.proto3_optional, field.oneof_index = True, len(message.oneof_decl) - 1
            kind = kind.lstrip("*?")
            if kind in _FIELDS:
                field.type, field.type_name = kinds.TYPE_MESSAGE, f".rehearsal.{kind.replace('.', '_')}"
            else:
                field.type = kinds.Type.Value(f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptors = {name: pool.FindMessageTypeByName(f"rehearsal.{name.replace('.', '_')}") for name in _FIELDS}
    return {name: message_factory.GetMessageClass(descriptor) for name, descriptor in descriptors.items()}


MESSAGES: Final = _build()
"""The message classes by name."""
