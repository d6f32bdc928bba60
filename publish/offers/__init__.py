"""`/offers`: technology offers for partnering networks, as JSON, XML and pages."""

from publish.offers.endpoint import routes

__all__ = ["routes"]
