"""The catalogue at `/catalog`: what this node publishes, as DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.0/)."""

from publish.dcat.endpoint import routes

__all__ = ["routes"]
