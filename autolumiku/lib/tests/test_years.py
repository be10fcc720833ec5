"""Years of cars, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autolumiku.lib import years


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2019", 2019, 2019), ("tahun 2019", 2019, 2019), ("th 18", 2018, 2018), ("thn '98", 1998, 1998),
        ("2018 ke atas", 2018, None), ("2018keatas", 2018, None), ("2018+", 2018, None), ("min 2017", 2017, None),
        ("mulai dari 2016", 2016, None), ("di bawah 2015", None, 2015), ("2015 kebawah", None, 2015),
        ("2015-2018", 2015, 2018), ("2015-18", 2015, 2018), ("2015 sampai 2017", 2015, 2017), ("2010an", 2010, 2019),
        ("tahun 15 ke atas", 2015, None),
    ],
)  # fmt: skip
def test_a_year_and_a_span_are_read(text: str, low: int | None, high: int | None) -> None:
    (found,) = years.find(f"cari {text} dong")
    assert (found.low, found.high) == (low, high)
    assert found.exact == (low if low == high else None)


@pytest.mark.parametrize(
    "text", ["2000 cc", "2010 km", "tahun 20jt", "pm-pst-2019", "20192", "tahun 5", "2050", "1975", "tahun depan", ""]
)
def test_other_numbers_are_no_years(text: str) -> None:
    assert years.find(text) == []


@given(st.integers(years.FIRST, years.LAST))
def test_what_is_shown_is_read_back(year: int) -> None:
    assert years.parse(years.show(year)) == year == years.parse(str(year))
    assert [found.exact for found in years.find(f"ada yang {years.show(year)}, kak?")] == [year]


@given(st.text(alphabet="0123456789 tahun-andi+", max_size=60) | st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert all(text[found.start : found.end] for found in years.find(text))
    years.parse(text)
