"""What the last release promised, kept to see an accidental break: its public surface, and the output of one product.

`python -m tests.released` takes both anew, when a release is made. Until then changes.md tells, reviewed like any other
golden file, what a user of the last release would notice.
"""
