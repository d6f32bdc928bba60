"""The tables of saved searches, beside the ledger's own.

subscription   a search that somebody follows by e-mail; the row, address and all, is deleted when they stop
alert          the records found for each, once: `letter` is empty until they are put into one, and `told` when it was sent.
               A row goes with its public record, so nothing that was withdrawn can be told
letter         what has to be sent; its id names the message, however often it is sent
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
