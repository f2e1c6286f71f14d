"""The rules of mounted files: what cannot be read, what is too large, and what nobody should find in a ConfigMap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from twinstack.environment.model import Finding
from twinstack.environment.mounted_files import LARGEST, ProductFiles
from twinstack.environment.spec import WorkloadSpec
from twinstack.layers.secrets_in_text import secrets_by_line
from twinstack.regular_file import leads_out_of, read_regular


def read_files(files: Iterable[str], root: Path | None) -> ProductFiles:
    """What workloads mount of the product's folder, which is `root`."""
    contents: dict[str, bytes] = {}
    unread: dict[str, str] = {}
    for file in sorted({*files}):
        if root is None:
            unread[file] = "the product has no folder"
            continue
        try:
            if leads_out_of(root / file, root):
                unread[file] = "it lies outside of the product's folder"
            else:
                contents[file] = read_regular(root / file, LARGEST)
        except OSError as error:
            unread[file] = error.strerror or str(error)
    return ProductFiles(contents, unread)


def check_mounted_files(workload: WorkloadSpec, files: ProductFiles) -> Iterator[Finding]:
    """A finding for each file that the product does not have, and for one that seems to hold a secret; one for their size."""
    for path, one in workload.mounted_files.items():
        for field, file in (("file", one.file), ("local", one.local)):
            if file is not None and file in files.unread:
                yield Finding(
                    "TW623",
                    "a file that cannot be read",
                    ("mounted_files", path, field),
                    given=f"{file}: {files.unread[file]}",
                    allowed=f"a file of the product's folder, of at most {LARGEST} bytes",
                    fix="correct the path, or put the file there",
                )
        yield from _secrets(path, one.file, files)
    sizes = [len(files.contents.get(file, b"")) for file in workload.product_files.values()]
    if sum(sizes) > LARGEST:
        yield Finding(
            "TW624",
            "the mounted files are too large for one ConfigMap",
            ("mounted_files",),
            given=f"{sum(sizes)} bytes",
            allowed=f"{LARGEST} bytes, all files of a workload together",
            fix="put the larger ones into the image, or into a bucket",
        )


def _secrets(path: str, file: str | None, files: ProductFiles) -> Iterator[Finding]:
    text = files.contents.get(file or "", b"").decode("utf-8", errors="ignore")
    for line, what in secrets_by_line(text):
        yield Finding(
            "TW105",
            f"{what} in a mounted file",
            ("mounted_files", path),
            given=f"{file}, line {line} (not shown)",
            allowed="no secret: the file stands in a ConfigMap, and under version control",
            fix="make it a key of a SecretsSpec, or of a Secret that is made elsewhere, and rotate the value",
            acknowledgeable=True,
        )
        return
