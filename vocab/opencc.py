"""The tables of OpenCC: traditional characters and phrases with their simplified forms."""

from importlib import resources


def table(name: str) -> dict[str, str]:
    """`TSCharacters.txt` or `TSPhrases.txt`; of several simplified forms the first, as OpenCC itself does."""
    text = (resources.files("opencc") / "dictionary" / name).read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if "\t" in line)
    return {row[0].strip(): row[1].split()[0] for row in rows}
