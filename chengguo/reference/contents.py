"""The table of contents of the reference."""

from chengguo.reference import PAGES, markdown


def page() -> str:
    lines = markdown.heading("Reference", "the table of pages")
    lines += ["Everything here is made from the program's own declarations, so it says what this version does.", ""]
    lines += markdown.table(("page", "tells"), [(f"[{page}]({page}.md)", told) for page, told in PAGES.items()])
    return markdown.finished(lines)
