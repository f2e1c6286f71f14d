"""Who runs which tests, where several workers do: a file is one worker's, and a worker keeps to its folder.

What a file's tests share is then made once, and what a folder's share (a control plane) in as few workers as can be.
"""

from __future__ import annotations

from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController


class ByFolder(LoadScopeScheduling):
    """Gives a worker the next piece of its folder; after the last one a folder that no other has; then what is left."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False  # the order is that of the tests: what is slow comes first
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in SHARED else file

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(self._next(node), last=False)
        super()._assign_work_unit(node)

    def _next(self, node: WorkerController) -> str:
        taken = {one: folder_of([*files][-1]) for one, files in self.assigned_work.items() if files}
        others = {folder for one, folder in taken.items() if one is not node}
        folders = {piece: folder_of(piece) for piece in self.workqueue}
        # Of equals the first.
        return min(folders, key=lambda piece: (folders[piece] != taken.get(node), folders[piece] in others))


def folder_of(piece: str) -> str:
    """The folder of a file of tests, or of one of its tests."""
    return piece.partition("::")[0].rpartition("/")[0]


SHARED: Final = frozenset(
    {
        "tests/rehearsal/test_variants.py",
        "tests/rotation/test_rotations.py",
        "tests/success_metrics/test_deployments.py",
    }
)
"""Files of which each test takes so long that whoever has nothing else to do helps with them."""
