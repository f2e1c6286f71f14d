"""What an AWS account does when real Terraform applies a stack to it, as far as rotations notice.

Terraform itself is real: it orders the resources, evaluates the expressions, hands over write-only values and replaces
what has to be replaced. The provider that the rehearsal serves to it makes everything up; this one also carries out:

- secrets, and their versions with staging labels, as `aws_secretsmanager_secret_version` of the AWS provider does. Read
  in its source at commit 0042e8e (internal/service/secretsmanager/secret_version.go, read on 2026-11-28): a version is
  made by PutSecretValue with its `version_stages`; a refresh reads the labels that the version has by now; a change of
  them adds what is new and takes off what is gone, AWSCURRENT excepted; one that leaves the configuration loses the
  labels in its state, AWSCURRENT excepted, and stays;
- the master password of `aws_db_instance`, on a real server;
- the token of `aws_elasticache_replication_group`, by its `auth_token_update_strategy`;
- which role a service account has (`aws_eks_pod_identity_association`), and what its policies let it read.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any, Final

from tests.rotation.cache import Cache
from tests.rotation.database import Database
from tests.rotation.secrets_manager import CURRENT, PREVIOUS, SecretsError, SecretsManager
from twinstack.rehearsal.schema_provider import Cloud, SchemaProvider
from twinstack.rehearsal.schema_provider.cloud import NoSecretValueError
from twinstack.rehearsal.schema_provider.wire import decode, encode, error


class Account(Cloud):
    """The memory of one account: what Terraform made in it, and what that does."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.cache = Cache()
        self.secrets = SecretsManager()
        self.roles = Roles()

    def secret(self, name: str, version: str | None = None) -> str:
        """What Terraform's ephemeral resource reads: the real value, or the real refusal."""
        try:
            return self.secrets.value(name, version=version)[1]
        except SecretsError as refused:
            raise NoSecretValueError(str(refused)) from refused


class Roles:
    """Who may read what: service accounts, their roles, and the roles' policies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._associations: dict[tuple[str, str], str] = {}
        self._policies: dict[tuple[str, str], Mapping[str, Any]] = {}

    def associate(self, namespace: str, service_account: str, role: str | None) -> None:
        """Gives a service account a role, or takes it away. Roles are known by their name: an ARN ends in it."""
        with self._lock:
            self._associations.pop((namespace, service_account), None)
            if role:
                self._associations[namespace, service_account] = _name(role)

    def allow(self, role: str, name: str, policy: str | None) -> None:
        """Gives a role an inline policy, or takes it away."""
        with self._lock:
            self._policies.pop((_name(role), name), None)
            if policy:
                self._policies[_name(role), name] = json.loads(policy)

    def refusal(self, namespace: str, service_account: str, action: str, resource: str) -> str:
        """Why a pod may not do this; empty where it may. Conditions are taken as met."""
        with self._lock:
            role = self._associations.get((namespace, service_account))
            if role is None:
                return f"AccessDenied: {namespace}/{service_account} has no Pod Identity association"
            for (holder, _), policy in self._policies.items():
                if holder == role and any(_allows(one, action, resource) for one in policy["Statement"]):
                    return ""
        return f"AccessDeniedException: {role} is not authorized to perform: {action} on resource: {resource}"


def _allows(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    actions, resources = (
        [one] if isinstance(one, str) else one for one in (statement["Action"], statement["Resource"])
    )
    return statement["Effect"] == "Allow" and action in actions and resource in resources


def _name(role: str) -> str:
    return role.rpartition("/")[2]


class LivingProvider(SchemaProvider):
    """The rehearsal's provider, whose `cloud` is an Account that acts on what is applied."""

    cloud: Account

    def call(self, method: str, request: Any, connection: str) -> Any:
        response = super().call(method, request, connection)
        if method == "ReadResource" and request.type_name == _VERSION:
            response.new_state.CopyFrom(encode(self._refreshed(decode(request.current_state))))
        if method == "ApplyResourceChange" and not response.diagnostics:
            prior, state = decode(request.prior_state), decode(response.new_state)
            try:
                self._carry_out(request.type_name, prior, state, decode(request.config) or {})
            except SecretsError as refused:
                response.new_state.CopyFrom(request.prior_state)
                response.diagnostics.append(error("AWS refused the change", str(refused)))
            else:
                response.new_state.CopyFrom(encode(state))
        return response

    def _carry_out(self, kind: str, prior: Any, state: Any, configuration: Mapping[str, Any]) -> None:
        """Does what AWS would; `state` is completed by what only AWS knows."""
        handler = {
            "aws_secretsmanager_secret": self._secret,
            _VERSION: self._version,
            "aws_db_instance": self._database,
            "aws_elasticache_replication_group": self._cache,
            "aws_eks_pod_identity_association": self._association,
            "aws_iam_role_policy": self._policy,
        }.get(kind)
        if handler:
            handler(prior, state, configuration)

    def _secret(self, prior: Any, state: Any, _: Mapping[str, Any]) -> None:
        if prior is None:
            self.cloud.secrets.create(state["name"], state["arn"], state.get("kms_key_id") or "")
            # The provider knows a secret by its ARN.
            state["id"] = state["arn"]
        elif state is None:
            self.cloud.secrets.delete(prior["arn"], recovery_days=prior.get("recovery_window_in_days") or 0)

    def _version(self, prior: Any, state: Any, configuration: Mapping[str, Any]) -> None:
        secrets = self.cloud.secrets
        if prior is None:
            value = configuration.get("secret_string_wo") or configuration.get("secret_string") or ""
            secrets.put(state["secret_id"], state["version_id"], value, configuration.get("version_stages") or ())
            self._relabel(state)
            return
        secret, version = prior["secret_id"], prior["version_id"]
        before = {*(prior.get("version_stages") or ())}
        after = {*((state or {}).get("version_stages") or ())}
        for label in sorted(after - before):
            holder = self._holder(secret, CURRENT) if label == CURRENT else None
            secrets.move(secret, label, to=version, away_from=holder)
        for label in sorted(before - after - {CURRENT}):
            if state is not None and label == PREVIOUS and CURRENT in after - before:
                continue
            try:
                secrets.move(secret, label, away_from=version)
            except SecretsError as refused:
                # A secret that is deleted in the same run takes its versions with it.
                if state is None and any(text in str(refused) for text in _GONE):
                    return
                raise
        if state is not None:
            self._relabel(state)

    def _relabel(self, state: dict[str, Any]) -> None:
        found = self.cloud.secrets.labels(state["secret_id"])
        state["version_stages"] = sorted(found.get(state["version_id"], ()))

    def _holder(self, secret: str, label: str) -> str | None:
        return next((one for one, labels in self.cloud.secrets.labels(secret).items() if label in labels), None)

    def _refreshed(self, state: dict[str, Any]) -> dict[str, Any] | None:
        try:
            self.cloud.secrets.value(state["secret_id"], version=state["version_id"])
        except SecretsError:
            return None
        self._relabel(state)
        return state

    def _database(self, prior: Any, state: Any, configuration: Mapping[str, Any]) -> None:
        database = self.cloud.database
        if state is None:
            return
        if prior is None:
            state["address"] = database.address
            state["endpoint"] = f"{database.address}:{state['port']}"
            database.make(user=state["username"], database=state["db_name"], password=configuration["password_wo"])
        elif prior.get("password_wo_version") != state.get("password_wo_version"):
            database.change_password(state["username"], configuration["password_wo"])

    def _cache(self, prior: Any, state: Any, configuration: Mapping[str, Any]) -> None:
        if state is not None and (
            prior is None or prior.get("auth_token_wo_version") != state.get("auth_token_wo_version")
        ):
            self.cloud.cache.take(configuration["auth_token_wo"], state.get("auth_token_update_strategy"))

    def _association(self, prior: Any, state: Any, _: Mapping[str, Any]) -> None:
        for one, role in ((prior, None), (state, (state or {}).get("role_arn"))):
            if one:
                self.cloud.roles.associate(one["namespace"], one["service_account"], role)

    def _policy(self, prior: Any, state: Any, _: Mapping[str, Any]) -> None:
        for one, policy in ((prior, None), (state, (state or {}).get("policy"))):
            if one:
                self.cloud.roles.allow(one["role"], one["name"], policy)


_VERSION: Final = "aws_secretsmanager_secret_version"
_GONE: Final = ("ResourceNotFoundException", "marked for deletion")
