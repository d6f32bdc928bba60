"""Text analysis, the same for every engine and for documents and queries: words, runs of characters, keys of identifiers.

Engines index what comes out of here with a whitespace tokenizer and analyse nothing themselves. A text is indexed twice:
as *words* (dictionary segmentation, each long word also by its parts), which help to rank, and as *grams* (every pair and every
three of adjacent characters, Latin words whole), which decide whether it matches, so that no cut can hide a text.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from operator import add
from pathlib import Path

import rjieba

from search.normalise import normalise

# Han (with extensions), 々〇, kana and Hangul syllables: the scripts written without spaces between words.
CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
CJK_RUN = re.compile(f"[{CJK}]+")
# A Latin token with its inner marks: pm2.5, zl201310699744.2, covid-19, r&d, c/sic, it's
_LATIN = f"[^\\W_{CJK}]+(?:[.\\-_/+'’&·][^\\W_{CJK}]+)*"
LATIN_RUN = re.compile(_LATIN)
RUN = re.compile(f"([{CJK}]+)|({_LATIN})")
MARKS = re.compile(r"[\-_/+'’&·]|(?<!\d)\.|\.(?!\d)")
# The look back comes after the first space: what begins with a space is searched for by it, ten times faster.
SPACED = re.compile(f"\\s(?<=[{CJK}]\\s)\\s*(?=[{CJK}])")
ENGLISH_STOP = """
the a an of and or for in on to with by from at as than then also between into about through during within among under over
this that these those it its we our they their which who what when where can could may might will would should must
is are was were be been being has have had do does did not no nor but if so such both each other more most
"""
STOP = frozenset("的了和与及之等或在对于为是") | {"一种", "以及", "及其", "基于", "用于"} | set(ENGLISH_STOP.split())
Runs = list[tuple[str, str]]  # (CJK, "") or ("", Latin), in order
KEY = re.compile(r"[^0-9A-Z\u4e00-\u9fff]")
NUMBER_PREFIX = re.compile(r"^(?:ZL|CN)(?=\d)")
THREE = "~"  # before three characters; no other token has it
LONGEST_TOKEN = 128  # characters; what is longer is a blob, not a word


def dictionary_words(path: Path | None = None) -> list[str]:
    """The words of a dictionary file (one a line, # starts a comment); without a path, those that come with the product.

    Raises OSError.
    """
    file = path or resources.files("search") / "data" / "dictionary.txt"
    lines = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [normalise(line) for line in lines if line]


class Analyser:
    """Cuts texts. `words` are added to the built-in dictionary; two analysers with the same words cut the same."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._jieba = rjieba.Jieba()
        for word in words:
            if CJK_RUN.fullmatch(word):
                self._jieba.add_word(word, None, None)

    def cut(self, text: str) -> list[str]:
        """The words of a query in order, nothing twice cut: 石墨烯基导热膜 -> 石墨烯, 基, 导热膜."""
        return self.cut_normalised(_plain(text))

    def cut_normalised(self, plain: str) -> list[str]:
        out: list[str] = []
        for cjk, other in RUN.findall(plain):
            out += self._jieba.cut(cjk, False) if cjk else [whole(other)]
        return out

    def words(self, text: str) -> list[str]:
        """The words of a document, in no order: those of `cut`, and the words inside long words as well."""
        return self._words(RUN.findall(_plain(text)))

    def words_between_spaces(self, text: str) -> list[str]:
        """The words of runs of CJK characters, and the words inside long words; spaces are given back as words of their own."""
        return self._jieba.cut_for_search(text, False)

    def _words(self, runs: Runs) -> list[str]:
        # All runs in one call: the segmenter never joins over a space, and calls cost more than characters.
        out = [word for word in self.words_between_spaces(" ".join([cjk for cjk, _ in runs if cjk])) if word != " "]
        for _, other in runs:
            if other:
                out += latin(other)
        return out


def _plain(text: str) -> str:
    return SPACED.sub("", normalise(text))


def grams(text: str) -> list[str]:
    """Pairs of adjacent CJK characters and whole Latin tokens, in order.

    The last character of a run follows alone. So every character starts some token (one character is found by
    prefix), and a phrase of pairs never matches across the end of a run.

    >>> grams("石墨烯PM2.5")
    ['石墨', '墨烯', '烯', 'pm2.5']
    """
    return _grams(RUN.findall(_plain(text)))


def _grams(runs: Runs) -> list[str]:
    out: list[str] = []
    for cjk, other in runs:
        if cjk:
            characters = [*cjk, ""]  # the last one makes a pair with nothing
            out += map(add, characters, characters[1:])
        else:
            out.append(whole(other))
    return out


def threes(runs: Runs) -> list[str]:
    """Every three adjacent CJK characters, marked, so that no pair begins as one does. As with pairs the last one of a run is
    short, so that no phrase reaches into the next run.

    >>> threes([("石墨烯膜", ""), ("", "pm2.5"), ("检测", "")])
    ['~石墨烯', '~墨烯膜', '~烯膜']
    """
    out: list[str] = []
    for cjk, _ in runs:
        if len(cjk) > 2:
            out += [THREE + cjk[at : at + 3] for at in range(len(cjk) - 1)]
    return out


@lru_cache(maxsize=10_000)
def sequence(text: str) -> tuple[tuple[str, ...], bool]:
    """As `phrase`, in fewer and rarer tokens where there are any: the threes of a text that is one run of CJK characters.

    >>> sequence("石墨烯")
    (('~石墨烯',), False)
    >>> sequence("PM2.5检测")
    (('pm2.5', '检测'), False)
    """
    runs = RUN.findall(_plain(text))
    if len(runs) == 1 and len(runs[0][0]) > 2:
        return tuple(threes(runs)[:-1]), False
    return phrase(text)


@lru_cache(maxsize=10_000)  # a page asks for the same few texts up to ten times: to match, to rank and to count
def phrase(text: str) -> tuple[tuple[str, ...], bool]:
    """The grams that a text must contain in this order to contain `text`, and whether the last is only a prefix.

    >>> phrase("石墨烯")
    (('石墨', '墨烯'), False)
    >>> phrase("膜")
    (('膜',), True)
    """
    tokens = tuple(grams(text))
    if not tokens or not CJK_RUN.match(tokens[-1]):
        return tokens, False
    if len(tokens) > 1 and len(tokens[-2]) == 2 and CJK_RUN.match(tokens[-2]):
        return tokens[:-1], False
    return tokens, True


@lru_cache(maxsize=50_000)
def latin(run: str) -> tuple[str, ...]:
    """A Latin token whole (without its inner marks) and, when it is made of several, its parts: covid-19 -> covid19, covid, 19."""
    parts = [stem(p) for p in MARKS.split(run) if p]
    return (whole(run), *(p[:LONGEST_TOKEN] for p in parts)) if len(parts) > 1 else (whole(run),)


@lru_cache(maxsize=50_000)
def whole(run: str) -> str:
    return stem(MARKS.sub("", run))[:LONGEST_TOKEN]


def stem(word: str) -> str:
    """English plurals without their ending (Harman's S stemmer); other words as they are."""
    if len(word) < 4 or not word.isascii() or not word.isalpha() or word[-1] != "s":
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    return word if word.endswith(("us", "ss", "is")) else word[:-1]


def identifier_key(text: str) -> str:
    """One spelling of a number: upper case letters, digits and Han alone; a patent number without its ZL or CN.

    >>> identifier_key("zl 2013 1 0699744.2")
    '2013106997442'
    """
    plain = text.upper() if text.isascii() else normalise(text).upper()
    key = plain if plain.isascii() and plain.isalnum() else KEY.sub("", plain)
    return (key if key[:1].isdigit() else NUMBER_PREFIX.sub("", key))[:LONGEST_TOKEN]


def looks_like_identifier(key: str) -> bool:
    return len(key) >= 6 and sum(c.isdigit() for c in key) >= 4
