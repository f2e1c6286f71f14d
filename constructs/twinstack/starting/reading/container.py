"""What a Compose service says of its container: image, command, port, health, resources, and what has no place in a cluster."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from twinstack.environment.container import IMAGE, TAG
from twinstack.layers.document import Path_
from twinstack.starting.reading.images import Image
from twinstack.starting.reading.interpolation import Text
from twinstack.starting.reading.quantities import cpus, mebibytes, seconds, within
from twinstack.starting.reading.reading import Reading, Thing
from twinstack.starting.reading.source import Source

Reader = Callable[[Any, Path_], Text]


class Container:
    """One service's container."""

    def __init__(self, source: Source, reading: Reading, path: Path_, data: Mapping[str, Any], text: Reader) -> None:
        self.source = source
        self.reading = reading
        self.path = path
        self.data = data
        self.text = text

    def leave_out(self, key: str, reason: str, given: str = "") -> None:
        path = (*self.path, key)
        self.reading.leave_out(self.source.line(path), path, reason, given)

    def fill(self, thing: Thing, image: Image) -> None:
        """Everything but the variables."""
        self._fill_image(thing, image)
        self._fill_command(thing)
        if thing.kind == "web_service":
            self._fill_port(thing)
        if thing.kind in {"web_service", "worker", "scheduler"}:
            self._fill_health(thing)
        self._fill_resources(thing)
        self._fill_scale(thing)
        self._fill_folders(thing)
        self._fill_user(thing)
        self._fill_stop(thing)
        if str(self.data.get("platform", "")).startswith("linux/arm"):
            self.leave_out(
                "platform", "build it for amd64, or give the cluster nodes of arm64 and say `architecture: arm64`"
            )
        for key in self.data:
            if reason := _LEFT_OUT.get(key):
                self.leave_out(key, reason)
            elif key not in _READ and not key.startswith("x-"):
                self.leave_out(key, "not a key that is read")

    def _fill_stop(self, thing: Thing) -> None:
        if stop := seconds(self.data.get("stop_grace_period")):
            if thing.kind == "web_service":
                thing.base["stop_seconds"] = within(stop, 5, 3600)
            elif thing.kind == "worker":
                self.leave_out(
                    "stop_grace_period", "a worker has a minute more than its `task_limit_seconds`", f"{stop}s"
                )
            else:
                self.leave_out("stop_grace_period", f"a {thing.kind} has the library's own", f"{stop}s")
        signal = self._plain(self.data.get("stop_signal"))
        if signal.removeprefix("SIG") not in {"", "TERM", "15"}:
            self.leave_out("stop_signal", "a pod is stopped by SIGTERM, or by what its image says (STOPSIGNAL)", signal)

    def _fill_image(self, thing: Thing, image: Image) -> None:
        built = "build" in self.data
        text = self.text(self.data.get("image"), (*self.path, "image"))
        if built:
            self.leave_out("build", "copy its folder into the product and name it under `build`, for the local stack")
        if not image.repository or not re.fullmatch(IMAGE, image.repository):
            if not built:
                self.leave_out("image", "its name is not known without the machine's variables", text.text)
            return
        thing.base["image"] = image.repository
        if built or not text.is_known:
            return
        if "$" in str(self.data.get("image")):
            self.leave_out("image", "its tag is a variable: the environment's `version` is the tag", image.tag)
        elif image.digest:
            thing.base["digest"] = image.digest
        elif image.tag and image.tag != "latest" and re.fullmatch(TAG, image.tag):
            thing.base["tag"] = image.tag
        else:
            self.leave_out("image", "`latest` moves: the environment's `version` is the tag", image.repository)

    @property
    def command_words(self) -> Sequence[str]:
        """`entrypoint` and `command` together, as words."""
        return [*self._words("entrypoint"), *self._words("command")]

    def _words(self, key: str) -> Sequence[str]:
        value = self.data.get(key)
        if isinstance(value, list):
            return [self.text(one, (*self.path, key, index)).text for index, one in enumerate(value)]
        try:
            return shlex.split(self.text(value, (*self.path, key)).text)
        except ValueError as error:
            self.source.wrong(
                "TW785", "a command that cannot be taken apart", (*self.path, key), str(error), "balanced quotation marks",
                "write it as a list",
            )  # fmt: skip
            return []

    def _fill_command(self, thing: Thing) -> None:
        if words := [*self.command_words]:
            thing.base["command"] = words
            if "entrypoint" not in self.data and "build" not in self.data:
                self.leave_out(
                    "command", "it replaces the image's entry point too: write that before it, if there is one"
                )
        else:
            thing.base["command"] = None  # the image has one

    @property
    def ports(self) -> Sequence[int]:
        """The container's ports that others are let in on."""
        return [*dict.fromkeys(port for _, port in self._ports() if port)]

    def _ports(self) -> Iterator[tuple[Any, int | None]]:
        for one in (*_listed(self.data.get("ports")), *_listed(self.data.get("expose"))):
            yield one, self._port(one)

    def _port(self, given: Any) -> int | None:
        """The container's side of `"127.0.0.1:8080:80/tcp"`, or of the long form; None for UDP, and for what is not certain."""
        if isinstance(given, Mapping):
            text, protocol = str(given.get("target", "")), str(given.get("protocol", "tcp"))
        else:
            text, _, protocol = self.text(given, (*self.path, "ports")).text.partition("/")
            text = text.rpartition(":")[2]
        is_port = text.isdigit() and 0 < int(text) < 65536
        return int(text) if is_port and (protocol or "tcp") == "tcp" else None

    def _fill_port(self, thing: Thing) -> None:
        ports = self.ports
        for given, port in self._ports():
            if port is None:
                self.leave_out("ports", "a web service listens on one port of TCP", _shown(given))
        if ports:
            thing.base["port"] = ports[0]
        if len(ports) > 1:
            self.leave_out("ports", "a web service listens on one port", ", ".join(map(str, ports[1:])))

    def _fill_health(self, thing: Thing) -> None:
        check = self.data.get("healthcheck")
        if not isinstance(check, Mapping):
            return
        command = self._health_command(check.get("test"))
        if not command:
            return
        if thing.kind == "web_service":
            line = " ".join(command)
            asked = [*_ADDRESS.finditer(line)] if _ASKS_BY_HTTP.search(line) else []
            path = next((one["path"] for one in asked if one["path"]), "/" if asked else "")
            thing.base["health"] = {"live": path, "ready": path} if path else {"command": command}
            if start := seconds(check.get("start_period")):
                thing.base["start_seconds"] = within(start, 5, 600)
            return
        health: dict[str, Any] = {"command": command}
        if period := seconds(check.get("interval")):
            health["period_seconds"] = within(period, 5, 600)
        if timeout := seconds(check.get("timeout")):
            health["timeout_seconds"] = within(timeout, 1, 60)
        thing.base["health"] = health

    def _health_command(self, test: Any) -> list[str]:
        path = (*self.path, "healthcheck", "test")
        if isinstance(test, str):
            return ["sh", "-c", self.text(test, path).text]
        words = [self.text(one, (*path, index)).text for index, one in enumerate(_listed(test))]
        match words:
            case ["CMD", *command]:
                return command
            case ["CMD-SHELL", line]:
                return ["sh", "-c", line]
        return []

    def _fill_resources(self, thing: Thing) -> None:
        deploy = self.data.get("deploy")
        said = deploy.get("resources") if isinstance(deploy, Mapping) else None
        said = said if isinstance(said, Mapping) else {}
        limits, reserved = (
            one if isinstance(one, Mapping) else {} for one in (said.get("limits"), said.get("reservations"))
        )
        memory = mebibytes(self._plain(limits.get("memory") or self.data.get("mem_limit")))
        cpu = cpus(self._plain(limits.get("cpus") or self.data.get("cpus")))
        wanted_memory = mebibytes(self._plain(reserved.get("memory") or self.data.get("mem_reservation")))
        wanted_cpu = cpus(self._plain(reserved.get("cpus")))
        for name, one in said.items():
            if name not in {"limits", "reservations"}:
                self.leave_out("deploy", "not a key that is read", f"resources.{name}")
                continue
            for key in one if isinstance(one, Mapping) else ():
                if key not in {"cpus", "memory"}:
                    self.leave_out("deploy", "only `cpus` and `memory` are read", f"resources.{name}.{key}")
        if not any((memory, cpu, wanted_memory, wanted_cpu)):
            return
        memory = memory or max(256, wanted_memory or 0)
        cpu = cpu or max(500, wanted_cpu or 0)
        thing.base["resources"] = {
            "requests": {"cpu": f"{min(wanted_cpu or 100, cpu)}m", "memory": f"{min(wanted_memory or 128, memory)}Mi"},
            "limits": {"cpu": f"{cpu}m", "memory": f"{memory}Mi"},
        }

    def _plain(self, value: Any) -> str:
        text = self.text(value, (*self.path, "deploy"))
        return text.text if text.is_known else ""

    def _fill_scale(self, thing: Thing) -> None:
        deploy = self.data.get("deploy")
        for key, value in (deploy if isinstance(deploy, Mapping) else {}).items():
            if key == "mode" and value == "global":
                self.leave_out("deploy", "a workload has a number of replicas, wherever they run", "mode global")
            elif key == "placement":
                self.leave_out("deploy", "which nodes it may use is said by the workload's `placement`", key)
        given = self._plain((deploy.get("replicas") if isinstance(deploy, Mapping) else None) or self.data.get("scale"))
        if not given.isdigit() or not 0 < int(given) <= 1000:
            return
        if thing.kind in {"web_service", "worker"}:
            thing.base["scale"] = {"min": int(given), "max": int(given)}
            thing.unprotected["scale"] = {"min": 1, "max": 1}
        elif int(given) > 1:
            self.leave_out("deploy", f"a {thing.kind} runs once", f"replicas {given}")

    def _fill_folders(self, thing: Thing) -> None:
        for one in _listed(self.data.get("tmpfs")):
            folder, _, options = self.text(one, (*self.path, "tmpfs")).text.partition(":")
            size = re.search(r"size=(\d+[bkmg]?)", options)
            if folder.rstrip("/") not in {"", "/tmp"}:  # noqa: S108  every container may write there
                thing.base.setdefault("writable_folders", {})[folder] = f"{mebibytes(size[1]) if size else 64}Mi"
        if size := mebibytes(self._plain(self.data.get("shm_size"))):
            limit = thing.base.get("resources", {}).get("limits", {}).get("memory", "256Mi")
            if size < int(limit.removesuffix("Mi")):
                thing.base["shared_memory"] = f"{size}Mi"
            else:
                self.leave_out("shm_size", f"it would not fit into the limit of memory, {limit}", f"{size}Mi")
        for index, one in enumerate(_listed(self.data.get("volumes"))):
            self._leave_out_volume(index, one)

    def _leave_out_volume(self, index: int, one: Any) -> None:
        if isinstance(one, Mapping):
            source, kind = str(one.get("source", "")), str(one.get("type", "volume"))
            given = f"{source}:{one.get('target', '')}"
        else:
            given = self.text(one, (*self.path, "volumes", index)).text
            source = given.partition(":")[0]
            kind = "bind" if source.startswith((".", "/", "~")) and ":" in given else "volume"
        if kind != "bind":
            reason = "files that are kept belong into a bucket, a file system or kept_volumes"
        elif source.startswith(("/", "~")):
            reason = "pods are given nothing of the machine that they run on"
        else:
            reason = "let the image bring them, or copy a file into the product and name it under `mounted_files`"
        path = (*self.path, "volumes", index)
        self.reading.leave_out(self.source.line(path), path, reason, given)

    def _fill_user(self, thing: Thing) -> None:
        given = self._plain(self.data.get("user")).partition(":")[0]
        if given.isdigit() and int(given):
            thing.base["user"] = int(given)
        elif given:
            self.leave_out("user", "pods run as a number other than 0; 1000 unless `user` says another", given)


def of_celery_beat(words: Sequence[str]) -> bool:
    """Whether a command is Celery's scheduler."""
    line = " ".join(words)
    return bool(re.search(r"\bcelery\b", line) and re.search(r"\bbeat\b", line) and not re.search(r"\bworker\b", line))


def _shown(given: Any) -> str:
    return f"{given.get('target', '')}/{given.get('protocol', 'tcp')}" if isinstance(given, Mapping) else str(given)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


_ASKS_BY_HTTP: Final = re.compile(r"\b(?:curl|wget)\s")
_ADDRESS: Final = re.compile(
    r"(?:https?://|(?<=[\s\"']))(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?(?P<path>/[^\s\"'?#|;&]*)?"
)
_READ: Final = frozenset({
    "image", "build", "command", "entrypoint", "environment", "env_file", "ports", "expose", "healthcheck", "deploy", "scale",
    "mem_limit", "mem_reservation", "cpus", "tmpfs", "shm_size", "volumes", "user", "stop_grace_period", "platform", "depends_on",
    # What a cluster does by itself, or does without.
    "restart", "container_name", "init", "tty", "stdin_open", "pull_policy", "profiles", "read_only", "stop_signal", "links",
})  # fmt: skip
_LEFT_OUT: Final = {
    "networks": "who may talk to whom follows from the links",
    "network_mode": "pods have a network of their own",
    "labels": "labels of a proxy are not read: routes are the edge's",
    "logging": "the cluster collects what is written to standard output",
    "extra_hosts": "names are the cluster's",
    "hostname": "pods have names of their own",
    "working_dir": "it is the image's",
    "cap_drop": "pods run without every capability already",
    "cap_add": "pods run without privileges",
    "privileged": "pods run without privileges",
    "security_opt": "pods run without privileges already",
    "devices": "pods have no devices of a machine",
    "ulimits": "they are the node's",
    "sysctls": "they are the node's",
    "secrets": "files with secrets are variables here: see `provided`",
    "configs": "copy the file into the product and name it under `mounted_files`",
    "develop": "it is for a developer's machine",
    "dns": "names are the cluster's",
    "volumes_from": "pods share no files",
}
