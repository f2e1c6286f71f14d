"""Measures the synth against the stock bindings: `make bench`."""
