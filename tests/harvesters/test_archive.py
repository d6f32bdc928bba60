"""ZIP drops and gzip: read member by member, judged before they are unpacked."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from harvesters.archive import members, open_archive
from harvesters.base import LimitExceeded, Limits, TerminalError
from tests.harvesters.files import KEY, XLSX, guangdong, refused, served, values, zipped

ONE = "登记号,名\n1,甲\n2,乙\n"
TWO = "登记号\t名\n3\t丙\n"


def windows_zip(entries: dict[str, bytes]) -> bytes:
    """As Windows in China packs it: names in GBK, and no flag that says so."""
    stand_ins = {name: f"{number:0{len(name.encode('gbk'))}d}" for number, name in enumerate(entries)}
    body = zipped({stand_ins[name]: content for name, content in entries.items()})
    for name, stand_in in stand_ins.items():
        assert body.count(stand_in.encode()) == 2
        body = body.replace(stand_in.encode(), name.encode("gbk"))
    return body


def test_every_member_is_read_by_the_same_rules() -> None:
    body = zipped(
        {
            "上报/一.csv": ONE.encode("gb18030"),
            "上报/二.tsv": TWO.encode(),
            "三.json": '[{"登记号": "4"}]'.encode(),
            "四.xml": "<r><x><登记号>5</登记号></x></r>".encode(),
            "__MACOSX/._一.csv": b"\0\5",
            "上报/.DS_Store": b"\0",
            "~$二.tsv": b"lock",
        }
    )
    records, unreadable, complete = served(body, KEY, "application/zip", "cgsb.zip")
    assert [each.identifier for each in records] == ["1", "2", "3", "4", "5"]
    assert values(records[:1]) == [{"登记号": "1", "名": "甲"}]
    assert (unreadable, complete) == ([], True)


def test_members_are_chosen_by_name_and_named_in_positions() -> None:
    body = zipped({"一.csv": "登记号,名\n,甲\n2,乙\n".encode(), "说明.doc": b"\0\1"})
    records, unreadable, complete = served(body, KEY | {"member_pattern": r"\.csv$"}, name="a.zip")
    assert [each.identifier for each in records] == ["2"]
    assert [each.identifier for each in unreadable] == ["一.csv, row 2"]
    assert not complete
    assert "no file that member_pattern fits" in str(refused(body, KEY | {"member_pattern": "xlsx$"}, "a.zip"))


def test_a_member_that_cannot_be_read_ends_the_pass_by_its_name() -> None:
    error = refused(zipped({"一.csv": ONE.encode(), "说明.pdf": b"%PDF-1.4"}), KEY, "a.zip")
    assert "说明.pdf is a PDF document" in str(error)


def test_a_workbook_inside_and_a_workbook_itself_are_told_apart() -> None:
    where = KEY | {"header_row": 2, "unit_row": 3}
    inside, _, _ = served(zipped({"广东.xlsx": guangdong()}), where, "application/zip", "a.zip")
    itself, _, _ = served(guangdong(), where, XLSX, "a.zip")
    assert [each.body for each in inside] == [each.body for each in itself]


def test_names_in_gbk_without_a_flag_are_read() -> None:
    body = windows_zip({"陕西成果上报.csv": ONE.encode("gb18030"), "其他.csv": b"id\n1\n"})
    with open_archive(io.BytesIO(body), Limits(), "x") as archive:
        assert [name for name, _ in members(archive)] == ["陕西成果上报.csv", "其他.csv"]
    records, _, _ = served(body, KEY | {"member_pattern": "^陕西"}, name="cgsb610.zip")
    assert [each.identifier for each in records] == ["1", "2"]


@pytest.mark.parametrize("name", ["../../outside.csv", "/tmp/outside.csv", "a/../../outside.csv", "..\\outside.csv"])
def test_a_path_in_an_archive_leads_nowhere(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    records, _, _ = served(zipped({name: ONE.encode()}), KEY, name="a.zip")
    assert len(records) == 2
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not Path("/tmp/outside.csv").exists()


def test_an_archive_in_an_archive_is_refused() -> None:
    inner = zipped({"一.csv": ONE.encode()})
    for body in (zipped({"内.zip": inner}), zipped({"内.csv.gz": gzip.compress(ONE.encode())}), gzip.compress(inner)):
        assert "an archive inside an archive" in str(refused(body, KEY, "a.zip"))


def test_bombs_are_refused_before_they_unpack() -> None:
    assert isinstance(refused(zipped({"a.csv": b"0" * 30_000_000}), KEY, "a.zip"), LimitExceeded)
    assert isinstance(refused(zipped({"a.csv": b"01" * 3000}), KEY, "a.zip", max_bytes=5000), LimitExceeded)
    assert isinstance(refused(zipped({f"{n}.csv": b"" for n in range(2001)}), KEY, "a.zip"), LimitExceeded)
    assert "times its size" in str(refused(gzip.compress(b"0" * 30_000_000), KEY, "a.csv.gz"))


def test_a_member_that_is_larger_than_the_directory_says_is_refused() -> None:
    honest = zipped({"a.csv": b"id\n" + b"1" * 5000})
    lie = honest.replace(struct.pack("<I", 5003), struct.pack("<I", 10))
    assert lie != honest
    assert type(refused(lie, {}, "a.zip")) is TerminalError


def test_a_broken_or_locked_archive_is_refused() -> None:
    body = zipped({"a.csv": bytes(range(256)) * 40})
    broken = body[:60] + bytes(each ^ 0xFF for each in body[60:80]) + body[80:]
    assert "a.csv is broken in the archive" in str(refused(broken, KEY, "a.zip"))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", ONE)
    locked = bytearray(file.getvalue())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(magic) + offset] |= 1
    assert "locked with a password" in str(refused(bytes(locked), KEY, "a.zip"))


def test_gzip() -> None:
    records, _, complete = served(gzip.compress(ONE.encode("gb18030")), KEY, "application/gzip", "a.csv.gz")
    assert ([each.identifier for each in records], complete) == (["1", "2"], True)
    records, _, _ = served(gzip.compress(b'{"id": 1}\n{"id": 2}\n'), {}, "application/gzip", "a.jsonl.gz")
    assert [each.identifier for each in records] == ["1", "2"]
    cut = gzip.compress(ONE.encode() * 50)[:-9]
    assert "the gzip file is broken" in str(refused(cut, KEY, "a.csv.gz"))
