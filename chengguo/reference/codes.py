"""The page of code lists."""

from chengguo.reference import markdown
from vocab.codes import SCHEME_IDS, Concept, Scheme, scheme

SHORT = 60  # concepts that are listed on the page; longer lists are in their files


def page() -> str:
    lines = markdown.heading("Code lists", "`vocab/schemes/`")
    lines += [
        "A value is looked up by notation, label or alias, without regard to case, width and spaces. Some labels differ by",
        "edition, so every scheme names the one it follows; `note` and origin say what could not be verified.",
        "",
        *markdown.table(("scheme", "zh", "en", "edition", "concepts", "origin"), map(_row, map(scheme, SCHEME_IDS))),
    ]
    for id_ in SCHEME_IDS:
        lines += _listed(scheme(id_))
    return markdown.finished(lines)


def _row(one: Scheme) -> tuple[object, ...]:
    return (f"[{one.id}](#{one.id})", one.zh, one.en, one.edition_en, len(one.concepts), one.source_en)


def _listed(one: Scheme) -> list[str]:
    lines = [f"## {one.id}", "", f"{one.zh}, {one.en}.", ""]
    shown = list(one.concepts.values())
    if len(shown) > SHORT:
        lines += [f"{len(shown):,} concepts in `vocab/schemes/{one.id}.csv`; the highest level:", ""]
        shown = list(one.top)
    return lines + markdown.table(("notation", "zh", "en", "above", "also", "note"), map(_concept, shown))


def _concept(one: Concept) -> tuple[object, ...]:
    said = [one.note] if one.note else []
    if one.valid_to:
        said.append(f"until {one.valid_to}")
    return (f"`{one.notation}`", one.zh, one.en, one.parent or "", ", ".join(one.aliases), "; ".join(said))
