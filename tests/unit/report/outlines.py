"""What a browser would make of a page, for tests: its tags, places, links and headings."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "rect", "line", "path", "link", "img", "input", "hr"}


class PageOutline(HTMLParser):
    """The outline of a page; a tag that is closed and not open is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.headings: list[int] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag with its attributes."""
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        given = [(name, value or "") for name, value in attrs]
        self.attributes += given
        self.links += [value for name, value in given if name in {"href", "src"}]
        self.anchors += [value for name, value in given if name == "id"]
        if tag in {"h1", "h2", "h3", "h4", "h5"}:
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing is open after it."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Take the tag off."""
        assert tag in VOID or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data
