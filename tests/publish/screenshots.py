"""Pictures of a running portal for the documentation: `python -m tests.publish.screenshots [URL] [FOLDER]`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import requests
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
DESKTOP, PHONE = (1280, 900), (390, 844)
WORDS = "石墨烯"


@dataclass(frozen=True, slots=True)
class Picture:
    """`scale` is the number of device pixels per CSS pixel."""

    name: str
    address: str
    lang: str
    size: tuple[int, int] = DESKTOP
    scale: float = 1


def pictures(base: str) -> list[Picture]:
    """What is photographed; records and sources are found by asking the portal's own API."""
    record, source = _richest(base), _most_to_mend(base)
    search = "/search?" + urlencode({"q": f"{WORDS} 上海 2022年以后"})
    sparql = "/sparql?" + urlencode({"format": "text/html", "query": _example(base)})
    return [
        Picture("home-zh-desktop", "/", "zh-CN"),
        Picture("home-en-desktop", "/", "en"),
        Picture("home-en-phone", "/", "en", PHONE, 1.5),
        Picture("search-zh-desktop", search, "zh-CN"),
        Picture("search-zh-phone", search, "zh-CN", PHONE, 1.5),
        Picture("search-en-desktop", search, "en"),
        Picture("record-zh-desktop", record, "zh-CN"),
        Picture("record-en-desktop", record, "en"),
        Picture("source-zh-desktop", source, "zh-CN"),
        Picture("sparql-en-desktop", sparql, "en"),
        Picture("codes-en-desktop", "/code/gbt2260.html", "en"),
        Picture("standard-zh-desktop", "/standard", "zh-CN"),
    ]


def _richest(base: str) -> str:
    """The page of the achievement with the most to show, among those found first."""
    answer = requests.get(f"{base}/api/v1/search", {"q": WORDS, "kind": "achievement", "size": "50"}, timeout=30)
    paths: list[str] = [item["iri"].partition("/id/")[2] for item in answer.json()["items"]]
    records = {path: requests.get(f"{base}/id/{path}.json", timeout=30).json() for path in paths}
    return "/" + max(paths, key=lambda path: ("trl" in records[path], len(records[path])))


def _most_to_mend(base: str) -> str:
    """The page of the source with the most kinds of problems."""
    sources: list[str] = [item["id"] for item in requests.get(f"{base}/api/v1/sources", timeout=30).json()["items"]]
    problems = {s: len(requests.get(f"{base}/api/v1/sources/{s}", timeout=30).json()["problems"]) for s in sources}
    return "/source/" + max(problems, key=lambda name: problems[name])


def _example(base: str) -> str:
    return (
        "PREFIX dcterms: <http://purl.org/dc/terms/>\n"
        f"PREFIX sta: <{base}/ns/sta#>\n"
        "SELECT ?title ?modified WHERE {\n  ?record a sta:Achievement ;\n"
        f'    dcterms:title ?title ; dcterms:modified ?modified .\n  FILTER(CONTAINS(?title, "{WORDS}"))\n'
        "}\nORDER BY ?title LIMIT 20"
    )


def taken(browser: Browser, base: str, picture: Picture, folder: Path) -> Path:
    """The file of the picture: what one sees before scrolling, in the light colours."""
    width, height = picture.size
    context = browser.new_context(
        base_url=base,
        locale=picture.lang,
        viewport={"width": width, "height": height},
        device_scale_factor=picture.scale,
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(picture.address, wait_until="networkidle")
    path = folder / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> None:
    base = (sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8080").rstrip("/")
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for picture in pictures(base):
            path = taken(browser, base, picture, folder)
            print(f"{path.name}  {path.stat().st_size // 1024} KB")
        browser.close()


if __name__ == "__main__":
    main()
