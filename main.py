"""Synthesizes analytics. Started by the cdktf and cdk8s command lines; `make synth` does the same."""

from twinstack import main

if __name__ == "__main__":
    main("stacks:product")
