"""What `main.py` runs: the entry point that the cdktf and cdk8s command lines start."""

from __future__ import annotations


def main(product: str) -> None:
    """Synthesizes a product, `main("stacks:product")`.

    Under `cdktf` the infrastructure half, under `cdk8s` the workloads half, else both. Prints every problem and ends
    with exit status 2 where the environment is wrong; nothing is written then.
    """
    from twinstack.synthesis import run

    run(product)
