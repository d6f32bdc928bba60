"""The tables of saved searches, beside the ledger's own.

subscription   a search that somebody follows by e-mail; the row, address and all, is deleted when they stop
alert          the records found for each, once: `letter` is empty until they are put into one, and `told` when it was sent.
               A row goes with its public record, so nothing that was withdrawn can be told
letter         what has to be sent; its id names the message, however often it is sent
hook           a search that a program follows: the address it is told at
hook_record    which records its search finds, as far as the log was looked through: so that one that ceases to be found can be told
hook_news      what has to be told to it, in the order of the log; without content
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from federation.schema import metadata, published

subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret", Text, nullable=False),  # what links in letters carry; it opens this row and nothing else
    Column("address", Text, nullable=False),
    Column("search", Text, nullable=False),  # the query of the address of a search
    Column("lang", Text, nullable=False),
    Column("days", Integer, nullable=False),  # between two letters
    Column("created", Text, nullable=False),
    Column("confirmed", Text),  # records that were first published later are told
    Column("due", Text, nullable=False),  # not confirmed: when it is forgotten; confirmed: the next letter
    CheckConstraint("days in (1, 7)", name="days"),
)
Index(None, subscription.c.address)
Index(None, subscription.c.due)

letter = Table(
    "letter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subscription", Text, ForeignKey(subscription.c.id, ondelete="CASCADE"), nullable=False),
    Column("confirms", Boolean, nullable=False),  # asks for the confirmation; else tells what is new
    Column("attempts", Integer, nullable=False),
    Column("due", Text, nullable=False),
)
Index(None, letter.c.subscription)
Index(None, letter.c.due)

alert = Table(
    "alert",
    metadata,
    Column("subscription", Text, ForeignKey(subscription.c.id, ondelete="CASCADE"), primary_key=True),
    Column("iri", Text, ForeignKey(published.c.iri, ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("letter", Text),
    Column("told", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
Index(None, alert.c.iri)
Index(None, alert.c.letter)

hook = Table(
    "hook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),  # sha256 of the key that manages it, which was shown once
    Column("secret", Text, nullable=False),  # signs what is sent: needed in the clear, shown once
    Column("address", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("search", Text, nullable=False),  # the query of the address of a search
    Column("challenge", Text, nullable=False),  # what the address has to echo before it is told anything
    Column("state", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("due", Text, nullable=False),  # the next try
    Column("attempts", Integer, nullable=False),  # that failed since one did not
    Column("failing", Text),  # since when
    Column("failure", Text, nullable=False),  # what went wrong last, in a word
    Column("told", Text),  # when it last took something
    Column("begun", BigInteger),  # changes after this one are told; null: it never echoed its challenge
    Column("upto", BigInteger),  # the last change of the delivery under way: it is repeated as it is until it is taken
    Column("until", Text),  # when a row that nobody uses is forgotten
    CheckConstraint("state in ('asked', 'active', 'paused', 'given-up')", name="state"),
)
Index(None, hook.c.host)
Index(None, hook.c.due)

hook_record = Table(
    "hook_record",
    metadata,
    Column("hook", Text, ForeignKey(hook.c.id, ondelete="CASCADE"), primary_key=True),
    Column("iri", Text, primary_key=True),  # no key of the public view: that it left is what has to be told
    sqlite_with_rowid=False,
)
Index(None, hook_record.c.iri)

hook_news = Table(
    "hook_news",
    metadata,
    Column("hook", Text, ForeignKey(hook.c.id, ondelete="CASCADE"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("iri", Text, nullable=False),
    Column("event", Text, nullable=False),
    CheckConstraint("event in ('new', 'changed', 'left', 'withdrawn')", name="event"),
    sqlite_with_rowid=False,
)
Index(None, hook_news.c.hook, hook_news.c.iri)
