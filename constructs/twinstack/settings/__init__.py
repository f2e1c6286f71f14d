"""Plain variables that workloads share: feature flags, limits, addresses."""

from twinstack.settings.spec import SettingsSpec

__all__ = ["SettingsSpec"]
