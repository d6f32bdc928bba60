"""Generates the fictional achievements of one province from a seed: the same seed, the same province, for ever."""

import random
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from chengguo.demo.fiction import Asking, Fiction, Patent, Secrecy, Unit
from vocab.codes import label
from vocab.identifiers import patent_check, uscc_check

SEED = 20260901
STAGE_TRL = {"1": (2, 4), "2": (4, 6), "3": (7, 9)}
PROGRAMMES = (
    ("P3", "2021YF{letter}{n:07d}"),
    ("P1", "5{n:07d}"),
    ("07", "示例科计〔{year}〕{n:04d}号"),
    ("O", "示例重点研发{year}-{n:05d}"),
)


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(files("chengguo.demo").joinpath("words.toml").read_text("utf-8"))


class Province:
    """One province's generator. `prefix` is the registration prefix (9 + two digits of GB/T 2260)."""

    def __init__(self, region: str, cities: Sequence[tuple[str, str]], key: str) -> None:
        self.region = region
        self.cities = cities  # (six digits, name)
        self.key = key  # pattern of the local id: "BJ-{n:06d}"
        self.random = random.Random(f"{SEED}-{region}")
        self.units = [self._unit(city) for city in cities for _ in range(max(2, 14 // len(cities)))]

    def achievements(self, count: int) -> list[Fiction]:
        return [self._achievement(number) for number in range(1, count + 1)]

    def _unit(self, city: tuple[str, str]) -> Unit:
        code, name = city
        stem_zh, stem_en = _pair(self.random.choice(words()["organisations"]["stems"]))
        type_zh, type_en, prefix = _pair(self.random.choice(words()["organisations"]["types"]))
        body = f"{prefix}{code}TE{self.random.randrange(10**7):07d}"
        en = f"{label(f'gbt2260/{code}', 'en')} {stem_en} {type_en}"
        return Unit(f"{name}{stem_zh}{type_zh}", en, body + uscc_check(body), code)

    def _achievement(self, number: int) -> Fiction:
        pick = self.random
        field = pick.choice("1122344456678")
        subject_zh, subject_en = _pair(pick.choice(words()["subjects"][field]))
        aspect_zh, aspect_en, form = _pair(pick.choice(words()["aspects"]["list"]))
        stage = pick.choice("112223")
        year = pick.choice((2021, 2022, 2023, 2024, 2024, 2025, 2025))
        month = pick.randint(1, 12)
        units = tuple(pick.sample(self.units, pick.choice((1, 1, 2, 2, 3))))
        programme, project_no = self._project(year)
        return Fiction(
            number=number,
            local_id=self.key.format(n=number),
            registration_no=f"9{self.region[:2]}{year + 1}Y{number % 10_000:04d}",
            title=f"{self._qualifier()}{subject_zh}{aspect_zh}",
            title_en=aspect_en.format(s=subject_en),
            abstract=self._abstract(subject_zh, field),
            keywords=(subject_zh, aspect_zh, pick.choice(words()["sentences"]["indicators"])),
            field=field,
            form=form,
            stage=stage,
            trl=pick.randint(*STAGE_TRL[stage]),
            units=units,
            people=tuple(self._person() for _ in range(pick.randint(2, 5))),
            region=units[0].region,
            completed=f"{year}-{month:02d}",
            registered=f"{year + 1}-{pick.randint(1, 6):02d}-{pick.randint(1, 28):02d}",
            project_no=project_no,
            programme=programme,
            patents=tuple(self._patent(year, subject_zh) for _ in range(pick.choice((0, 1, 1, 2)))),
            transfer=tuple(sorted(pick.sample("23456", pick.choice((1, 2, 2))))),
            asking=self._asking(),
            secrecy=Secrecy(),
            contact="科技成果转化办公室",
            telephone=f"0{pick.randint(10, 29)}-5555{pick.randint(0, 9999):04d}",
            modified=f"2026-{pick.randint(1, 8):02d}-{pick.randint(1, 28):02d}T{pick.randint(0, 23):02d}:00:00Z",
        )

    def _qualifier(self) -> str:
        return self.random.choice(("", "", "", "高性能", "新型", "绿色", "面向产业化的", "低成本", "大尺寸", "智能化"))

    def _abstract(self, subject: str, field: str) -> str:
        pick, sentences = self.random, words()["sentences"]
        values = {
            "s": subject,
            "f": FIELD_NAMES[field],
            "p": pick.choice(sentences["problems"]),
            "m": pick.choice(sentences["methods"]),
            "i": pick.choice(sentences["indicators"]),
            "n": pick.randint(8, 60),
            "h": pick.choice((500, 1000, 2000, 3000)),
            "d": pick.randint(2, 9),
            "q": pick.randint(95, 99),
            "k": pick.randint(2, 12),
            "c": pick.choice(self.cities)[1],
        }
        return "".join(
            pick.choice(sentences[part]).format(**values) for part in ("background", "method", "indicator", "use")
        )

    def _person(self) -> str:
        people = words()["organisations"]
        return f"{self.random.choice(people['surnames'])}{self.random.choice(people['given'])}"

    def _project(self, year: int) -> tuple[str, str]:
        programme, pattern = self.random.choice(PROGRAMMES)
        letter = self.random.choice("ABCE")
        digits = 10**4 if programme in ("07", "O") else 10**7
        return programme, pattern.format(letter=letter, year=year, n=self.random.randrange(digits))

    def _patent(self, year: int, subject: str) -> Patent:
        pick = self.random
        digits = f"{year - 1}{pick.choice('1112')}99{pick.randrange(10**5):05d}"  # serials from 9900000: not assigned
        return Patent(f"{digits}.{patent_check(digits)}", f"一种{subject}的方法与装置", pick.random() < 0.7)

    def _asking(self) -> Asking:
        pick = self.random
        low = pick.choice((None, None, 20, 50, 80, 120, 300, 500))
        return Asking(low, low and pick.choice((None, None, low * 2)))


FIELD_NAMES = {
    "1": "电子信息",
    "2": "生物与新医药",
    "3": "航空航天",
    "4": "新材料",
    "5": "高技术服务",
    "6": "新能源与节能",
    "7": "资源与环境",
    "8": "先进制造与自动化",
}


def _pair(line: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in line.split("|"))
