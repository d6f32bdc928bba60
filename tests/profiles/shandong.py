"""山东 (C.4 P6): a signed gateway with STARTNUM and PAGENUM, in JSON or XML, and a clock that may differ from ours. Made up."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from tests.harvesters.servers.web import Asked, Reply
from tests.profiles.platform import Row, part

CLIENT, KEY = "sd-cl13nt-id", "sd-s3cr3t-k3y"
WINDOW = timedelta(minutes=10)


def row(number: int, **changes: Any) -> Row:
    record = {
        "CGBH": f"SD{number:05}",
        "CGMC": f"海洋防腐涂层{number}",
        "CGJJ": "一种涂层。",
        "GJC": "防腐；涂层",
        "DJH": f"3702019Y{number:04}",
        "DJRQ": "201903",
        "DJDW": "山东省科学技术厅",
        "CGLB": "应用技术成果",
        "CGSP": "暂无描述",
        "YYHY": "2641",
        "DYWCDW": "山东某某大学",
        "TYSHXYDM": "暂无描述",
        "KTLY": "省科技计划",
        "ZHFS": "转让",
        "DJFS": "协议定价",
        "NDJG": "80",
        "GSQSR": "20260101",
        "GSJZR": "20260120",
        "MJ": "非密",
        "GKSX": "公开",
        "SCYJ": "同意公开",
        "SCDW": "某大学保密办",
        "SCRQ": "20250601",
        "GXSJ": "2026-01-10 08:00:00",
    }
    return record | changes


class Gateway:
    """`ahead`: how far its clock is ahead of ours."""

    def __init__(self, rows: list[Row], ahead: timedelta = timedelta()) -> None:
        self.rows, self.ahead = rows, ahead
        self.refusals = 0
        self._nonces: set[str] = set()

    def __call__(self, asked: Asked) -> Reply:
        now = datetime.now(UTC) + self.ahead
        code, message = self._verdict(asked, now)
        self.refusals += code != "200"
        xml = asked.path.endswith("xml")
        body = (_xml if xml else _json)(code, message, self.rows if code == "200" else [], asked)
        head = (
            f"HTTP/1.1 {200 if code == '200' else 401} Told\r\nDate: {format_datetime(now, usegmt=True)}\r\n"
            f"Content-Type: {'text/xml' if xml else 'application/json'}; charset=UTF-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return Reply(raw=(head.encode(), body))

    def _verdict(self, asked: Asked, now: datetime) -> tuple[str, str]:
        names = ("x-client-id", "x-timestamp", "x-nonce", "x-signature")
        client, stamp, nonce, signature = (asked.headers.get(name, "") for name in names)
        expected = hmac.new(KEY.encode(), f"{client}{stamp}{nonce}".encode(), hashlib.sha256).digest()
        if client != CLIENT or signature != base64.b64encode(expected).decode():
            return "40101", "签名错误"
        if nonce in self._nonces:
            return "40103", "重复请求"
        self._nonces.add(nonce)
        if abs(datetime.fromtimestamp(int(stamp) / 1000, UTC) - now) > WINDOW:
            return "40102", "时间戳过期"
        return "200", "ok"


def _page(rows: list[Row], asked: Asked) -> list[Row]:
    return part(rows, int(asked.query["STARTNUM"]) - 1, int(asked.query["PAGENUM"]))


def _json(code: str, message: str, rows: list[Row], asked: Asked) -> bytes:
    data = {"total": len(rows), "rows": _page(rows, asked)}
    return json.dumps({"code": code, "message": message, "data": data}, ensure_ascii=False).encode()


def _xml(code: str, message: str, rows: list[Row], asked: Asked) -> bytes:
    cells = ("".join(f"<{k}>{escape(str(v))}</{k}>" for k, v in each.items()) for each in _page(rows, asked))
    listed = "".join(f"<ROW>{cell}</ROW>" for cell in cells)
    head = f"<code>{code}</code><message>{message}</message><total>{len(rows)}</total>"
    return f'<?xml version="1.0" encoding="UTF-8"?><RESULT>{head}<data>{listed}</data></RESULT>'.encode()
