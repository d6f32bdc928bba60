"""`chengguo dictionary build`: what search knows of the records' own language."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chengguo.commands.options import HomeOption, JsonOption, opened
from chengguo.node import Node
from chengguo.progress import meter
from chengguo.terminal import print_json, results

PAGE = 1000  # records read at a time

app = typer.Typer(help="The words that search knows beside those that come with the program.", no_args_is_help=True)


class Built(msgspec.Struct, frozen=True):
    """`words` are kept whole by the segmenter, `english` terms find Chinese records, `spellings` can be proposed."""

    folder: str
    records: int
    words: int
    english: int
    spellings: int


@app.command()
def build(
    terms: Annotated[
        list[Path] | None,
        typer.Option(
            "--terms", help="A file of bilingual terms, ENGLISH tab CHINESE a line; may be given again.", exists=True
        ),
    ] = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Learn words, English terms and spellings from all public records, the code lists and CC-CEDICT.

    CC-CEDICT is read when the package that carries it is installed (chengguo[cedict]). Searches know the result after the
    next start; run `chengguo project --rebuild search` to cut the records by the new words as well.
    """
    from search import cedict, lexicon
    from search.question import default_language

    with Node(*opened(home)) as node, meter("dictionary") as shown:
        learner = lexicon.Learner(default_language().analyser)
        total, seq = sum(node.ledger.counts().values()), 0
        while page := node.ledger.page(seq, PAGE):
            for public in page:
                learner.show(public)
            seq = page[-1].seq
            shown.at("records", learner.records, total)
        learned = learner.learned(lexicon.code_lists(), cedict.terms(), *map(lexicon.terms, terms or ()))
        lexicon.write(learned, node.home.dictionary)
        shown.end("records", learner.records)
        built = Built(
            folder=str(node.home.dictionary),
            records=learner.records,
            words=len(learned.words),
            english=len(learned.bilingual.entries),
            spellings=len(learned.vocabulary.counts) if learned.vocabulary else 0,
        )
    if json:
        print_json(built)
        return
    results().print(
        f"{built.records:,} records taught {built.words:,} words, {built.english:,} English terms and "
        f"{built.spellings:,} spellings: {built.folder}"
    )
