"""The parameter groups of a PostgreSQL database."""

from __future__ import annotations

from typing import Final

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from constructs import Construct

from twinstack.aws import pin
from twinstack.postgres.spec import PostgresSpec


def parameter_group(scope: Construct, spec: PostgresSpec, family: str, *, kept: bool = False) -> DbParameterGroup:
    """One for each family, by name and address. `kept`: the one that an instance leaves, as it is.

    RDS deletes no group that an instance has, and an instance has its old one until the upgrade is carried out, which
    may be days after the apply. So the old one stays in the stack for the release that upgrades. It goes in the next,
    after the instance: Terraform remembers `create_before_destroy`. Source: the provider's
    internal/service/rds/parameter_group.go, which gives up after three minutes (read at 0160692).
    """
    parameters = {"rds.force_ssl": "1", "log_min_duration_statement": "1000", **spec.own_parameters}
    group = DbParameterGroup(
        scope,
        f"parameter-group-{family}",
        name=f"{spec.identifier}-{family}",
        family=family,
        description=f"Parameters of {spec.identifier}",
        parameter=[
            DbParameterGroupParameter(
                name=name, value=value, apply_method="immediate" if name in DYNAMIC_PARAMETERS else "pending-reboot"
            )
            for name, value in parameters.items()
        ],
        tags={"Name": f"{spec.identifier}-{family}"},
        lifecycle=TerraformResourceLifecycle(
            create_before_destroy=True, ignore_changes=["parameter"] if kept else None
        ),
    )
    return pin(group, f"{spec.key}_{family}")


DYNAMIC_PARAMETERS: Final = frozenset({"log_connections", "log_min_duration_statement"})
"""Parameters that take effect without a restart; every other one waits for it."""
