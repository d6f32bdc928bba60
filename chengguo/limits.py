"""Settings of the node as the parts want them."""

from chengguo.errors import SettingsError
from chengguo.settings import Graph, Settings
from federation.graph.limits import GraphLimits
from federation.source import Name
from publish.settings import RateLimit, SiteLimits, SiteSettings
from publish.settings import SettingsError as SiteSettingsError


def graph_limits(graph: Graph) -> GraphLimits:
    return GraphLimits(
        query_seconds=graph.timeout,
        answer_bytes=graph.max_result_bytes,
        answer_rows=graph.max_result_rows,
        memory_bytes=graph.memory_limit * 2**20,
    )


def site_settings(settings: Settings) -> SiteSettings:
    """Raises SettingsError."""
    site, http = settings.site, settings.http
    try:
        return SiteSettings(
            base_url=site.base_url,
            title=Name(zh=site.title_zh, en=site.title_en),
            contact=site.contact,
            notice=Name(zh=site.notice_zh, en=site.notice_en),
            demo=site.demo,
            trusted_proxies=http.trusted_proxies,
            limits=SiteLimits(
                rate=RateLimit(per_second=http.rate_per_second, burst=http.rate_burst), oai=http.oai_page
            ),
        )
    except SiteSettingsError as error:
        raise SettingsError(str(error)) from error
