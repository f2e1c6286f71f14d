"""The bars, and the section of docs/performance.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.bars import Bar, table
from benchmarks.deployment.samples import HandEdit, Sample, Samples, Step

OURS: Final = "twinstack"
THEIRS: Final = "helm"
MIB: Final = 2**20


def bars(samples: Samples) -> list[Bar]:
    """What this project promises of a deployment, and what was measured."""
    shares = [
        Bar(f"{step}: {what}", samples.ratio(step, OURS, THEIRS, _compared), "<=", wanted, "times helm's")
        for step, what, wanted in _SHARES
    ]
    nothing, waiting = Step.NOTHING, Step.IMAGE_WAITING
    # The return is given an environment by its name, which it loads; a deployment has all in the release's folder.
    deployments = [step for step in Step if step is not Step.RETURN]
    memory = max(samples.median(step, OURS, lambda one: one.memory) for step in deployments)
    edits = samples.edits[OURS]
    return [
        *shares,
        Bar(f"{nothing}: requests", samples.median(nothing, OURS, lambda one: one.requests), "<=", 20, "requests"),
        Bar(f"{nothing}: writes", max(one.writes for one in samples.all(nothing, OURS)), "<=", 0, "writes"),
        Bar(f"{waiting}: until readiness is noticed", samples.median(waiting, OURS, _noticed), "<=", 0.05, "s"),
        *(
            Bar(f"{step}: CPU time", samples.ratio(step, OURS, THEIRS, _cpu), "<=", 0.4, "times helm's")
            for step in _CPU
        ),
        Bar("memory at its peak, of the deployment with the largest", memory / MIB, "<=", 60, "MiB"),
        Bar("same release after an edit by hand: mended, and said so", _share_mended(edits), ">=", 1, "of all rounds"),
    ]


def page(samples: Samples, found: Sequence[Bar], *, rounds: int, cores: int, python: str) -> str:
    """The section, as Markdown."""
    return _PAGE.format(
        bars=table(found),
        figures="\n".join(_row(samples, step, tool) for step in Step for tool in (OURS, THEIRS)),
        edits="\n".join(_edit(tool, samples.edits[tool]) for tool in (OURS, THEIRS)),
        rounds=rounds,
        cores=cores,
        python=python,
    )


def _row(samples: Samples, step: Step, tool: str) -> str:
    def median(figure: Callable[[Sample], float]) -> float:
        return samples.median(step, tool, figure)

    walls = [one.wall for one in samples.all(step, tool)]
    waited = any(one.late for one in samples.all(step, tool))
    cells = [
        str(step),
        tool,
        f"{median(_compared):.2f} s",
        f"{median(lambda one: one.wall):.2f} s ({min(walls):.2f} to {max(walls):.2f})",
        f"{median(_noticed):.3f} s" if waited else "",
        f"{median(_late):.3f} s" if waited else "",
        f"{median(_cpu):.2f} s",
        f"{median(lambda one: one.memory) / MIB:.0f} MiB",
        f"{median(lambda one: one.requests):.0f}",
        f"{median(lambda one: one.writes):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _edit(tool: str, edits: Sequence[HandEdit]) -> str:
    last = edits[-1].output.strip().splitlines()
    said = last[-1].strip().replace("|", "\\|") if last else ""
    return (
        f"| {tool} | {sum(one.mended for one in edits)} of {len(edits)} | {sum(one.said for one in edits)} of "
        f"{len(edits)} | {', '.join(sorted({str(one.status) for one in edits}))} | `{said[:_LONGEST]}` |"
    )


def _share_mended(edits: Sequence[HandEdit]) -> float:
    return sum(one.mended and one.said and one.status == 0 for one in edits) / len(edits) if edits else 0.0


def _compared(sample: Sample) -> float:
    return sample.compared


def _noticed(sample: Sample) -> float:
    return sample.noticed


def _cpu(sample: Sample) -> float:
    return sample.cpu


def _late(sample: Sample) -> float:
    return sample.late


_SHARES: Final = (
    (Step.NOTHING, "whole process", 0.3),
    (Step.IMAGE, "from fork until the change is in the cluster", 0.3),
    (Step.IMAGE_WAITING, "beyond the pods' own time", 0.3),
    (Step.FIRST, "beyond the pods' own time, against helm's whole process without waiting", 0.6),
    (Step.FIRST_WAITING, "beyond the pods' own time", 0.6),
    (Step.BULK_150, "whole process", 0.2),
    (Step.BULK_600, "whole process", 0.1),
    (Step.DISTANT_NOTHING, "whole process", 0.25),
    (Step.DISTANT_IMAGE, "from fork until the change is in the cluster", 0.25),
)
_CPU: Final = (Step.NOTHING, Step.IMAGE, Step.IMAGE_WAITING)
_LONGEST: Final = 160
_PAGE: Final = """## Bringing it into a cluster

{bars}

| step | tool | compared, median | wall, median and range | ready: noticed | ready: ended | CPU | memory | requests | writes |
|---|---|---|---|---|---|---|---|---|---|
{figures}

What is compared: the seconds of the whole process; for one image and for the return, those from the fork until a watcher
beside both tools sees the change in the cluster; where it is waited for pods, those of the process less the time in which
a workload was not ready. "Noticed" is from the moment the watcher sees the last workload ready until the tool writes its
record of that, "ended" until its process ends. Requests and writes are those of the API server's audit log under the tool's user agent.

After an edit by hand (`kubectl set image`, one disruption budget deleted) the same release is deployed again:

| tool | mended | named who did it | exit status | its last line |
|---|---|---|---|---|
{edits}

### Method

The same manifests, those of analytics-prod without what watches it, on the same control plane: etcd, API server, controllers and scheduler of
Kubernetes 1.36, six simulated nodes, pods that are ready within a second. helm 4.1.4 gets them as a chart without
templating and runs `upgrade --install --history-max 10`, with its default, server-side apply; twinstack gets the folder of
a planned release and runs `deploy --release FOLDER --half workloads --yes`, which compares the live state and always
waits; the 90 s for which prod is watched once all is ready are left out, for helm has no such thing. Each has a namespace and cluster-wide names of its own, so that both live side by side. In each of {rounds} rounds
both begin with nothing, helm with an empty cache of what the server serves; at each step they take turns in a shuffled
order, the next when the pods of the one before are ready. Every figure is a whole process from fork to exit: wall time,
CPU time and peak memory as `wait4` tells them. The 30 ms of round trip are made by a proxy that holds back each direction
by 15 ms and a new connection by one round trip. {cores} cores, Python {python}.
"""
