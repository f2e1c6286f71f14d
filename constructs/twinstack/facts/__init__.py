"""What AWS takes and offers, and what a change to it does: dated data that a command makes, and what it refuses.

Values, lengths, ranges and patterns come from botocore's models and cfn-lint's schemas, as do the machines and versions that a
region has; `make facts` reads them anew, and nothing needs those packages afterwards. What they do not know, or have wrong,
stands in `documented.py` with its page.
"""

from twinstack.facts.judgement import Refused, facts_of, refused
from twinstack.facts.value import ArgumentFact, ValueFact

__all__ = ["ArgumentFact", "Refused", "ValueFact", "facts_of", "refused"]
