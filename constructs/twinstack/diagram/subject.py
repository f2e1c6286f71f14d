"""Which pictures there are, and in which forms."""

from __future__ import annotations

from enum import StrEnum


class Subject(StrEnum):
    """What a picture shows."""

    LINKS = "links"
    """Both halves: what runs, what it uses, and how the outside reaches it."""
    NETWORK = "network"
    """Tiers, zones, ways out, and whom security groups let in."""
    ACCESS = "access"
    """Who may reach what, by network policies and roles alone."""


class Form(StrEnum):
    """How a picture is written."""

    SVG = "svg"
    MERMAID = "mermaid"
