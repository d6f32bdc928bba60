"""How well and how fast records of one achievement, and names of one organisation, are found.

    python -m benchmarks.matching [RECORDS ...]     (default 25000 50000; 0 for none)
    python -m benchmarks.matching --book 25000 50000 100000 200000     in a ledger, each size in a process of its own

The book: a ledger is filled with generated records of four sources, and `chengguo match` is done over it: the first time over all,
then with nothing new, then after one record in a hundred has changed. Seconds are of the process's own time, so that a busy
machine does not count.

Labelled pairs: precision of automatic merges (target 0.98), recall of merges and candidates together (target 0.85), through
blocking as in the real thing. With CHENGGUO_SHARED set also two real sets: papers deposited twice (data/chinaxiv; no numbers
there, so nothing may be merged and all is left to candidates) and names of organisations (data/ror-china).
"""

import argparse
import gzip
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, select

from chengguo.demo.corpus import words
from federation.effects import Effects, Publication
from federation.ledger import Ledger
from federation.matching.book import Counts
from federation.matching.clusters import Pair, pair_of
from federation.matching.learning import Statement, learned, names_of
from federation.matching.matcher import Matcher
from federation.matching.organisations import Organisations, facts
from federation.matching.register import aliases
from federation.matching.score import Verdict
from federation.matching.subject import Subject, subject_of
from federation.schema import published
from federation.verify import check
from federation.views import Event
from tests.matching.pairs import pairs
from tests.matching.records import achievement, public
from vocab.identifiers.organisation import uscc_check
from vocab.identity.names import name_key
from vocab.kinds import Achievement, Organisation, encode_record
from vocab.values import Agent, Text

BASE = "https://example.org/id/achievement"
CHARACTERS = "硅碳氮铝钛镁铁铜锌锰钴镍钨钼锂钠钾钙钡锶膜管板带丝粉液胶气泵阀轴轮炉塔窑舱车船机床刀具灯屏"


def labelled() -> dict[str, object]:
    """Precision and recall over the labelled pairs, and what was got wrong by its case."""
    counts: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    everything = pairs()
    for pair in everything:
        verdict = _verdict(pair.one, pair.other)
        counts[f"{'same' if pair.same else 'different'}: {verdict}"] += 1
        if (verdict is Verdict.SAME) > pair.same or (verdict is Verdict.DIFFERENT) and pair.same:
            wrong[f"{pair.case} -> {verdict}"] += 1
    merged, same = counts["same: same"], sum(pair.same for pair in everything)
    return {
        "pairs": len(everything),
        "precision at automatic merge": _share(merged, merged + counts["different: same"]),
        "recall with review": _share(merged + counts["same: candidate"], same),
        "recall of automatic merges": _share(merged, same),
        "verdicts": dict(sorted(counts.items())),
        "wrong": dict(wrong.most_common()),
    }


def _verdict(one: Achievement, other: Achievement) -> Verdict:
    matcher = _filled(_subjects([one, other]))
    return next((match.judgement.verdict for match in matcher.matches()), Verdict.DIFFERENT)


def _subjects(records: Iterable[Achievement], organisations: Organisations | None = None) -> Iterator[Subject]:
    known = organisations or Organisations(facts())
    for record in records:
        if (subject := subject_of(public(record), known)) is not None:
            yield subject


def _filled(subjects: Iterable[Subject]) -> Matcher:
    matcher = Matcher()
    for subject in subjects:
        matcher.put(subject)
    return matcher


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def chinaxiv(folder: Path) -> dict[str, object]:
    """Papers deposited twice, found among all of half A by title and abstract alone."""
    papers: dict[str, Achievement] = {}
    with gzip.open(folder / "papers-A.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            papers[paper["id"]] = _paper(paper)
    groups = json.loads((folder / "duplicates-verified-A.json").read_text("utf-8"))
    truth = {pair_of(*pair) for group in groups for pair in combinations(sorted(set(group["ids"])), 2)}
    matches = list(_filled(_subjects(papers.values())).matches())
    found: set[Pair] = {match.pair for match in matches}
    return {
        "papers": len(papers),
        "true pairs": len(truth),
        "recall with review": _share(len(truth & found), len(truth)),
        "candidates": len(found),
        "of them in the verified groups": _share(len(truth & found), len(found)),
        "merged automatically": sum(match.judgement.verdict is Verdict.SAME for match in matches),
    }


def _paper(paper: dict[str, Any]) -> Achievement:
    year = int(paper["id"].rpartition(":")[2][:4])
    abstract = paper["abstract_zh"] or paper["abstract_en"] or ""
    return achievement(paper["id"], paper["title"] or "", year=year, abstract=abstract)


def organisations(folder: Path) -> dict[str, object]:
    """Names of one organisation that are one by spelling alone, organisations that fall together, and both after learning."""
    known: dict[str, set[str]] = {}
    with gzip.open(folder / "ror-v1-schema.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            names = {row["name"], *row["aliases"], *(label["label"] for label in row["labels"])}
            known[row["id"]] = {name for name in names if name_key(name)}
    records = [_organisation(identifier, sorted(names)) for identifier, names in known.items()]
    stated = {(name, code) for record in records for name, code in names_of(public(record, kind="organisation"))}
    statements = [Statement(name, code, source, "", 1) for name, code in stated for source in ("cn-11", "cn-33")]
    learnt = Organisations()
    learnt.learn({alias.name: alias.organisation for alias in learned(statements, {}, Organisations())})
    return {
        "organisations": len(known),
        "names": sum(map(len, known.values())),
        "by spelling": _names(known, Organisations()),
        "learned from their records, told by two sources": _names(known, learnt),
    }


def _organisation(identifier: str, names: list[str]) -> Organisation:
    return Organisation(identifier=identifier, title=Text(names[0]), aliases=tuple(names[1:]))


def _names(known: dict[str, set[str]], found: Organisations) -> dict[str, object]:
    """Pairs of names of one organisation that meet, and the share of meeting pairs that are truly of one."""
    nodes: dict[str, set[tuple[str, str]]] = defaultdict(set)
    spelt: dict[str, set[str]] = defaultdict(set)
    for identifier, names in known.items():
        for name in names:
            nodes[found.resolve(name)].add((identifier, name))
            spelt[name].add(identifier)
    together = right = 0
    for members in nodes.values():
        for (one, name), (other, another) in combinations(sorted(members), 2):
            if name != another:  # one spelling that two organisations have cannot be told apart by any rule
                together += 1
                right += one == other
    same = sum(len(names) * (len(names) - 1) // 2 for names in known.values())
    shared = sum(len(owners) > 1 for owners in spelt.values())
    return {"recall": _share(right, same), "precision": _share(right, together), "names of two organisations": shared}


def generated(count: int) -> Iterator[Achievement]:
    """Fictional records of 3,000 organisations; every tenth is told a second time in other words. Half of them give the credit
    code of the first organisation, one in twenty calls it by a short name."""
    pick = random.Random(20260901)
    subjects = [line.split("|")[0].strip() for lines in words()["subjects"].values() for line in lines]
    aspects = [line.split("|")[0].strip() for line in words()["aspects"]["list"]]
    before: Achievement | None = None
    for n in range(count):
        if before is not None and n % 10 == 9:
            again = {"identifier": f"{BASE}/{n}", "title": Text(f"{before.title.zh}研究")}
            yield msgspec.structs.replace(before, **again)
            continue
        middle = "".join(pick.sample(CHARACTERS, 3))
        before = achievement(
            f"{BASE}/{n}",
            f"{middle}{pick.choice(subjects)}{pick.choice(aspects)}",
            number=f"9{pick.randint(11, 65)}{pick.randint(2015, 2025)}Y{pick.randrange(10_000):04d}",
            patents=[f"{pick.randint(2005, 2024)}1{pick.randrange(10**7):07d}.1"] if pick.random() < 0.6 else [],
            projects=[f"2021YFB{pick.randrange(10**5):07d}"],
            orgs=[f"某省第{pick.randrange(3000)}研究院" for _ in range(pick.choice((1, 1, 2, 3)))],
            people=[f"王{chr(0x4E00 + pick.randrange(2000))}{chr(0x4E00 + pick.randrange(2000))}" for _ in range(3)],
            year=pick.randint(2015, 2025),
        )
        before = msgspec.structs.replace(before, first_org=_first(before.orgs[0].name, pick))
        yield before


def _first(name: str, pick: random.Random) -> Agent:
    body = f"12330000{int(name[3:-3]):09}"
    called = name.removeprefix("某省") if pick.random() < 0.05 else name
    return Agent(called, uscc=body + uscc_check(body) if pick.random() < 0.5 else None)


def speed(count: int) -> dict[str, object]:
    """One pass over generated records, as a newcomer each; seconds are of this process's own time."""
    records = list(generated(count))
    began = time.process_time()
    matcher = _filled(_subjects(records))
    found = list(matcher.matches())
    groups = matcher.clusters()
    spent = time.process_time() - began
    return {
        "records": count,
        "seconds": round(spent, 1),
        "us per record": round(spent / count * 1e6),
        "comparisons per record": round(matcher.compared / count, 2),
        "merged": sum(match.judgement.verdict is Verdict.SAME for match in found),
        "candidates": sum(match.judgement.verdict is Verdict.CANDIDATE for match in found),
        "clusters": len(groups),
    }


def book(count: int) -> dict[str, object]:
    """The whole of matching in a ledger on disk: reading, comparing, writing, and the versions that clusters make."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(f"sqlite:///{folder}/ledger.db")
        _fill(ledger, generated(count), 1)
        before = _memory()
        counts, first = _followed(ledger)
        peak, changes = _memory(), ledger.last_seq() - count
        _, again = _followed(ledger)
        _fill(ledger, (r for n, r in enumerate(generated(count)) if n % 100 == 0), 2)
        _, news = _followed(ledger)
        return {
            "records": count,
            "seconds": round(first, 1),
            "us per record": round(first / count * 1e6),
            "seconds with nothing new": round(again, 2),
            "seconds after 1 % changed": round(news, 1),
            "memory MiB before and at most": (before, peak),
            "merged": counts.merged,
            "candidates": counts.candidates,
            "clusters": counts.clusters,
            "versions made": changes,
            "names learned": _names_learned(ledger),
            "sound": not any(check(ledger).values()),
        }


def _fill(ledger: Ledger, records: Iterable[Achievement], version: int) -> None:
    """Publish records as a harvest would; a second version differs in a word."""
    pack = zstandard.ZstdCompressor(level=3).compress
    numbered = enumerate(records)
    while some := list(islice(numbered, 2000)):
        with ledger.database.write() as connection:
            effects = Effects(ledger.database, connection)
            for n, record in some:
                body = encode_record(msgspec.structs.replace(record, abstract=Text(f"第{version}版")))
                digest, key, source = hashlib.sha256(body).hexdigest(), record.identifier, f"cn-{n % 4}"
                event = Event.PUBLISHED if version == 1 else Event.CHANGED
                number = version if version == 1 else _number(connection, key)
                names = {
                    "source": source,
                    "key": key,
                    "kind": "achievement",
                    "iri": record.identifier,
                    "digest": digest,
                }
                packed = (pack(body), pack(b"[]"))
                effects.publish(
                    Publication(
                        event=event, version=number, first=None, record=body, lineage=b"[]", packed_record=packed[0],
                        packed_lineage=packed[1], mapping="", raw_digest="", **names,
                    )
                )  # fmt: skip
                effects.item(
                    {**names, "state": "published", "reason": "", "mapping": "", "content": "", "version": number}
                    | {"first": None}
                )
            effects.write()


def _names_learned(ledger: Ledger) -> int:
    with ledger.database.read() as connection:
        return len(aliases(connection))


def _number(connection: Connection, iri: str) -> int:
    return 1 + (connection.execute(select(published.c.version).where(published.c.iri == iri)).scalar() or 0)


def _followed(ledger: Ledger) -> tuple[Counts, float]:
    began = time.process_time()
    return ledger.matches.follow(), time.process_time() - began


def _memory() -> int:
    """The largest resident size of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="*", type=int, default=[25_000, 50_000])
    parser.add_argument("--book", nargs="+", type=int, default=[])
    options = parser.parse_args()
    if len(options.book) == 1:
        print(json.dumps(book(options.book[0])), flush=True)
        return
    for size in options.book:
        subprocess.run([sys.executable, "-m", "benchmarks.matching", "--book", str(size)], check=True)
    if options.book:
        return
    sizes = options.records
    print(json.dumps({"labelled": labelled()}, ensure_ascii=False, indent=1))
    if shared := os.environ.get("CHENGGUO_SHARED"):
        data = Path(shared) / "data"
        print(json.dumps({"chinaxiv": chinaxiv(data / "chinaxiv")}, ensure_ascii=False, indent=1))
        print(json.dumps({"ror-china": organisations(data / "ror-china")}, ensure_ascii=False, indent=1))
    else:
        print("real data: skipped, CHENGGUO_SHARED is not set")
    for size in filter(None, sizes):
        print(json.dumps(speed(size)), flush=True)


if __name__ == "__main__":
    main()
