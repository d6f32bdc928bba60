"""A record in RIS, the tagged format of reference managers: a line for each value, ended as the format demands by CR LF."""

from publish.citations.work import Work


def write(work: Work) -> str:
    lines = [
        ("TY", "DATA"),
        ("ID", work.key),
        *(("AU", name) for name in work.authors),
        ("TI", work.title),
        ("PY", str(work.issued.year)),
        ("DA", f"{work.issued:%Y/%m/%d}/"),
        ("PB", work.platform),
        *(("AD", name) for name in work.organisations),
        ("AN", work.number),
        ("ET", str(work.version)),
        ("LA", work.lang),
        *(("KW", word) for word in work.keywords),
        ("AB", work.abstract),
        ("UR", work.iri),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value) + "ER  - \r\n"
