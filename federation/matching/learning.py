"""Learning: which names mean one organisation, from what public records of several sources state.

A statement is a name with a code in one record: a unified social credit code with a right check digit beside the name, or,
for an organisation's own record without one, the record's main name as the code of all its names. From statements a name
gets a code, and names of one code are one organisation:

1. The code that most sources state counts; where two are stated by equally many, none does.
2. It is believed when two sources state it. One source alone is believed for a name that no other source uses at all, and with a
   credit code only: what it says there concerns nobody else.
3. A name that the table of facts knows is not learned.
4. A name that begins with another name of its code is a part of that organisation and stays what it is: a school of a university.

So one source, whatever it sends, cannot put two universities together that others speak of. It can keep names apart, which
costs a candidate and merges nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from federation.matching.organisations import Organisations
from vocab.identifiers import normalise_uscc, valid_uscc
from vocab.identity.names import name_key, root_of
from vocab.kinds import Achievement, Organisation
from vocab.public import PublicRecord

MANY = 50  # organisations, or names, of one record that are looked at: input is hostile
ALONE = 1000  # names that one source can make another by its word alone
SUPPORT = 3  # records that are kept as evidence for a name, each of another source
SHORT = 3  # characters of a short form: 清华, 中科大
OWN = "="  # begins the code that a record without a credit code gives the names of its organisation


class Statement(msgspec.Struct, frozen=True):
    """A source states a code for a name in `records` records, of which `iri` is one."""

    name: str
    code: str
    source: str
    iri: str
    records: int


class Alias(msgspec.Struct, frozen=True):
    """A name learned to mean an organisation. `support`: the name stated with the code, the record that does so, and how many
    such records, of different sources, are needed for that name; both names have to be stated."""

    name: str
    organisation: str
    code: str
    support: frozenset[tuple[str, str, int]]


class Known(msgspec.Struct, frozen=True):
    """The code of a name, and the records of different sources that state it; `needed` of them have to stay."""

    name: str
    code: str
    sources: tuple[Statement, ...]
    needed: int

    @property
    def weight(self) -> tuple[int, int, int, str]:
        """The main name of a code: what most sources and records call it, then the longer name."""
        return (-len(self.sources), -sum(s.records for s in self.sources), -len(self.name), self.name)


def names_of(public: PublicRecord) -> set[tuple[str, str]]:
    """The names of organisations in a record with their codes, "" where none is stated; keys of names, never spellings."""
    record = public.record
    if isinstance(record, Organisation):
        return _own_names(record)
    if not isinstance(record, Achievement):
        return set()
    agents = [agent for agent in (record.first_org, record.registrar, *record.orgs[:MANY]) if agent]
    found = {(key, _credit_code(agent.uscc)) for agent in agents if (key := name_key(agent.name))}
    stated = {name for name, code in found if code}
    found |= {(root, "") for agent in agents if (root := root_of(agent.name))}
    return {(name, code) for name, code in found if code or name not in stated}


def _own_names(record: Organisation) -> set[tuple[str, str]]:
    main = name_key(record.title.zh or record.title.en or "")
    others = (*record.aliases[:MANY], *(name.name for name in record.names[:MANY]), record.title.en or "")
    code = _credit_code(record.uscc) or f"{OWN}{main}"
    return {(key, code) for key in (main, *map(name_key, others)) if key} if main else set()


def _credit_code(text: str | None) -> str:
    """In its normal form; "" for what is none, or has a wrong check digit."""
    return normalise_uscc(text) or "" if text and valid_uscc(text) else ""


def unsure(statements: Iterable[Statement]) -> set[str]:
    """Names that share a code and that one source alone states one for: of them `learned` has to know how many sources use them."""
    sources: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        sources[statement.name].add(statement.source)
        names[statement.code].add(statement.name)
    shared = set().union(*(those for those in names.values() if len(those) > 1))
    return {name for name in shared if len(sources[name]) == 1}


def learned(statements: Collection[Statement], users: Mapping[str, int], facts: Organisations) -> Iterator[Alias]:
    """The names that the statements make one with another. `users`: how many sources use a name, for those that are `unsure`."""
    by_code: dict[str, list[Known]] = defaultdict(list)
    for known in _known(statements, users):
        by_code[known.code].append(known)
    alone: Counter[str] = Counter()
    for code, names in sorted(by_code.items()):
        main, *others = sorted(_wholes(names), key=lambda known: known.weight)
        for known in others:
            if known.needed == 1:
                alone[known.sources[0].source] += 1
            if not facts.knows(known.name) and (known.needed > 1 or alone[known.sources[0].source] <= ALONE):
                yield Alias(known.name, facts.resolve(main.name), code, frozenset((*_support(known), *_support(main))))


def _wholes(names: Collection[Known]) -> Iterator[Known]:
    """The names that do not begin with another of them; a short form (清华) is none that another one begins with."""
    keys = {known.name for known in names}
    for known in names:
        if not any(known.name[:end] in keys for end in range(SHORT + 1, len(known.name))):
            yield known


def _known(statements: Iterable[Statement], users: Mapping[str, int]) -> Iterator[Known]:
    stated: dict[str, dict[str, dict[str, Statement]]] = defaultdict(lambda: defaultdict(dict))
    for statement in sorted(statements, key=lambda s: (s.name, s.code, s.source)):
        stated[statement.name][statement.code][statement.source] = statement
    credit = {
        name: code for name, codes in stated.items() if (code := _most({c: s for c, s in codes.items() if c[0] != OWN}))
    }
    for name, codes in stated.items():
        together: dict[str, dict[str, Statement]] = defaultdict(dict)
        for code, sources in codes.items():
            together[credit.get(code[1:], code) if code[0] == OWN else code].update(sources)
        if (code := _most(together)) and (needed := _needed(name, code, together[code], users)):
            yield Known(name, code, tuple(together[code].values()), needed)


def _most(codes: Mapping[str, Mapping[str, Statement]]) -> str:
    """The code that most sources state; "" when that is not one."""
    most = max(map(len, codes.values()), default=0)
    found = [code for code, sources in codes.items() if len(sources) == most]
    return found[0] if len(found) == 1 else ""


def _needed(name: str, code: str, sources: Mapping[str, Statement], users: Mapping[str, int]) -> int:
    """How many sources have to state it; 0 when what is stated is not believed."""
    if len(sources) > 1:
        return 2
    return 1 if code[0] != OWN and users.get(name) == 1 else 0


def _support(known: Known) -> Iterator[tuple[str, str, int]]:
    for statement in sorted(known.sources, key=lambda s: s.source)[:SUPPORT]:
        yield known.name, statement.iri, known.needed
