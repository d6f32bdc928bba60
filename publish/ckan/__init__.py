"""CKAN's Action API `/api/3/action/…`, read-only: any CKAN client or harvester reads this site as it reads a CKAN.

A public record is a dataset, a source an organisation, a field of technology a group.
"""

from publish.ckan.endpoint import routes

__all__ = ["routes"]
