"""Citations of a record in the forms that reference managers read: BibTeX, RIS, CSL-JSON, and a reference after GB/T 7714."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from publish.citations import bibtex, csl_json, gbt7714, ris
from publish.citations.work import Work, work
from publish.formats import Format

BIBTEX = Format("bib", "application/x-bibtex", "BibTeX", rdf=False)
RIS = Format("ris", "application/x-research-info-systems", "RIS", rdf=False)
CSL_JSON = Format("csl", "application/vnd.citationstyles.csl+json", "CSL-JSON", rdf=False)
GBT7714 = Format("txt", "text/x-bibliography", "GB/T 7714", rdf=False)

WRITERS: Mapping[Format, Callable[[Work], str]] = MappingProxyType(
    {BIBTEX: bibtex.write, RIS: ris.write, CSL_JSON: csl_json.write, GBT7714: gbt7714.write}
)
CITATIONS = tuple(WRITERS)

__all__ = ["BIBTEX", "CITATIONS", "CSL_JSON", "GBT7714", "RIS", "WRITERS", "Work", "work"]
