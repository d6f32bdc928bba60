"""What the site is given to work with: reading contracts only, made by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.graph import GraphStore
from federation.source import Source
from federation.views import PublicView, SourceView
from publish.settings import SiteSettings
from search.base import SearchIndex
from vocab.namespaces import Namespaces


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a handler may use. Nothing here can read what the gate did not let out."""

    view: PublicView
    sources_view: SourceView
    sources: Mapping[str, Source]
    index: SearchIndex
    graph: GraphStore
    namespaces: Namespaces
    settings: SiteSettings
