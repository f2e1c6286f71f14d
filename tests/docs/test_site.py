"""The site is built without a warning, and loads nothing from another host."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest

from tests.docs.checks import REPOSITORY

MKDOCS: Final = REPOSITORY / ".venv-docs" / "bin" / "mkdocs"
MERMAID: Final = REPOSITORY / "docs_generator" / "node_modules" / "@mermaid-js" / "tiny"
CHROMIUM: Final = shutil.which("chromium")
LOADED_BY: Final = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "link": "href"}
ONLY_SAID: Final = {"canonical", "next", "prev"}
"""Relations of a page to others, which no browser loads."""
ELSEWHERE: Final = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (MKDOCS.is_file() and MERMAID.is_dir()), reason="the site's tools are not there: make docs"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site. Fails with what MkDocs warns of."""
    target = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [MKDOCS, "build", "--strict", "--site-dir", target],
        cwd=REPOSITORY,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": "https://docs.example.org/twinstack/"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr, built.stderr
    return target


class Loaded(HTMLParser):
    """What a page loads by itself, which a link that is followed is not."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        address = named.get(LOADED_BY.get(tag, ""))
        if address and named.get("rel") not in ONLY_SAID:
            self.addresses.append(address)


def test_no_page_loads_from_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    loaded = {(page.name, one) for page in pages for one in Loaded(page.read_text(encoding="utf-8")).addresses}
    assert len(pages) > 40
    assert len(loaded) > 10, "nothing is found at all: the search is wrong"
    assert {(page, one) for page, one in loaded if ELSEWHERE.match(one)} == set()


def test_no_style_loads_from_another_host(site: Path) -> None:
    styles = [*site.rglob("*.css"), *site.rglob("*.html")]
    found = {
        address.strip("'\"")
        for style in styles
        for address in re.findall(r"(?:url\(|@import )([^)\s;]+)", style.read_text(encoding="utf-8"))
    }
    assert {one for one in found if ELSEWHERE.match(one)} == set()


def test_mermaid_is_on_the_site_and_nowhere_else(site: Path) -> None:
    scripts = {file.name: file.read_text(encoding="utf-8") for file in site.rglob("*.js")}
    assert "mermaid.js" in scripts
    assert [name for name, text in scripts.items() if "unpkg.com/mermaid" in text] == []


def test_the_address_of_the_site_can_be_said(site: Path) -> None:
    addresses = re.findall(r"<loc>(.*?)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))
    assert "https://docs.example.org/twinstack/rooms/postgres/" in addresses
    assert "https://docs.example.org/twinstack/" in addresses


def test_every_page_has_a_title_and_a_description_of_its_own(site: Path) -> None:
    pages = [file for file in site.rglob("*.html") if file.name != "404.html"]
    texts = [file.read_text(encoding="utf-8") for file in pages]
    for pattern in (r"<title>(.*?)</title>", r'<meta name="description" content="(.*?)">'):
        said = [one for text in texts for one in re.findall(pattern, text)]
        assert len(said) == len(pages) == len(set(said)), pattern
        assert not any(one.startswith("Index") for one in said)


def test_a_page_that_is_not_there_leads_home_and_to_the_search(site: Path) -> None:
    text = (site / "404.html").read_text(encoding="utf-8")
    assert '<label for="__search"' in text
    found = re.findall(r'<li><a href="/twinstack/(.*?)">', text)
    assert len(found) == 5
    assert [one for one in found if not (site / one / "index.html").is_file()] == []


def test_a_code_keeps_its_anchor_and_has_a_heading_and_a_row(site: Path) -> None:
    text = (site / "errors" / "index.html").read_text(encoding="utf-8")
    codes = re.findall(r'<h3 id="tw([0-9]{3})">TW\1: \S', text)
    assert codes == re.findall(r'<td data-label="code"><a href="#tw([0-9]{3})">', text)
    assert len(codes) > 50


def test_private_names_do_not_leak_into_the_reference(site: Path) -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in (site / "reference").glob("*/index.html"))
    assert [name for name in ("Annotated[", "AfterValidator", "json_schema_extra", "pattern=") if name in text] == []


def test_a_console_block_is_copied_as_its_commands(site: Path) -> None:
    text = (site / "tutorial" / "index.html").read_text(encoding="utf-8")
    copied = re.findall(r'<div class="language-console[^"]*" data-copy="(.*?)">', text, re.DOTALL)
    assert len(copied) == len(re.findall(r"language-console", text)) > 5
    assert [one for one in copied if one.startswith("$ ") or not one.strip()] == []
    assert any(one.startswith("twinstack init ") for one in copied)


def test_each_cell_of_a_wide_table_says_what_its_column_is(site: Path) -> None:
    text = (site / "rooms" / "postgres" / "index.html").read_text(encoding="utf-8")
    assert '<td data-label="default"><strong>needed</strong></td>' in text
    assert "database_admin_url</code>" not in text, "a long identifier has no place where it may be broken"


class Handler(SimpleHTTPRequestHandler):
    """Serves the site, forbids the browser every other host, and keeps what was asked for and what was forbidden."""

    asked: list[str]
    forbidden: list[str]

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def do_POST(self) -> None:
        self.forbidden.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@dataclass
class Served:
    """A site that is served."""

    address: str
    asked: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """Serves a folder on this machine."""
    served = Served("")
    kind = type("Serving", (Handler,), {"asked": served.asked, "forbidden": served.forbidden})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(kind, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        served.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def opened(address: str, profile: Path) -> str:
    """The page's elements once its scripts have run."""
    quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    browser = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync", *quiet]
    command = [*browser, f"--user-data-dir={profile}", "--virtual-time-budget=8000", "--dump-dom", address]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the path")
def test_a_browser_draws_the_diagrams_and_asks_nobody_else(site: Path, tmp_path: Path) -> None:
    with serve(site) as served:
        opened(f"{served.address}/glossary/", tmp_path / "without")
        assert served.asked
        assert "/assets/javascripts/mermaid.js" not in served.asked, "a page without a diagram loads what draws them"
        shown = opened(f"{served.address}/architecture/", tmp_path)
    assert "/assets/javascripts/mermaid.js" in served.asked
    # The theme puts a drawing in the place of each text.
    assert (shown.count('<div class="mermaid"'), shown.count('<pre class="mermaid"')) == (3, 0)
    assert served.forbidden == []


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not on the path")
def test_a_page_that_asks_somebody_else_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<script src="https://elsewhere.example/script.js"></script>')
    with serve(tmp_path) as served:
        opened(served.address, tmp_path / "profile")
    assert any("elsewhere.example" in one for one in served.forbidden)


POLICY: Final = "default-src 'self' 'unsafe-inline' data: blob:; report-uri /forbidden"
"""Source: Content Security Policy Level 3, "report-uri"."""
