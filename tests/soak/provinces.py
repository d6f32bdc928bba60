"""Simulated provinces that flap, delete, re-key and lie, round after round; and what is true of them all the same.

Run as a program it serves their listings: `python -m tests.soak.provinces STATE PORT`. It reads STATE at every request, so that
whoever keeps the truth says in one file what the next round looks like.
"""

import os
import random
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

WELL = "well"
MOODS = (WELL, "down", "cut", "login", "total-is-zero", "total-is-too-large", "pages-overlap", "empty")
PAGE = 7
REKEYED = 0.05  # share of rounds in which a province changes all its keys
SECRET = "机密内容"  # stands in the title of every record that is marked secret, and must never be seen


@dataclass
class Province:
    """A listing as it truly is: records by key. `mood` is how its platform answers in this round."""

    name: str
    dice: random.Random
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    mood: str = WELL
    made: int = 0
    rekeyed: int = 0

    def round(self) -> None:
        """Some records come, change, go, are deleted in so many words, become secret, or change their key."""
        for _ in range(self.dice.randint(0, 3)):
            self._add()
        for key in self._some(0.10):
            self.records[key]["成果名称"] = self._title()
        for key in self._some(0.05):
            del self.records[key]
        for key in self._some(0.04):
            self.records[key]["状态"] = "已删除"
        for key in self._some(0.03):
            self.records[key] |= {"密级": "机密", "成果名称": f"{SECRET}{self.dice.random()}"}
        if self.dice.random() < REKEYED:
            self.rekeyed += 1
            forward = self.dice.random() < 0.6  # else back to keys that were used before, where there were any
            self.records = {self._other(key, forward): record for key, record in self.records.items()}
        self.mood = self.dice.choice(MOODS) if self.dice.random() < 0.4 else WELL

    def public(self) -> list[str]:
        """Titles of what may be shown of it, sorted."""
        shown = (one for one in self.records.values() if one["密级"] == "非涉密" and one["状态"] == "正常")
        return sorted(one["成果名称"] for one in shown)

    def _add(self) -> None:
        self.made += 1
        key = f"{self.name}-{self.made}"
        self.records[key] = {
            "登记号": f"9{self.name[-2:]}2019Y{self.made:04}",
            "成果名称": self._title(),
            "简介": "一种材料。",
            "密级": "非涉密",
            "公开属性": "公开",
            "审查结论": "approve",
            "审查单位": "某大学保密办",
            "审查日期": "2025-06-01",
            "课题来源": "国家重点研发计划",
            "完成单位": "某大学",
            "状态": "正常",
        }

    def _other(self, key: str, forward: bool) -> str:
        return f"新{key}" if forward or not key.startswith("新") else key.removeprefix("新")

    def _some(self, share: float) -> list[str]:
        return [key for key in self.records if self.dice.random() < share]

    def _title(self) -> str:
        return f"{self.name}的成果{self.dice.randrange(10**9)}"


def write(state: Path, provinces: list[Province]) -> None:
    """What the platforms answer from now on."""
    body = msgspec.json.encode({one.name: {"mood": one.mood, "records": one.records} for one in provinces})
    new = state.with_suffix(".new")
    new.write_bytes(body)
    os.replace(new, state)


def page(mood: str, records: dict[str, dict[str, Any]], number: int) -> dict[str, Any]:
    """One page of a listing, as honest as the mood."""
    rows = [{"编号": key, **record} for key, record in records.items()] if mood != "empty" else []
    start = (number - 1) * PAGE
    first = max(0, start - 2) if mood == "pages-overlap" else start
    total = {"total-is-zero": 0, "total-is-too-large": 3 * len(rows) + 1}.get(mood, len(rows))
    return {"total": total, "rows": rows[first : start + PAGE]}


class Platforms(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state: Path

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        province = msgspec.json.decode(self.state.read_bytes())[parts.path.strip("/")]
        mood, number = province["mood"], int(parse_qs(parts.query)["page"][0])
        if mood == "down":
            self._answer(502, b"bad gateway", "text/plain")
        elif mood == "login":
            self._answer(200, "<html><title>登录</title></html>".encode(), "text/html")
        else:
            body = msgspec.json.encode(page(mood, province["records"], number))
            self._answer(200, body, "application/json", cut=mood == "cut" and number > 1)

    def _answer(self, status: int, body: bytes, media_type: str, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's word
        """Quiet."""


if __name__ == "__main__":
    Platforms.state = Path(sys.argv[1])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Platforms).serve_forever()
