"""English names of places whose characters have several readings."""

import pytest

from vocab.codes import scheme


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("310112", "Minhang District"),
        ("310105", "Changning District"),
        ("140400", "Changzhi"),
        ("140428", "Zhangzi County"),
        ("341500", "Lu'an"),
        ("350200", "Xiamen"),
        ("500000", "Chongqing"),
        ("610000", "Shaanxi"),
        ("222404", "Hunchun"),
    ],
)
def test_polyphonic_names(code: str, name: str) -> None:
    assert scheme("gbt2260").concepts[code].en == name
