"""The arguments of a request (section 4), read strictly: which verb takes which, and what their values may be."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from federation.clock import stamp
from publish.oai.errors import BadArgument, BadVerb

LIST = frozenset({"metadataPrefix", "from", "until", "set", "resumptionToken"})


class Verb(msgspec.Struct, frozen=True):
    """Arguments a verb takes, and those it cannot do without; a resumption token stands alone."""

    known: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


VERBS = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb(frozenset({"identifier"})),
    "ListSets": Verb(frozenset({"resumptionToken"})),
    "GetRecord": Verb(frozenset({"identifier", "metadataPrefix"}), frozenset({"identifier", "metadataPrefix"})),
    "ListIdentifiers": Verb(LIST, frozenset({"metadataPrefix"})),
    "ListRecords": Verb(LIST, frozenset({"metadataPrefix"})),
}
TOKEN = "resumptionToken"  # noqa: S105

# What the schema of answers allows (OAI-PMH.xsd): an argument that is not of its form is not repeated in the answer.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
FORMS = {
    "verb": re.compile("|".join(VERBS)),
    "metadataPrefix": re.compile(r"[A-Za-z0-9\-_.!~*'()]+"),
    "set": re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*"),
    "from": _DATE,
    "until": _DATE,
    "identifier": re.compile(
        r"(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9:@!$&'()*+,;=._~-]*)*|[A-Za-z]+:[A-Za-z0-9:._~/-]+)"
    ),
    TOKEN: re.compile(r"[\x20-\x7e]+"),
}
STRICT = frozenset({"from", "until", "set"})  # of the others an unknown value has an error of its own


class Asked(msgspec.Struct, frozen=True):
    """A request that a verb can answer: its verb and the arguments given, each once."""

    verb: str
    arguments: dict[str, str] = {}

    def get(self, name: str) -> str:
        return self.arguments.get(name, "")


def read(pairs: Sequence[tuple[str, str]]) -> Asked:
    """The request of parameters as they came. Raises BadVerb, BadArgument."""
    verb = _verb([value for name, value in pairs if name == "verb"])
    given = [(name, value) for name, value in pairs if name != "verb"]
    _check_names(verb, Counter(name for name, _ in given))
    for name, value in given:
        if name in STRICT and not FORMS[name].fullmatch(value):
            raise BadArgument(f"{name} is {value[:60]!r}, which is not of the form the protocol gives it")
    return Asked(verb, dict(given))


def _verb(given: Sequence[str]) -> str:
    if len(given) != 1 or given[0] not in VERBS:
        what = "missing" if not given else "given more than once" if len(given) > 1 else f"{given[0][:40]!r}"
        raise BadVerb(f"the argument 'verb' is {what}; it is one of {', '.join(VERBS)}")
    return given[0]


def _check_names(verb: str, names: Counter[str]) -> None:
    allowed = VERBS[verb]
    for name, number in names.items():
        if name not in allowed.known:
            raise BadArgument(
                f"{verb} takes no {name[:40]!r}; it takes {', '.join(sorted(allowed.known)) or 'nothing'}"
            )
        if number > 1:
            raise BadArgument(f"{name} is given more than once")
    if TOKEN in names:
        if len(names) > 1:
            raise BadArgument(f"{TOKEN} stands alone: everything else is in it")
        return
    for name in sorted(allowed.needed - set(names)):
        raise BadArgument(f"{verb} needs {name!r}")


def span(since: str, until: str) -> tuple[str, str]:
    """`from` and `until` as bounds of the ledger's times: from the first moment on, until before the second.

    Raises BadArgument for days that do not exist, two granularities, or an end before the beginning.
    """
    first, last = _moment("from", since), _moment("until", until)
    if since and until:
        if len(since) != len(until):
            raise BadArgument(
                f"from={since} and until={until} have different granularities: give both as days or with seconds"
            )
        if since > until:
            raise BadArgument(f"from={since} is after until={until}")
    return stamp(first) if first else "", _after(last, timedelta(seconds=1) if "T" in until else timedelta(days=1))


def _moment(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        raise BadArgument(
            f"{name} is {text!r}: there is no such time; write 2026-03-01 or 2026-03-01T08:00:00Z"
        ) from None


def _after(last: datetime | None, step: timedelta) -> str:
    try:
        return stamp(last + step) if last else ""
    except OverflowError:  # until the end of time
        return ""
