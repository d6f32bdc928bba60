"""Texts: every key that is used exists in both languages, and none lies unused."""

import re
from pathlib import Path

import pytest

import publish
from federation.alerts.hooks import State
from federation.alerts.subscriptions import PERIODS
from federation.checking.report import OUTCOMES
from federation.matching.score import MERGING
from federation.source import PolicyMode
from federation.views import RunStatus
from federation.watch.health import Condition
from publish.alerts.hook_pages import NAMED
from publish.alerts.opening import ACTIONS
from publish.dumps.manifest import FORMATS
from publish.export import COLUMNS
from publish.feed.page import FEEDS
from publish.languages import Lang
from publish.messages import Catalogue, MessageError
from publish.portal.errors import KNOWN
from publish.portal.groups import GROUPS
from publish.portal.search import TIPS
from publish.standard.pages import OF_KIND
from search.base import FACETS, REFUSALS, Sort
from search.expression import MISREADINGS
from search.fields import FIELDS
from vocab import values
from vocab.crosswalks import Relation
from vocab.field import Obligation
from vocab.kinds.demand import DemandState
from vocab.kinds.organisation import OrganisationRole
from vocab.offer import Client, Partnership, Rights
from vocab.problem import Severity
from vocab.standard.document import rules, standard
from vocab.standard.versions import current

FOLDER = Path(publish.__file__).parent
LITERAL = re.compile(r"""(?:\bt|\.text)\(\s*['"]([a-z]+\.[a-zA-Z0-9_]+)['"]\s*[,)]""")
CHOICE = re.compile(r"""\.text\(['"]([a-z._]+)['"] if \w+ else ['"]([a-z._]+)['"]""")


def used() -> set[str]:
    """Keys written out in templates and code, and those made of a name from a closed list."""
    files = [*FOLDER.glob("templates/*.html"), *FOLDER.rglob("*.py")]
    texts = [path.read_text("utf-8") for path in files]
    written = {key for text in texts for key in LITERAL.findall(text)}
    written |= {key for text in texts for pair in CHOICE.findall(text) for key in pair}
    made = {f"sort.{s.value}" for s in Sort} | {f"facet.{f}" for f in FACETS} | {f"run.{s.value}" for s in RunStatus}
    made |= {f"read.{f}" for f in FIELDS if f not in FACETS} | {f"misread.{code}" for code in MISREADINGS}
    made |= {f"refused.{code}" for code in REFUSALS}
    made |= {f"export.{column}" for column in COLUMNS} | {"price.below", "price.upto", "price.above", "price.from"}
    made |= {f"feed.{name}{end}" for name, _, _ in FEEDS for end in ("", "_holds")}
    made |= {f"feed.{chosen}" for chosen in ("source", "kind", "field")}
    made |= {f"tip.{tip}{end}" for tip in TIPS for end in ("", "_means")}
    made |= {f"follow.days_{days}" for days in PERIODS} | {f"follow.{page}" for page in ("asked", "stopped", "gone")}
    made |= {f"follow.{page}_title" for page in ("asked", "confirm", "active", "stopped", "gone")}
    made |= {f"follow.{page}_lead" for page in ("confirm", "active")}
    made |= {f"dumps.format_{name}" for name in (*FORMATS, "csvw")}
    made |= {f"hook.{page}{end}" for page in ("opened", "stopped", "gone") for end in ("", "_title")} | {"hook.form"}
    made |= {"hook.state_title"} | {f"hook.state_{state.value}" for state in State}
    made |= {f"hook.wrong_{code}" for code in ("form", "port", "long", "host", "waiting", "node", "wide")}
    made |= {f"hook.do_{action}" for action in (*ACTIONS, "stop")} | {f"hook.failed_{name}" for name in NAMED}
    made |= {f"match.{reason}" for reason in (*MERGING, "decided")}
    made |= {f"offer.{one.name.lower()}" for one in (*Rights, *Client)} | {f"offer.{one.value}" for one in Partnership}
    made |= {f"code.{relation.value}" for relation in Relation}
    made |= {text for _, text in OF_KIND} | {f"check.outcome_{one}" for one in OUTCOMES}
    made |= {f"check.severity_{one.value}" for one in Severity} | {f"standard.ob_{one.value}" for one in Obligation}
    made |= {f"standard.effect_{one.effect}" for one in rules().disclosure} | standard_words()
    made |= {f"policy.{m.value}" for m in PolicyMode} | {f"group.{name}" for name, _ in GROUPS}
    made |= {f"health.{condition.value}{end}" for condition in Condition for end in ("", "_means")}
    made |= {f"error.{part}_{said}" for said in (*KNOWN, "version") for part in ("title", "text")}
    made |= {f"enum.{e.value}" for e in (*DemandState, *OrganisationRole)} | {"enum.approve"}
    return written | made | {f"part.{name}" for name in parts()}


def standard_words() -> set[str]:
    """What the page of the standard says of fields and rules, by what its document holds."""
    told = standard(current())
    every = [field for kind in told.kinds for field in kind.fields]
    words = {f"type.{field.type}" for field in every}
    words |= {f"standard.by_{field.given_by}" for field in every if field.given_by != "source"}
    words |= {f"standard.vis_{field.visibility}" for field in every if field.visibility != "P"}
    return words | {f"standard.schema_{rule.json_schema or 'none'}" for rule in told.rules}


def parts() -> set[str]:
    """Parts of the composite values that pages show part by part."""
    shown_whole = {
        "Text",
        "Words",
        "PartialDate",
        "Period",
        "Price",
        "Agent",
        "Contributor",
        "Trl",
        "Membership",
        "Quality",
    }
    shown_elsewhere = {"Value", "Provenance", "Origin"}
    types = [v for v in vars(values).values() if isinstance(v, type) and issubclass(v, values.Value)]
    composites = [t for t in types if t.__name__ not in shown_whole | shown_elsewhere]
    return {name for t in composites for name in t.__struct_fields__} - {"order", "valid"}


def test_every_used_key_exists_and_none_is_unused() -> None:
    known = Catalogue().keys
    assert sorted(used() - known) == []
    assert sorted(known - used()) == []


def test_both_languages_have_the_same_places_to_fill() -> None:
    catalogue = Catalogue()
    for key in catalogue.keys:
        zh, en = (catalogue.text(key, lang) for lang in Lang)
        assert zh.strip()
        assert en.strip()
        assert sorted(re.findall(r"{\w+}", zh)) == sorted(re.findall(r"{\w+}", en)), key
        assert not re.search("[\u4e00-\u9fff]", en), key


def test_a_missing_key_is_named() -> None:
    with pytest.raises(MessageError, match=r"nothing\.here.*messages\.toml"):
        Catalogue().text("nothing.here", Lang.ZH)
