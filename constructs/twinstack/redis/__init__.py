"""Redis (or Valkey) on Amazon ElastiCache."""

from twinstack.redis.spec import RedisSpec

__all__ = ["RedisSpec"]
