"""Until when AWS sells a version at the standard price: every version that can be made, with the last day of its support."""

from __future__ import annotations

import datetime
from typing import Final

KUBERNETES: Final = {
    "1.31": datetime.date(2025, 11, 26),
    "1.32": datetime.date(2026, 3, 23),
    "1.33": datetime.date(2026, 7, 29),
    "1.34": datetime.date(2026, 12, 2),
    "1.35": datetime.date(2027, 3, 27),
    "1.36": datetime.date(2027, 8, 2),
}
"""Source: Amazon EKS User Guide, "Kubernetes release calendar"."""
POSTGRES: Final = {
    "11": datetime.date(2024, 2, 29),
    "12": datetime.date(2025, 2, 28),
    "13": datetime.date(2026, 2, 28),
    "14": datetime.date(2027, 2, 28),
    "15": datetime.date(2028, 2, 29),
    "16": datetime.date(2029, 2, 28),
    "17": datetime.date(2030, 2, 28),
    "18": datetime.date(2031, 2, 28),
}
"""Source: Amazon RDS for PostgreSQL release calendars."""
