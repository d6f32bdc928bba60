"""A record as an entry of BibTeX, in UTF-8, as BibTeX itself, biber and reference managers read it."""

import re

from publish.citations.work import Work

# Braces by their names: BibTeX counts them even behind a backslash. Two dashes, quotes or accents would become another
# character, and so would a question or exclamation mark before an accent.
ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    **{character: "\\" + character for character in "&%$#_"},
}
_SPECIAL = re.compile("[" + re.escape("".join(ESCAPES)) + "]|-(?=-)|'(?=')")
LANGUAGES = {"zh": "chinese", "en": "english"}


def write(work: Work) -> str:
    fields = {
        "author": " and ".join(f"{{{escaped(name)}}}" for name in work.authors),
        "title": f"{{{escaped(work.title)}}}",
        "year": str(work.issued.year),
        "month": str(work.issued.month),
        "howpublished": escaped(work.platform),
        "number": escaped(work.number),
        "version": str(work.version),
        "url": address(work.iri),
        "abstract": escaped(work.abstract),
        "keywords": ", ".join(escaped(word) for word in work.keywords),
        "language": LANGUAGES[work.lang],
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{{work.key},\n" + ",\n".join(lines) + "\n}\n"


def escaped(text: str) -> str:
    """Text that LaTeX prints as it is. (The braces around names keep `and` and commas in them from dividing them.)"""
    return _SPECIAL.sub(lambda found: ESCAPES.get(found[0], found[0] + "{}"), text)


def address(iri: str) -> str:
    """An address inside braces, where `\\url` prints everything else as it stands."""
    return "".join(f"%{ord(character):02X}" if character in "{}\\" else character for character in iri)
