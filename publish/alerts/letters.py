"""The letters to those who follow a search, in their language: plain text, and the same as simple HTML.

They are written of the public view at the moment of sending, so that what was withdrawn meanwhile is in none of them.
"""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from urllib.parse import parse_qsl, urlsplit

import msgspec
from starlette.datastructures import QueryParams

from federation.alerts.outbox import UNTOLD, Letter
from federation.alerts.subscriptions import LONGEST_SEARCH
from federation.clock import now
from federation.views import PublicView
from publish.languages import Lang
from publish.links import record_path
from publish.messages import catalogue
from publish.plain import writable
from publish.portal.asked import PATH, asked
from publish.settings import SiteSettings
from vocab.kinds import KINDS
from vocab.public import PublicRecord

FOLLOW = "/follow"
LONGEST_SUBJECT = 120


class Item(msgspec.Struct, frozen=True):
    """A record in a letter."""

    title: str
    said: str
    href: str


class Writer:
    def __init__(self, view: PublicView, settings: SiteSettings, sender: str) -> None:
        self._view, self._settings, self._sender = view, settings, sender

    def write(self, letter: Letter) -> EmailMessage | None:
        """None when nothing of what it was to tell is public any more."""
        if letter.confirms:
            return self._confirming(letter)
        records = self._view.records(letter.iris)
        items = [self._item(records[iri], Lang(letter.to.lang)) for iri in letter.iris if iri in records]
        return self._news(letter, items) if items else None

    def _confirming(self, letter: Letter) -> EmailMessage:
        texts, to = self._texts(letter), letter.to
        page = f"{self._settings.base_url}{FOLLOW}/{to.key}"
        # The words of the search stay out: anybody may ask, for anybody's address, and would have us send theirs.
        subject = texts.text("alert.confirm_subject", site=self._site(to.lang))
        plain = [texts.text("alert.confirm_why", site=self._site(to.lang)), page, texts.text("alert.confirm_ignore")]
        html = [_paragraph(plain[0]), f"<p>{_link(page, texts.text('alert.confirm_go'))}</p>", _paragraph(plain[2])]
        return self._message(letter, subject, plain, html)

    def _news(self, letter: Letter, items: list[Item]) -> EmailMessage:
        texts, to = self._texts(letter), letter.to
        page, found = f"{self._settings.base_url}{FOLLOW}/{to.key}", self._found(letter)
        count = f"{UNTOLD}+" if letter.total >= UNTOLD else str(letter.total)
        subject = texts.text("alert.subject", search=self._named(letter), n=count)
        head = texts.text("alert.head", search=self._named(letter), n=count)
        plain, html = [head], [_paragraph(head), "<ul>"]
        for item in items:
            plain.append(f"{item.title}\n{item.said}\n{item.href}")
            html.append(f"<li>{_link(item.href, item.title)}<br>{escape(item.said)}</li>")
        html.append("</ul>")
        left = letter.total > len(items)
        more = texts.text("alert.more" if left else "alert.whole")
        end = texts.text("alert.stop")
        plain += [f"{more}\n{found}", f"{end}\n{page}"]
        html += [f"<p>{_link(found, more)}</p>", f"<p>{_link(page, end)}</p>"]
        message = self._message(letter, subject, plain, html)
        message["List-Unsubscribe"] = f"<{page}/stop>"  # RFC 8058: a POST there ends it, without a question
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return message

    def _message(self, letter: Letter, subject: str, plain: list[str], html: list[str]) -> EmailMessage:
        lang, host = Lang(letter.to.lang), urlsplit(self._settings.base_url).hostname or "localhost"
        message = EmailMessage()
        message["From"] = Address(_line(self._site(lang)), addr_spec=self._sender)
        message["To"] = Address(addr_spec=letter.to.address)
        message["Subject"] = _line(subject)[:LONGEST_SUBJECT]
        message["Date"] = parsedate_to_datetime(format_datetime(now()))
        message["Message-ID"] = f"<{letter.id}@{host}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers
        message["Content-Language"] = lang.tag
        message.set_content(writable("\n\n".join(plain)) + "\n", cte="base64")
        body = "\n".join(html)
        page = (
            f'<!doctype html>\n<html lang="{lang.tag}"><meta charset="utf-8"><body>\n{writable(body)}\n</body></html>\n'
        )
        message.add_alternative(page, subtype="html", cte="base64")
        return message

    def _item(self, record: PublicRecord, lang: Lang) -> Item:
        document = KINDS[record.kind].document(record)
        title = (document.title_en if lang is Lang.EN else "") or document.title_zh or document.title_en
        path = record_path(record.iri, self._settings.base_url)
        href = self._settings.base_url + path if path else record.iri
        said = [*document.orgs[:2], record.first[:10]]
        return Item(_line(title), _line(" · ".join(said)), href)

    def _texts(self, letter: Letter) -> "Texts":
        return Texts(Lang(letter.to.lang))

    def _site(self, lang: str) -> str:
        title = self._settings.title
        return (title.en if lang == Lang.EN else "") or title.zh

    def _named(self, letter: Letter) -> str:
        """The search in a few words."""
        wanted = asked(QueryParams(parse_qsl(letter.to.search)), LONGEST_SEARCH)
        narrowed = wanted.narrowed
        return _line(wanted.text) or self._texts(letter).text("alert.chosen" if narrowed else "alert.everything")

    def _found(self, letter: Letter) -> str:
        return f"{self._settings.base_url}{PATH}?{letter.to.search}"


class Texts:
    """The texts of one language."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang

    def text(self, key: str, **values: object) -> str:
        return catalogue().text(key, self._lang, **values)


def _line(text: str) -> str:
    """Text of others as one line: no break in it can begin a header or pass for a line of ours."""
    return " ".join(writable(text).split())


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _link(href: str, text: str) -> str:
    return f'<a href="{escape(href)}">{escape(text)}</a>'
