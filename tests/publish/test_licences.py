import pytest

from publish.licences import licence
from tests.publish import samples


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("http://www.creativecommons.org/licenses/by-nc-sa/4.0", "CC BY-NC-SA 4.0"),
        ("https://creativecommons.org/licenses/by/3.0/cn/", "CC BY 3.0 CN"),
        ("https://creativecommons.org/licenses/by/4.0/deed.zh-hans", "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "CC BY 4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL 1.0"),
        ("https://data.example.cn/licence/open-gov", "https://data.example.cn/licence/open-gov"),
        ("https://evil.example/creativecommons.org/licenses/by/4.0/", "https://evil.example/creativecommons.org/licenses/by/4.0/"),
    ],
)  # fmt: skip
def test_known_licences_go_by_their_short_names(address: str, name: str) -> None:
    assert (licence(address).name, licence(address).href) == (name, address)


@pytest.mark.parametrize("given", [samples.EVIL, "依来源平台规定", ""])
def test_what_may_not_be_linked_stays_text(given: str) -> None:
    assert (licence(given).name, licence(given).href) == (given, None)
