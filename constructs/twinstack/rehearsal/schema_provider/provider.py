"""A provider that has the AWS provider's schema and makes up the rest: what Terraform asks of it, and its answers.

What it keeps to: Terraform's rules for providers. What the configuration does not set and AWS fills in is unknown in
the plan of a create and has a made-up value afterwards; an update keeps it; an unchanged configuration plans to
nothing. Write-only values reach the made-up AWS when the object is made and when their `…_version` changes, and
nothing else; they are never in a plan or a state. `tags_all`, `region` and the names in a certificate's validation
options are known in the plan. A change replaces the object where `twinstack.facts` says so, and is refused where AWS
or the real provider refuses it; so is a value that AWS does not take.

What it cannot know: most conflicts between arguments; types and arguments without a fact (it plans their changes as
updates); quotas, permissions, time, and names that are already taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from twinstack.rehearsal.schema_provider.cloud import DEFAULT_PASSWORD_LENGTH, Cloud, NoSecretValueError, Write
from twinstack.rehearsal.schema_provider.data_sources import answer
from twinstack.rehearsal.schema_provider.existing import Existing
from twinstack.rehearsal.schema_provider.protocol import MESSAGES
from twinstack.rehearsal.schema_provider.refusals import of_apply, of_plan
from twinstack.rehearsal.schema_provider.replacement import replacing
from twinstack.rehearsal.schema_provider.schema import KINDS, Block, Schema
from twinstack.rehearsal.schema_provider.values import ANYWHERE, Account, Inventor
from twinstack.rehearsal.schema_provider.wire import (
    UNKNOWN,
    attribute_path,
    decode,
    encode,
    error,
    is_typed,
    is_unknown,
    schema_message,
)


class SchemaProvider:
    """Answers Terraform's calls. `served` names the types of each kind that are served; the whole schema by default.

    Terraform opens one connection for each provider block: `connection` tells them apart.
    """

    def __init__(self, schema: Schema, cloud: Cloud, served: Mapping[str, Collection[str]] | None = None) -> None:
        self.schema = schema
        self.cloud = cloud
        names = {kind: schema.names(kind) if served is None else served.get(kind, ()) for kind in KINDS}
        self._blocks: dict[str, dict[str, Block]] = {
            kind: {name: schema.block(kind, name) for name in names[kind] if name in schema.names(kind)}
            for kind in KINDS
        }
        self._accounts: dict[str, Account] = {}
        self.existing: Existing = Existing({})

    def call(self, method: str, request: Any, connection: str) -> Any:
        """The response to a call of the protocol; `method` is one of `protocol.CALLS`."""
        handlers: Mapping[str, Callable[[Any, str], Any]] = {
            "GetProviderSchema": self._get_schema,
            "ConfigureProvider": self._configure,
            "UpgradeResourceState": self._upgrade,
            "ReadResource": self._read,
            "PlanResourceChange": self._plan,
            "ApplyResourceChange": self._apply,
            "ImportResourceState": self._import,
            "ReadDataSource": self._read_data_source,
            "OpenEphemeralResource": self._open_ephemeral,
        }
        return handlers[method](request, connection) if method in handlers else None

    @cached_property
    def _schema_response(self) -> Any:
        def entries(kind: str) -> list[Any]:
            return [
                MESSAGES["SchemaEntry"](key=name, value=schema_message(block))
                for name, block in self._blocks[kind].items()
            ]

        return MESSAGES["GetProviderSchemaResponse"](
            provider=schema_message(self.schema.provider),
            resource_schemas=entries("resource"),
            data_source_schemas=entries("data"),
            ephemeral_resource_schemas=entries("ephemeral"),
            server_capabilities=MESSAGES["ServerCapabilities"](plan_destroy=True),
        )

    def _get_schema(self, _: Any, __: str) -> Any:
        return self._schema_response

    def _configure(self, request: Any, connection: str) -> Any:
        self._accounts[connection] = Account.from_configuration(decode(request.config) or {})
        return MESSAGES["Diagnostics"]()

    def _upgrade(self, request: Any, _: str) -> Any:
        return MESSAGES["UpgradeResourceStateResponse"](
            upgraded_state=MESSAGES["DynamicValue"](json=request.raw_state.json)
        )

    def _read(self, request: Any, _: str) -> Any:
        return MESSAGES["ReadResourceResponse"](new_state=request.current_state)

    def _plan(self, request: Any, connection: str) -> Any:
        planned = decode(request.proposed_new_state)
        if planned is not None:
            block = self._blocks["resource"][request.type_name]
            prior = decode(request.prior_state)
            configuration = decode(request.config) or {}
            account = self._account(connection)
            _complete(planned, block, prior, account)
            if "tags_all" in planned and configuration.get("tags_all") is None:
                planned["tags_all"] = _all_tags(planned.get("tags"), account)
            if request.type_name == "aws_acm_certificate" and prior is None:
                planned["domain_validation_options"] = _validation_options(planned)
            ways = replacing(request.type_name, block, prior, planned) if prior is not None else ()
            return MESSAGES["PlanResourceChangeResponse"](
                planned_state=encode(planned),
                requires_replace=[attribute_path(way) for way in ways],
                diagnostics=of_plan(request.type_name, prior, planned, configuration, account.region),
            )
        return MESSAGES["PlanResourceChangeResponse"](planned_state=request.proposed_new_state)

    def _apply(self, request: Any, connection: str) -> Any:
        response = MESSAGES["ApplyResourceChangeResponse"]
        planned, prior, type_name = decode(request.planned_state), decode(request.prior_state), request.type_name
        failure = self.cloud.failure_of(type_name, planned or prior or {})
        refusal = error("The rehearsal made this change fail", f"A failure of {type_name} was asked for.")
        if failure and not failure.after:
            return response(new_state=request.prior_state, diagnostics=[refusal])
        if refusals := of_apply(type_name, prior, planned):
            return response(new_state=request.prior_state, diagnostics=refusals)
        if planned is None:
            return response(new_state=encode(None))
        block = self._blocks["resource"][type_name]
        if type_name == _SECRET_VERSION:
            planned |= {name: planned["secret_id"] for name in ("arn", "secret_arn") if is_unknown(planned.get(name))}
        known = {name: value for name, value in planned.items() if value is not None and not is_unknown(value)}
        serial = self.cloud.serial(json.dumps([type_name, known], sort_keys=True, default=str)) if prior is None else 0
        inventor = Inventor(type_name, known, self._account(connection), serial, self.cloud.chosen)
        state = inventor.fill(planned, block.value_type)
        self._remember(type_name, block, state, prior, decode(request.config) or {})
        if failure:
            return response(new_state=request.prior_state, diagnostics=[refusal])
        return response(new_state=encode(state))

    def _remember(
        self,
        type_name: str,
        block: Block,
        state: Mapping[str, Any],
        prior: Mapping[str, Any] | None,
        configuration: Mapping[str, Any],
    ) -> None:
        writes = list(_writes(type_name, block, state, prior, configuration))
        self.cloud.record(writes)
        if type_name == "aws_secretsmanager_secret" and prior is None:
            self.cloud.make_secret(*(state[name] for name in ("id", "arn", "name")))
        if type_name == _SECRET_VERSION and prior is None:
            plain = state.get("secret_string")
            for value in [write.value for write in writes] or ([plain] if plain is not None else []):
                self.cloud.put_secret(state["secret_id"], state["version_id"], value)

    def _import(self, request: Any, connection: str) -> Any:
        state = self.existing.state(
            request.type_name, request.id, self._blocks["resource"], self._account(connection), self.cloud
        )
        imported = MESSAGES["ImportedResource"](type_name=request.type_name, state=encode(state))
        return MESSAGES["ImportResourceStateResponse"](imported_resources=[imported])

    def _read_data_source(self, request: Any, connection: str) -> Any:
        block = self._blocks["data"][request.type_name]
        state = answer(request.type_name, block, decode(request.config), self._account(connection), self.cloud)
        return MESSAGES["ReadDataSourceResponse"](state=encode(state))

    def _open_ephemeral(self, request: Any, connection: str) -> Any:
        block = self._blocks["ephemeral"][request.type_name]
        configuration = decode(request.config)
        response = MESSAGES["OpenEphemeralResourceResponse"]
        known: dict[str, Any] = {}
        try:
            if request.type_name == "aws_secretsmanager_random_password":
                known["random_password"] = self.cloud.issue(
                    configuration.get("password_length") or DEFAULT_PASSWORD_LENGTH
                )
            elif request.type_name == _SECRET_VERSION:
                known["secret_string"] = self.cloud.secret(configuration["secret_id"], configuration.get("version_id"))
        except NoSecretValueError as found:
            return response(diagnostics=[error("Reading a secret that has no value", str(found))])
        inventor = Inventor(request.type_name, configuration, self._account(connection), chosen=self.cloud.chosen)
        result = dict(configuration)
        for name, attribute in block.attributes.items():
            if attribute.computed and result.get(name) is None:
                marked = name in _SECRET_RESULTS and name not in known
                result[name] = (
                    self.cloud.issue() if marked else known.get(name, inventor.invent(attribute.value_type, name))
                )
        return response(result=encode(result))

    def _account(self, connection: str) -> Account:
        return self._accounts.get(connection, ANYWHERE)


def _complete(planned: dict[str, Any], block: Block, prior: Mapping[str, Any] | None, account: Account) -> None:
    """Mark what AWS will fill in, and take out what is only ever written."""
    for name, attribute in block.attributes.items():
        if attribute.write_only:
            planned[name] = None
        elif attribute.computed and planned.get(name) is None and prior is None:
            planned[name] = account.region if name == "region" else UNKNOWN
    for name, nested in block.blocks.items():
        inside, before = _untyped(planned.get(name)), _untyped((prior or {}).get(name))
        # The members of a set are told apart by their values, so what is in it has to stay as it is configured.
        if nested.nesting == "single" and isinstance(inside, dict):
            _complete(inside, nested.block, before, account)
        elif nested.nesting == "list" and isinstance(inside, list):
            for index, item in enumerate(inside):
                _complete(item, nested.block, before[index] if before and index < len(before) else None, account)


def _untyped(value: Any) -> Any:
    return value[1] if is_typed(value) else value


def _all_tags(tags: Any, account: Account) -> Any:
    if is_unknown(tags) or any(is_unknown(value) for value in (tags or {}).values()):
        return UNKNOWN
    return {**account.default_tags, **(tags or {})}


def _validation_options(planned: Mapping[str, Any]) -> Any:
    """One for each name of the certificate, so that `for_each` over them can be planned."""
    others = planned.get("subject_alternative_names")
    names = [planned.get("domain_name"), *(others if isinstance(others, list) else [])]
    if any(not isinstance(name, str) for name in names):
        return UNKNOWN
    records = ("resource_record_name", "resource_record_type", "resource_record_value")
    return [{"domain_name": name, **dict.fromkeys(records, UNKNOWN)} for name in dict.fromkeys(names)]


def _writes(
    type_name: str,
    block: Block,
    state: Mapping[str, Any],
    prior: Mapping[str, Any] | None,
    configuration: Mapping[str, Any],
) -> Iterator[Write]:
    """The write-only values that AWS takes over with this change."""
    for name in block.write_only():
        version = f"{name}_version"
        unchanged = prior is not None and version in state and prior.get(version) == state[version]
        if configuration.get(name) is not None and not unchanged:
            yield Write(type_name, str(state.get("id") or state.get("name") or ""), name, configuration[name])


_SECRET_VERSION: Final = "aws_secretsmanager_secret_version"  # noqa: S105  a resource type
_SECRET_RESULTS: Final = frozenset({"random_password", "secret_binary", "secret_string", "token", "value"})
"""Results of ephemeral resources that are secret."""
