"""How SPARQL stores differ: one row for each, and nowhere else a question which store it is.

What holds for all of them: queries are sent as a form with an explicit Accept header, every 2xx is success, every write names its
graph, and an answer counts only when it was read to its end.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from federation.graph.answers import JSON_LD, RDF_XML

SPARQL_UPDATE, FORM = "application/sparql-update", "application/x-www-form-urlencoded"


class Writing(StrEnum):
    """How records get in."""

    UPDATE = "update"  # many graphs in one SPARQL update
    GRAPHS = "graphs"  # one graph after the other, by the Graph Store Protocol


class Login(StrEnum):
    """How a store wants to know who writes."""

    BASIC = "basic"
    DIGEST = "digest"


class Dialect(msgspec.Struct, frozen=True):
    """One store. Paths are below the address of the store (for Fuseki: of the dataset)."""

    query: str
    update: str
    graph: str  # Graph Store Protocol; takes `?graph=`
    writing: Writing = Writing.UPDATE
    batch: int = 500  # records written at once
    atomic: bool = True  # whether a batch is seen whole or not at all
    login: Login = Login.BASIC
    update_type: str = SPARQL_UPDATE  # FORM: an update is sent as a form, like a query
    graphs: str = JSON_LD  # the format of graphs; like that of tables one with an end, so that a cut can be seen
    own_json: bool = False  # its tables have to be written anew to be what the standard says
    page: int = 200_000  # rows of one answer when everything is read
    cut: str = ""  # header of an answer that has fewer rows than there are
    timed_out: frozenset[int] = frozenset({408, 504})  # statuses that mean that a query ran out of time
    late: bytes = b""  # what its message says then, when the status does not


# Measured on oxigraph 0.5: 1,055-1,534 records/s in updates of 500 against 480-790 one by one.
OXIGRAPH = Dialect(query="/query", update="/update", graph="/store")

FUSEKI = Dialect(query="/query", update="/update", graph="/data", timed_out=frozenset({408, 503, 504}))

# Virtuoso compiles an update into a program: beyond some ten records it takes ever longer, and parts of it may be seen before
# the rest. It gives 10,000 rows at most unless its operator says otherwise. Asked for JSON first it gives a graph as a table.
VIRTUOSO = Dialect(
    query="/sparql",
    update="/sparql-auth",
    graph="/sparql-graph-crud-auth",
    writing=Writing.GRAPHS,
    batch=10,
    atomic=False,
    login=Login.DIGEST,
    update_type=FORM,
    graphs=RDF_XML,
    own_json=True,
    page=5_000,
    cut="X-SPARQL-MaxRows",
    late=b"S1T00",
)

DIALECTS: Mapping[str, Dialect] = MappingProxyType({"oxigraph": OXIGRAPH, "fuseki": FUSEKI, "virtuoso": VIRTUOSO})
