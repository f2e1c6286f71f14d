"""What `main.py` runs: the program that the cdktf and cdk8s command lines start."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Final

from twinstack.errors import TwinstackError


def main(product: str) -> None:
    """Synthesizes a product, `main("stacks:product")`.

    `cdktf` gets the infrastructure half, `cdk8s` the workloads half, each where it wants it; started by itself, the
    program writes both. The variable TWINSTACK_VERSION sets the release, as `--version` does elsewhere. Prints every
    problem and ends with exit status 2 where the environment or the product's own code is wrong; nothing is written
    then.
    """
    from twinstack.bindings import activate
    from twinstack.bindings.again import begin_again_if_refused, own_this_process
    from twinstack.cli.render import emit, report
    from twinstack.cli.streams import prepare

    gc.disable()  # The program ends before collecting its garbage would pay.
    prepare()
    own_this_process()
    try:
        root = Path(sys.argv[0]).resolve().parent
        activate(root)
        try:
            _synthesize(product, root)
        finally:
            if not isinstance(sys.exception(), KeyboardInterrupt):
                begin_again_if_refused()
    except TwinstackError as error:
        report(error)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        emit([("Aborted.", "bold red")], sys.stderr)
        sys.exit(130)  # 128 and the number of SIGINT
    except Exception as error:  # noqa: BLE001  the last place where a bug can be told from a mistake
        from twinstack.cli.blame import report_failure

        sys.exit(report_failure(error))


def _synthesize(reference: str, root: Path) -> None:
    from twinstack.cli.project import load_product
    from twinstack.cli.render import report_problems
    from twinstack.environment.spec import Half
    from twinstack.product import each_once
    from twinstack.synthesis import MANIFESTS_FOLDER, TERRAFORM_FOLDER, write

    product = load_product(reference, root)
    loaded = product.load_all()
    if warnings := each_once(warning for one in loaded for warning in one.warnings):
        report_problems(warnings)
    folders = {
        Half.INFRASTRUCTURE: Path(os.environ.get(CDKTF_FOLDER, product.root / TERRAFORM_FOLDER)),
        Half.WORKLOADS: Path(os.environ.get(CDK8S_FOLDER, product.root / MANIFESTS_FOLDER)),
    }
    asked = [
        half
        for half, name in ((Half.INFRASTRUCTURE, CDKTF_FOLDER), (Half.WORKLOADS, CDK8S_FOLDER))
        if name in os.environ
    ]
    write(product, loaded, folders, asked or tuple(Half), tell=report_problems)


CDKTF_FOLDER: Final = "CDKTF_OUTDIR"
CDK8S_FOLDER: Final = "CDK8S_OUTDIR"
"""The variables by which each command line says where it wants the output."""
