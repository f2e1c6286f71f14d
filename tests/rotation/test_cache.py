"""The simulated ElastiCache keeps two tokens, and no third."""

from __future__ import annotations

from tests.rotation.cache import Cache


def test_rotating_keeps_the_token_before_and_drops_the_one_before_that() -> None:
    cache = Cache()
    urls = {name: f"rediss://:{name}@10.0.0.1:6379/0" for name in ("first", "second", "third")}
    for name, valid in (("first", {"first"}), ("second", {"first", "second"}), ("third", {"second", "third"})):
        cache.take(name, "ROTATE")
        assert {each for each, url in urls.items() if not cache.refusal(url)} == valid


def test_setting_leaves_one_token() -> None:
    cache = Cache()
    cache.take("first", "ROTATE")
    cache.take("second", "SET")
    assert cache.refusal("rediss://:first@10.0.0.1:6379/0")
    assert not cache.refusal("rediss://:second@10.0.0.1:6379/0")
