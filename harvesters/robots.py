"""robots.txt (RFC 9309) with Crawl-delay: what a site asks of programs, read once for each place of one pass."""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from harvesters.answer import Answer, printable
from harvesters.base import TerminalError

AGENT = "chengguo-harvester"
ABSENT = frozenset(range(400, 500)) - {429}  # a file that is not there forbids nothing (RFC 9309, 2.3.1.3)
CLOSED = frozenset({401, 403})  # but a file that is locked away forbids everything, as urllib.robotparser has it
_LONGEST = 512 * 2**10  # bytes that count (RFC 9309, 2.5)
_LINES = 10_000


class Disallowed(TerminalError):
    """robots.txt refuses this address to programs."""


class Rules:
    """The rules of one place for us. `delay` in seconds."""

    def __init__(self, answer: Answer) -> None:
        self._closed = f"it is answered with status {answer.status}" if answer.status in CLOSED else ""
        text = answer.body[:_LONGEST].decode("utf-8-sig", "replace") if answer.status < 300 else ""
        self._lines = text.splitlines()[:_LINES]
        self._parsed = Protego.parse("\n".join(self._lines))
        self.delay = self._parsed.crawl_delay(AGENT) or 0.0

    def refusal(self, url: str) -> str:
        """The rule that forbids an address; empty when none does."""
        if self._closed or self._parsed.can_fetch(url, AGENT):
            return self._closed
        forbidding = [line for line in self._lines if _forbids(line, url)]
        return f"its rule {printable(max(forbidding, key=len, default='Disallow'), 100)!r}"


def _forbids(line: str, url: str) -> bool:
    """Whether one line alone would refuse the address: the parser does not tell which of them did."""
    head = line.partition(":")[0].strip().lower()
    return head.startswith("dis") and not Protego.parse(f"User-agent: *\n{line}").can_fetch(url, AGENT)


class Robots:
    """The rules of the places that one pass asks. `ask` fetches an address, `say` words a message about one."""

    def __init__(
        self, ask: Callable[[str], Answer], say: Callable[[str, str], str], source: str, longest: float
    ) -> None:
        self._ask, self._say, self._source, self._longest = ask, say, source, longest
        self._rules: dict[str, Rules] = {}
        self._asking = False

    def delay(self, url: str) -> float:
        """The seconds to keep between two requests. Raises Disallowed, and TerminalError for a delay nobody can keep."""
        if self._asking:  # the file itself and its redirects are always allowed (RFC 9309, 2.2.2)
            return 0.0
        rules = self._of(url)
        if why := rules.refusal(url):
            what = f"robots.txt refuses it to programs ({why})"
            raise Disallowed(
                self._say(url, f"{what}: ask the province to add 'User-agent: {AGENT}' with 'Allow: /' there, or, with"
                          f" its leave in writing, set robots = false in [options] of sources/{self._source}.toml")
            )  # fmt: skip
        if rules.delay > self._longest:
            what = f"robots.txt asks for Crawl-delay: {rules.delay:g} s, more than limits.max_retry_after = {self._longest:g} s"
            raise TerminalError(self._say(url, f"{what}: ask the province for a shorter one"))
        return rules.delay

    def _of(self, url: str) -> Rules:
        parts = urlsplit(url)
        place = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
        if place not in self._rules:
            self._asking = True
            try:
                self._rules[place] = Rules(self._ask(place))
            finally:
                self._asking = False
        return self._rules[place]
