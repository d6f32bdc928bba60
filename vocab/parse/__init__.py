"""Value parsers: from what a province writes to values of the standard, one module per family of quirks.

`PARSERS` names them for mappings. A parser never raises on any tree: what it cannot read is a problem. Empties (blank,
无, 未标注, --) give None without one.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vocab.parse.date import parse_date
from vocab.parse.encoding import decode_text
from vocab.parse.html import parse_html
from vocab.parse.ipr import parse_ipr
from vocab.parse.level import parse_secret_level, parse_trl
from vocab.parse.money import parse_amount, parse_price
from vocab.parse.names import parse_agent, parse_agents, parse_contributors
from vocab.parse.parsed import Options, Parsed, Parser
from vocab.parse.period import parse_period
from vocab.parse.region import parse_region
from vocab.parse.scalar import is_empty
from vocab.parse.text import parse_integer, parse_registration_no, parse_text, parse_words

PARSERS: Final[Mapping[str, Parser]] = MappingProxyType(
    {
        "agent": parse_agent,
        "agents": parse_agents,
        "amount": parse_amount,
        "contributors": parse_contributors,
        "date": parse_date,
        "html": parse_html,
        "integer": parse_integer,
        "ipr": parse_ipr,
        "period": parse_period,
        "price": parse_price,
        "region": parse_region,
        "registration_no": parse_registration_no,
        "secret_level": parse_secret_level,
        "text": parse_text,
        "trl": parse_trl,
        "words": parse_words,
    }
)

__all__ = ["PARSERS", "Options", "Parsed", "Parser", "decode_text", "is_empty"]
