"""Names of organisations and people, in order, without what was stamped, numbered or noted beside them."""

import re
from functools import lru_cache
from typing import Final

from vocab.identifiers import normalise_uscc
from vocab.parse.lists import items, strip_decorations
from vocab.parse.parsed import NOTHING, Options, Parsed, problem
from vocab.parse.scalar import one, tidy
from vocab.problem import Problem, Severity
from vocab.tree import Tree
from vocab.values import Agent, Contributor

_NAME_KEYS: Final = ("name", "zh", "名称", "单位名称", "姓名", "orgName", "value", "#text")
_USCC_KEYS: Final = ("uscc", "creditCode", "unifiedSocialCreditCode", "统一社会信用代码")
_ORG_KEYS: Final = ("org", "affiliation", "organisation", "单位", "工作单位", "所在单位")
_CODE: Final = re.compile(r"[（(\[【]?\s*((?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z]))\s*[)）\]】]?")
_BEHIND: Final = re.compile(r"(.+?)\s*[（(\[【](.+?)[)）\]】]")
_SPACES: Final = re.compile(r"\s+")
_BETWEEN: Final = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def parse_agent(tree: Tree, options: Options) -> Parsed:
    """One `Agent`: of several names the first. A credit code in brackets behind the name becomes its `uscc`."""
    parsed = parse_agents(tree, options)
    agents = parsed.value
    return Parsed(agents[0], parsed.problems) if isinstance(agents, tuple) and agents else NOTHING


def parse_agents(tree: Tree, _: Options) -> Parsed:
    """A tuple of `Agent`, numbered from 1; without number where the source says that order means nothing.

    Problem `list-incomplete` (information) when the source names fewer than it says there are (等3家).
    """
    if isinstance(tree, dict) or (isinstance(tree, list) and any(isinstance(item, dict) for item in tree)):
        found = [agent for agent in map(_from_object, tree if isinstance(tree, list) else [tree]) if agent]
        return Parsed(tuple(_numbered(found, False))) if found else NOTHING
    return _agents_of(tree) if isinstance(tree, str) else _agents(tree)


def _agents(tree: Tree) -> Parsed:
    names, unordered, said = items(tree)
    agents = [agent for agent in map(_agent, names) if agent]
    if not agents:
        return NOTHING
    return Parsed(tuple(_numbered(agents, unordered)), _incomplete(len(agents), said))


_agents_of = lru_cache(maxsize=8_192)(_agents)  # the same few organisations stand behind most records of a source


def parse_contributors(tree: Tree, _: Options) -> Parsed:
    """A tuple of `Contributor`, numbered from 1; `张三（清华大学）` and objects with a unit give the organisation."""
    if isinstance(tree, dict):
        tree = [tree]
    if isinstance(tree, list) and any(isinstance(item, dict) for item in tree):
        pairs = [_person_object(item) for item in tree]
        said = None
    else:
        names, _unordered, said = items(tree)
        pairs = [_person(name) for name in names]
    people = [pair for pair in pairs if pair[0]]
    if not people:
        return NOTHING
    value = tuple(Contributor(name, order, org) for order, (name, org) in enumerate(people, start=1))
    return Parsed(value, _incomplete(len(value), said))


def _numbered(agents: list[Agent], unordered: bool) -> list[Agent]:
    return [Agent(a.name, a.iri, a.uscc, None if unordered else order) for order, a in enumerate(agents, start=1)]


def _agent(text: str) -> Agent | None:
    uscc = None
    if len(text) > 18 and (match := _CODE.search(text)) and (uscc := normalise_uscc(match[1])):
        text = text[: match.start()] + text[match.end() :]
    if len(text.split(None, 1)) > 1:
        text = _BETWEEN.sub("", _SPACES.sub(" ", text))
    name = text.strip("：: 《》“”\"'\n\t")
    return Agent(name, uscc=uscc) if name else None


def _from_object(tree: Tree) -> Agent | None:
    if not isinstance(tree, dict):
        text = one(tree)
        return _agent(strip_decorations(tidy(text))[0]) if text else None
    name = one(next((tree[key] for key in _NAME_KEYS if key in tree), None))
    agent = _agent(strip_decorations(tidy(name))[0]) if name else None
    if agent is None:
        return None
    code = one(next((tree[key] for key in _USCC_KEYS if key in tree), None))
    return Agent(agent.name, uscc=(normalise_uscc(code) if code else None) or agent.uscc)


def _person(text: str) -> tuple[str, str | None]:
    if text.isalpha():
        return text, None
    match = _BEHIND.fullmatch(text)
    name, org = (match[1], match[2].strip()) if match else (text, None)
    return _BETWEEN.sub("", name).strip("：: *"), org


def _person_object(tree: Tree) -> tuple[str, str | None]:
    if not isinstance(tree, dict):
        return _person(tidy(one(tree) or ""))
    name = one(next((tree[key] for key in _NAME_KEYS if key in tree), None))
    org = one(next((tree[key] for key in _ORG_KEYS if key in tree), None))
    return _BETWEEN.sub("", tidy(name or "")), tidy(org) if org else None


def _incomplete(named: int, said: int | None) -> tuple[Problem, ...]:
    if said is None or 0 < said <= named:
        return ()
    words = f"the source says there are {said}" if said else "the source says there are more"
    return (problem("list-incomplete", f"{words} and names {named}", severity=Severity.INFO),)
