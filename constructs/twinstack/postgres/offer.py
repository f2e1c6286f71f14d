"""What a link to a database is given: by which role it connects, what has to be done first, and the certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment.links import Access, Offer, Preparation, Reach, Variable
from twinstack.postgres.monitor.role import monitor_script
from twinstack.postgres.parts import parts, replica_variables
from twinstack.postgres.role import role_script

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec


def offer(spec: PostgresSpec, access: Access) -> Offer:
    """`write` and `read` connect as the application, `monitor` as who may read figures alone; `admin` makes both of these roles."""
    files = (spec.certificate,) if spec.certificate else ()
    if access is Access.READ:
        url, *more = replica_variables(spec)
        return Offer((url,), Reach.DATABASE_TIER, spec.PORT, files=files, parts=tuple(more))
    variable = spec.variable or f"{spec.key.upper()}_URL"
    stem = variable.removesuffix("_URL")
    is_admin = access is Access.ADMIN
    # What lets in another than the pods' own role is in no Kubernetes Secret of theirs, where whoever reads those would have it.
    application = Variable(variable, secret=spec.url, mounted=is_admin, part="url")
    monitor = Variable(f"{stem}_MONITOR_URL", secret=spec.monitor_url, mounted=is_admin, part="monitor_url")
    if access is Access.MONITOR:
        return Offer((monitor,), Reach.DATABASE_TIER, spec.PORT, files=files)
    on_demand = parts(spec, is_admin=is_admin)
    if not is_admin:
        return Offer((application,), Reach.DATABASE_TIER, spec.PORT, files=files, parts=on_demand)
    admin = Variable(f"{stem}_ADMIN_URL", secret=spec.admin_url, mounted=True, part="admin_url")
    made = (monitor,) if spec.is_used_with(Access.MONITOR) else ()
    script = _role_script(spec, application, admin) + "".join(monitor_script(one.name) for one in made)
    preparation = Preparation("application-role", spec.client_image, script)
    return Offer(
        (application, admin, *made),
        Reach.DATABASE_TIER,
        spec.PORT,
        preparation=preparation,
        files=files,
        parts=on_demand,
    )


def _role_script(spec: PostgresSpec, application: Variable, admin: Variable) -> str:
    # The release before may have pods that connect as the group itself: it keeps its login until they are gone.
    is_retired = spec.password_version > spec.two_roles_from
    return role_script(
        application.name, admin.name, group=spec.application_user, is_retired=is_retired, extensions=spec.extensions
    )
