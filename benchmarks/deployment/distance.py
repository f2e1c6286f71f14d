"""A connection that is as slow as one to another continent: a proxy in a process of its own, and its kubeconfig."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import yaml

LOOPBACK: Final = "127.0.0.1"


@contextlib.contextmanager
def distant(kubeconfig: Path, round_trip: float) -> Generator[Path]:
    """A kubeconfig of the same server, from which it is this many seconds there and back."""
    content = yaml.safe_load(kubeconfig.read_text("utf-8"))
    cluster = content["clusters"][0]["cluster"]
    target = urlsplit(cluster["server"]).port
    command = [sys.executable, "-m", "benchmarks.deployment.distance", str(target), str(round_trip)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            cluster["server"] = f"https://{LOOPBACK}:{int(process.stdout.readline())}"
            moved = kubeconfig.with_name("kubeconfig-distant")
            moved.write_text(yaml.safe_dump(content), "utf-8")
            yield moved
        finally:
            process.kill()


async def _serve(target: int, round_trip: float) -> None:
    way = round_trip / 2

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The kernel has shaken hands with us already; over the distance that takes one round trip.
        opened = asyncio.get_running_loop().time() + round_trip
        there, back = await asyncio.open_connection(LOOPBACK, target)
        async with asyncio.TaskGroup() as both:
            both.create_task(_carry(reader, back, way, not_before=opened))
            both.create_task(_carry(there, writer, way))

    server = await asyncio.start_server(connected, LOOPBACK, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: float, *, not_before: float = 0.0
) -> None:
    """Carries bytes one way. They are as long under way as they should, however many are."""
    clock = asyncio.get_running_loop().time
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        while True:
            arrives, data = await under_way.get()
            await asyncio.sleep(max(0.0, arrives - clock()))
            if not data:
                break
            writer.write(data)
        with contextlib.suppress(OSError):
            writer.close()

    async with asyncio.TaskGroup() as group:
        group.create_task(arrive())
        data = b"-"
        while data:
            try:
                data = await reader.read(_CHUNK)
            except OSError:
                data = b""
            under_way.put_nowait((max(clock(), not_before) + way, data))


_CHUNK: Final = 65536
_ROOT: Final = Path(__file__).parents[2]

if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
