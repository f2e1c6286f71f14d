"""The package that the page on resource types shows, as if it were installed."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
