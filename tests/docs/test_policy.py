"""The programs of the rooms' pages keep the policy: an example that is refused, or warned of, teaches the wrong thing."""

from __future__ import annotations

import pytest
import yaml

from docs_generator.example import Example
from docs_generator.rooms import ROOMS, Room
from twinstack.policy.judgement import Made, problems


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.folder)
def test_the_program_of_a_page_keeps_every_rule(room: Room) -> None:
    example = Example(room)
    manifests = [one for _, text in sorted(example.manifests.items()) for one in yaml.safe_load_all(text)]
    made = Made(example.document, manifests)
    assert [str(one) for one in problems([example.loaded], {example.environment.stack_id: made})] == []
