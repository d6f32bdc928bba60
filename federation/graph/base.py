"""The contract of the graph: a projection with one named graph per record, queried by SPARQL 1.1.

GraphError                 the graph could not answer; `retry` tells whether asking again soon makes sense
+-- QueryTimeout           the query ran longer than allowed and was stopped
+-- QueryTooLarge          the answer is larger than allowed
+-- QueryRefused           the store did not accept the query
+-- NotAcceptable          the answer cannot be given in any of the media types asked for
+-- GraphUnavailable       the store is down, starting or being replaced
    +-- GraphBusy          too many others are asking
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from federation.projection import Projection


class GraphAnswer(msgspec.Struct, frozen=True):
    """A complete answer of the store, proved to be whole: media type and body as the store sent them."""

    media_type: str
    body: bytes


class GraphError(Exception):
    """The graph could not answer. `retry` tells whether asking again soon makes sense."""

    retry = False


class QueryTimeout(GraphError):
    """The query ran longer than allowed and was stopped."""


class QueryTooLarge(GraphError):
    """The answer is larger than allowed."""


class QueryRefused(GraphError):
    """The store did not accept the query (its message is inside)."""


class NotAcceptable(GraphError):
    """The answer cannot be given in any of the media types asked for (its message names those that can)."""


class GraphUnavailable(GraphError):
    """The store is down or starting."""

    retry = True


class GraphBusy(GraphUnavailable):
    """Too many others are asking."""


class GraphStore(Projection, Protocol):
    def query(
        self,
        query: str,
        accept: str,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> GraphAnswer:
        """A SPARQL query, answered whole or not at all. Raises GraphError."""
