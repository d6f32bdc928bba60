"""What a deployment decides about its site: names, addresses, limits. Values only; reading files is the composition root's."""

from ipaddress import ip_network
from urllib.parse import urlsplit

import msgspec

from federation.source import Name


class SettingsError(ValueError):
    """A site setting cannot be used; the message names the key, the value and what is allowed."""


class RateLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token bucket per client address: `burst` requests at once, refilled at `per_second`. 0 switches it off."""

    per_second: float = 50.0
    burst: int = 500
    clients: int = 50_000  # addresses remembered; the longest idle one is forgotten first


class SiteLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one request may cost. Sizes in bytes unless said otherwise."""

    body: int = 64 * 2**10
    push: int = 16 * 2**20  # of records that a source sends
    check: int = 8 * 2**20  # of a file that is checked against the standard
    check_rows: int = 5_000  # of it that are looked at
    url: int = 8 * 2**10
    query_text: int = 500  # characters
    sitemap: int = 10_000  # addresses in one file (sitemaps.org allows 50,000)
    oai: int = 500  # records on a page of OAI-PMH
    catalog: int = 100  # datasets on a page of the catalogue
    rate: RateLimit = RateLimit()


class SiteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The site. `base_url` is an origin without a trailing slash: every absolute address is made from it, never from Host.

    `trusted_proxies` are networks whose `X-Forwarded-For` is believed. Raises SettingsError.
    """

    base_url: str
    title: Name = Name(zh="成果公开平台", en="Open Achievements")
    contact: str = ""  # an e-mail address or a page
    notice: Name = Name(zh="", en="")  # shown above every page when not empty
    demo: bool = False
    trusted_proxies: tuple[str, ...] = ()
    limits: SiteLimits = SiteLimits()

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or parts.fragment:
            raise SettingsError(
                f"site.base_url is {self.base_url!r}; allowed is an origin such as 'https://data.example.cn', "
                "without a path or trailing slash (edit config/chengguo.toml)"
            )
        for network in self.trusted_proxies:
            _check_network(network)


def _check_network(network: str) -> None:
    try:
        ip_network(network)
    except ValueError as error:
        raise SettingsError(
            f"site.trusted_proxies holds {network!r}; allowed are networks such as '10.0.0.0/8' (edit config/chengguo.toml)"
        ) from error
