"""Do the links of a built site lead somewhere, and does it ask nobody else for anything?"""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "audio": "src",
    "video": "src",
}
IN_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)")
PICTURE_FROM_ELSEWHERE = re.compile(r"!\[([^\]]*)\]\(https?:[^)]*\)|<img[^>]*src=\"https?:[^>]*>")
NO_PAGE = re.compile(r"\[([^\]]*)\]\((?!https?:|#)(?:[^)#]*/|(?:[^)#]*/)?(?!\d\d_)[^)#/]*\.ipynb)(?:#[^)]*)?\)")


def at_home(text: str) -> str:
    """Markdown for a static page: pictures from elsewhere become words, and links to what is no page, too."""
    return NO_PAGE.sub(r"\1", PICTURE_FROM_ELSEWHERE.sub(lambda found: found[1] or "", text))


class Page(HTMLParser):
    """The anchors of one page, where it leads, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.leads: list[str] = []
        self.loads: list[str] = []
        text = path.read_text("utf-8")
        self.feed(text)
        self.loads += IN_STYLE.findall(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.anchors |= {told[name] for name in ("id", "name") if name in told}
        if tag == "a" and "href" in told:
            self.leads.append(told["href"])
        if address := told.get(LOADS.get(tag, ""), ""):
            self.loads.append(address)


def broken_links(site: Path) -> list[str]:
    """Every relative link, picture, script or anchor that is not there, as "page: link"."""
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    return [
        f"{path.relative_to(site.resolve())}: {link}"
        for path, page in pages.items()
        for link in [*page.leads, *page.loads]
        if not _leads_somewhere(link, path, pages)
    ]


def _leads_somewhere(link: str, path: Path, pages: dict[Path, Page]) -> bool:
    address = urlsplit(link)
    if address.scheme or address.netloc:
        return True  # elsewhere, or in the link itself: not ours to visit
    target = (path.parent / unquote(address.path)).resolve() if address.path else path
    if not target.is_file():
        return False
    anchors = pages[target].anchors if target in pages else set()
    return not address.fragment or target not in pages or unquote(address.fragment) in anchors


def asks_elsewhere(site: Path) -> list[str]:
    """All that a page or a style would load from another server, as "page: address"."""
    found = [(path, link) for path in site.rglob("*.html") for link in Page(path).loads]
    found += [(path, link) for path in site.rglob("*.css") for link in IN_STYLE.findall(path.read_text("utf-8"))]
    return [f"{path.relative_to(site)}: {link}" for path, link in found if re.match(r"(https?:)?//", link)]
