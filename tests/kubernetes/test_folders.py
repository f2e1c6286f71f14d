"""Where a container may write: /tmp, the folders it names, and /dev/shm; the same in the cluster and in the local stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.local_files import compose_of
from tests.shop import BASE, Shop
from tests.shop_chart import pod_of
from twinstack.environment.folders import volume_names
from twinstack.errors import Problem
from twinstack.layers.load import Loaded

FOLDERS = BASE.replace(
    "web:\n", "web:\n  writable_folders: {/app/.next/cache: 256Mi, /var/cache/nginx: 64Mi}\n  shared_memory: 128Mi\n"
)


def with_folders(folders: str) -> str:
    return BASE.replace("web:\n", f"web:\n  writable_folders: {folders}\n")


def test_each_folder_is_a_volume_of_its_size_that_the_container_mounts(accept: Callable[..., Loaded[Shop]]) -> None:
    spec = pod_of(accept(base=FOLDERS).environment, "shop-web")
    volumes = {one["name"]: one["emptyDir"] for one in spec["volumes"] if "emptyDir" in one}
    assert volumes == {
        "tmp": {"sizeLimit": "256Mi"},
        "folder-app-next-cache": {"sizeLimit": "256Mi"},
        "folder-var-cache-nginx": {"sizeLimit": "64Mi"},
        "shared-memory": {"medium": "Memory", "sizeLimit": "128Mi"},
    }
    (container,) = spec["containers"]
    mounts = {one["mountPath"]: one["name"] for one in container["volumeMounts"] if not one.get("readOnly")}
    assert mounts == {
        "/tmp": "tmp",
        "/app/.next/cache": "folder-app-next-cache",
        "/var/cache/nginx": "folder-var-cache-nginx",
        "/dev/shm": "shared-memory",
    }
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_the_disks_limit_holds_them_all_and_the_logs(accept: Callable[..., Loaded[Shop]]) -> None:
    (container,) = pod_of(accept(base=FOLDERS).environment, "shop-web")["containers"]
    assert container["resources"]["limits"]["ephemeral-storage"] == "640Mi"


def test_the_local_stack_lets_it_write_there_too(accept: Callable[..., Loaded[Shop]]) -> None:
    web = compose_of(accept(base=FOLDERS).environment)["services"]["web"]
    assert web["tmpfs"] == ["/tmp", "/app/.next/cache", "/var/cache/nginx"]
    assert web["shm_size"] == 128 * 2**20


@pytest.mark.parametrize(
    ("folders", "allowed"),
    [
        ("{relative: 1Mi}", "an absolute path"),
        ("{/a/../b: 1Mi}", "an absolute path"),
        ("{/: 1Mi}", "an absolute path"),
        ("{/tmp/cache: 1Mi}", "temporary_storage"),
        ("{/dev/shm: 1Mi}", "shared_memory"),
        ("{/proc/x: 1Mi}", "the system's"),
        ("{/usr: 1Mi}", "the programs of the image"),
        ("{/etc/twinstack/x: 1Mi}", "the files of links"),
        ("{/mnt/secrets-store: 1Mi}", "the secrets of links"),
    ],
)
def test_a_folder_that_is_taken_or_none_is_refused(
    folders: str, allowed: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(base=with_folders(folders))
    assert (found.code, found.message) == ("TW104", "the key does not fit")
    assert found.path.startswith("web.writable_folders.")
    assert allowed in found.allowed


def test_a_folder_below_one_of_the_system_may_be_written_into(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept(base=with_folders("{/usr/share/app: 1Mi, /etc/app: 1Mi}")).environment
    assert set(environment.web.writable_folders) == {"/usr/share/app", "/etc/app"}


def test_a_folder_in_another_is_refused(refuse: Callable[..., Sequence[Problem]]) -> None:
    (found,) = refuse(base=with_folders("{/app: 1Mi, /app/cache: 1Mi, /application: 1Mi}"))
    assert (found.code, found.path, found.given) == ("TW612", "web.writable_folders./app/cache", "/app/cache, in /app")


def test_shared_memory_leaves_something_of_the_limit(refuse: Callable[..., Sequence[Problem]]) -> None:
    (found,) = refuse("web: {shared_memory: 256Mi}")
    assert (found.code, found.path, found.given) == ("TW613", "web.shared_memory", "256Mi, of a limit of 256Mi")


def test_two_folders_never_share_a_volume() -> None:
    names = volume_names(["/a/b", "/a.b", "/a-b", "/" + "x" * 90, "/y" + "x" * 90])
    assert len(set(names.values())) == len(names)
    assert all(len(name) <= 56 for name in names.values())
