"""What MkDocs runs while it builds: Mermaid from this machine instead of from another host."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
MERMAID: Final = HERE / "node_modules" / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js"
TARGET: Final = "assets/javascripts/mermaid.js"
ELSEWHERE: Final = re.compile(r'"https://[^"]+/mermaid@11/dist/mermaid\.min\.js"')
"""Where the theme's script looks for Mermaid, once a page has a diagram."""
HERE_INSTEAD: Final = f'new URL("{TARGET}",__md_scope).href'
"""`__md_scope` is the theme's own name for the site's root, on every page."""


def on_post_build(config: Any) -> None:
    """Puts Mermaid beside the theme's scripts and lets them find it there.

    Raises where the theme's script is not as it was: the site would then fetch Mermaid from another host.
    """
    site = Path(config["site_dir"])
    (bundle,) = site.glob("assets/javascripts/bundle.*.min.js")
    script = bundle.read_text(encoding="utf-8")
    mended, times = ELSEWHERE.subn(lambda _: HERE_INSTEAD, script)
    if times != 1:
        raise RuntimeError(f"{bundle.name} does not name Mermaid's address once: look at how it loads it now")
    bundle.write_text(mended, encoding="utf-8")
    for source_map in site.rglob("*.map"):
        source_map.unlink()
    shutil.copyfile(MERMAID, site / TARGET)
