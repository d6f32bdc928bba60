"""The OAI-PMH 2.0 provider `/oai`: every public record and every withdrawal, in the order of the change log.

Sections in comments are those of https://www.openarchives.org/OAI/2.0/openarchivesprotocol.htm
"""

from publish.oai.endpoint import routes

__all__ = ["routes"]
