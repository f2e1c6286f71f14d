"""What a file system is described by."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from twinstack.environment.folders import FolderPath
from twinstack.environment.links import Access, Folder, Offer, Variable
from twinstack.environment.model import Finding
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import VariableName
from twinstack.environment.spec import Half, ResourceSpec
from twinstack.environment.stand_in import StandIn
from twinstack.environment.writes import Writes


class Throughput(StrEnum):
    """What its speed follows."""

    ELASTIC = "elastic"
    BURSTING = "bursting"


Days = Literal[1, 7, 14, 30, 60, 90, 180, 270, 365]
"""How long EFS may wait before it moves a file. Source: Amazon EFS API, TransitionToIARules."""


class FileSystemSpec(ResourceSpec):
    """Files that several pods share, in all zones at once: encrypted, backed up every day, reached by TLS alone.

    `read` mounts the folder read-only, `write` lets files be made, changed and deleted. What every pod does there is done in
    the name of `user`, whoever it runs as. Sources: Amazon EFS User Guide, "Working with access points", "Storage classes",
    "Throughput modes"; aws-efs-csi-driver, "Storage Class Parameters for Dynamic Provisioning", read on 29 November 2026.
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE, Half.WORKLOADS})
    access_levels: ClassVar[tuple[Access, ...]] = (Access.READ, Access.WRITE)

    path: FolderPath = Field(json_schema_extra={"base_only": True})
    """Where the containers of all workloads find it."""
    throughput: Annotated[Throughput, Writes("aws_efs_file_system", "throughput_mode")] = Throughput.ELASTIC
    """`elastic` is as fast as is asked for and paid by what is read and written; `bursting` grows with what is stored."""
    cold_after_days: Annotated[
        Days | None, Writes("aws_efs_file_system", "lifecycle_policy.transition_to_ia", through="cold_after")
    ] = None
    """Days after which a file that nobody reads costs less to keep and more to read; the first reading brings it back."""
    backup: Annotated[bool, Writes("aws_efs_backup_policy", "backup_policy.status", through="backup_status")] = True
    """Whether AWS Backup copies it every day, and keeps each copy for 35 days."""
    user: Annotated[int, Field(ge=1, le=65535)] = 1000
    """The user and group whose everything in it is. It cannot be changed."""
    variable: VariableName | None = Field(default=None, json_schema_extra={"base_only": True})
    """The variable that carries the path; `{FIELD}_PATH` unless given."""

    @property
    def aws_services(self) -> tuple[str, ...]:
        return ("elasticfilesystem",)

    @property
    def cold_after(self) -> str | None:
        """As EFS says it: `AFTER_30_DAYS`."""
        if self.cold_after_days is None:
            return None
        return f"AFTER_{self.cold_after_days}_DAY{'S' if self.cold_after_days > 1 else ''}"

    @property
    def backup_status(self) -> str:
        """As EFS says it."""
        return "ENABLED" if self.backup else "DISABLED"

    @property
    def is_first(self) -> bool:
        """Whether it is the one of its environment that brings the driver."""
        return self.environment.find_all(FileSystemSpec)[0] is self

    @property
    def driver_role_name(self) -> str:
        """The role of the driver, one for all file systems of an environment."""
        return self.context.aws_name("file-systems")

    @property
    def storage_class(self) -> str:
        """The StorageClass behind its claim, which belongs to the whole cluster: `analytics-prod-files-media`."""
        return "-".join(filter(None, (self.environment.stack_id, "files", self.part)))

    @property
    def id_output(self) -> str:
        """Terraform's output of the id that AWS makes: `media_file_system_id`."""
        return f"{self.key}_file_system_id"

    @property
    def driver_parameters(self) -> Mapping[str, str]:
        """What the driver is told. A claim that is made anew finds the files that were there."""
        return {
            "provisioningMode": "efs-ap",
            "fileSystemIdConfigRef": f"{self.context.namespace}/{self.kubernetes_name}/{ID_KEY}",
            "directoryPerms": "700",
            "uid": str(self.user),
            "gid": str(self.user),
            "subPathPattern": "/${.PVC.namespace}/${.PVC.name}",
            "ensureUniqueDirectory": "false",
        }

    def offer(self, access: Access) -> Offer:
        variable = Variable(self.variable or f"{self.key.upper()}_PATH", self.path, part="path")
        return Offer(
            (variable,), folder=Folder(self.path, self.kubernetes_name, is_writable=access is Access.WRITE, port=NFS)
        )

    def local(self) -> StandIn:
        from twinstack.file_system.local import stand_in

        return stand_in(self)

    def names(self) -> Iterator[tuple[str, str]]:
        yield "EFS file system", self.aws_name
        yield "security group", self.aws_name
        yield "KMS alias", self.aws_name
        if self.is_first:
            yield "IAM role", self.driver_role_name

    def review(self) -> Iterator[Finding]:
        if self.context.protected and not self.backup:
            yield relaxed("TW402", "a copy of every day to go back to", "backup", False, "true")


NFS: Final = 2049
ID_KEY: Final = "file-system-id"
"""The key of the ConfigMap that tells the driver which file system it is. AWS makes the id, and a deployment puts it there."""
