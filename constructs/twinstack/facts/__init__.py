"""What AWS takes and offers, and what a change to it does: dated data that a command makes, and what it refuses.

Values, lengths, ranges and patterns come from botocore's models and cfn-lint's schemas, as do the machines and versions that a
region has; `make facts` reads them anew, and nothing needs those packages afterwards. What they do not know, or have wrong,
stands in `documented.py` with its page. What a change does was read by hand in the source of Terraform's AWS provider
(`changes.json`), and what is refused from one state to another in AWS's guides (`steps.py`).
"""

from twinstack.facts.certainty import Certainty
from twinstack.facts.changes import ChangeFact, change_of
from twinstack.facts.judgement import Refused, facts_of, refused
from twinstack.facts.steps import RefusedStep, refused_steps
from twinstack.facts.value import ArgumentFact, ValueFact

__all__ = [
    "ArgumentFact",
    "Certainty",
    "ChangeFact",
    "Refused",
    "RefusedStep",
    "ValueFact",
    "change_of",
    "facts_of",
    "refused",
    "refused_steps",
]
