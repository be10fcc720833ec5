"""Phones: aimeow.md 4.1 and 4.2, original.md A160 to A163."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autolumiku.lib import phone

BUDI = "6281234567890"


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        pytest.param("6281234567890", BUDI, id="A160-digits"),
        pytest.param("081234567890", BUDI, id="A160-zero"),
        pytest.param("+6281234567890", BUDI, id="A160-plus"),
        pytest.param("62 812 3456 7890", BUDI, id="A160-spaces"),
        pytest.param("62-812-3456-7890", BUDI, id="dashes"),
        pytest.param("+62 812-3456-7890", BUDI, id="as-shown"),
        pytest.param("\u202a+62\u00a0812\u20113456\u20117890\u202c", BUDI, id="copied-from-whatsapp"),
        pytest.param("(0812) 3456.7890", BUDI, id="brackets-and-dots"),
        pytest.param("+62 (0)812 3456 7890", BUDI, id="620"),
        pytest.param("006281234567890", BUDI, id="0062"),
        pytest.param("81234567890", BUDI, id="bare-8"),
        pytest.param("8123456789", "628123456789", id="bare-8-short"),
        pytest.param("6281234567890@s.whatsapp.net", BUDI, id="A161-jid"),
        pytest.param("6281234567890:17@s.whatsapp.net", BUDI, id="A161-device"),
        pytest.param("6281234567890@c.us", BUDI, id="c.us"),
        pytest.param("6281234567890:99@hosted", BUDI, id="hosted"),
        pytest.param("6281298765432", "6281298765432", id="A163-wire"),
        pytest.param("081298765432", "6281298765432", id="A163-database"),
        pytest.param("6281234567", "6281234567", id="shortest-mobile"),
        pytest.param("62812345678901", "62812345678901", id="longest-mobile"),
        pytest.param("622112345678", "622112345678", id="landline-business"),
        pytest.param("+65 9123 4567", "6591234567", id="singapore"),
        pytest.param("0060 12-345 6789", "60123456789", id="malaysia-00"),
        pytest.param("+81 90 1234 5678", "819012345678", id="japan-needs-plus"),
        pytest.param("819012345678@s.whatsapp.net", "819012345678", id="japan-jid"),
        pytest.param("491512345678901@s.whatsapp.net", "491512345678901", id="jid-server-decides"),
        pytest.param("10020343271578@lid", "", id="A162-lid"),
        pytest.param("10020343271578:17@lid", "", id="A162-lid-device"),
        pytest.param("10020343271578", "", id="bare-lid"),
        pytest.param("33573792932039", "", id="bare-lid-33"),
        pytest.param("212270269395003", "", id="bare-lid-212"),
        pytest.param("1002034327157", "", id="thirteen-digit-lid"),
        pytest.param("120363123456789@g.us", "", id="group"),
        pytest.param("status@broadcast", "", id="broadcast"),
        pytest.param("0@s.whatsapp.net", "", id="whatsapp-itself"),
        pytest.param("", "", id="empty"),
        pytest.param("   ", "", id="blanks"),
        pytest.param("628123456", "", id="too-short"),
        pytest.param("628123456789012", "", id="too-long"),
        pytest.param("12345", "", id="five-digits"),
        pytest.param("hubungi 081234567890", "", id="letters"),
        pytest.param("081234567890, 081234567891", "", id="two-numbers"),
        pytest.param("62+81234567890", "", id="plus-inside"),
        pytest.param("٠٨١٢٣٤٥٦٧٨٩٠", "", id="other-digits"),
        pytest.param("6281234567890\x00", "", id="nul"),
        pytest.param("a@b@s.whatsapp.net", "", id="two-ats"),
    ],
)
def test_every_spelling_of_a_phone_is_one_string_of_digits(raw: str, digits: str) -> None:
    assert phone.normalise(raw) == digits


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80) | st.from_regex(r"\+?[0-9 .()-]{0,30}(:[0-9]{1,3})?(@[a-z.]{1,20})?", fullmatch=True))
def test_anything_becomes_digits_or_nothing(raw: str) -> None:
    assert phone.normalise(raw) == "" or (phone.normalise(raw).isascii() and phone.normalise(raw).isdigit())


@settings(max_examples=50, deadline=None)
@given(st.from_regex(r"(\+62|62|0|\+620|0062)8[0-9]{7,11}", fullmatch=True))
def test_an_indonesian_mobile_stays_what_it_became(raw: str) -> None:
    digits = phone.normalise(raw)
    assert phone.is_phone(digits)
    assert phone.normalise(digits) == digits


@pytest.mark.parametrize(
    "hostile", ["0" * 100_000, "+" * 100_000, " " * 100_000, "0812@" * 20_000], ids=["0", "+", "blank", "@"]
)
def test_a_huge_input_is_refused_at_once(hostile: str) -> None:
    started = time.process_time()
    assert phone.normalise(hostile) == ""
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("6281234567890", "+62 812-3456-7890"),
        ("628123456789", "+62 812-3456-789"),
        ("62812345678901", "+62 812-3456-78901"),
        ("6591234567", "+65 9123 4567"),
        ("33573792932039@lid", "33573792932039@lid"),
        ("", ""),
    ],
)
def test_a_phone_is_shown_as_people_read_it(digits: str, shown: str) -> None:
    assert phone.show(digits) == shown
    assert shown == digits or phone.normalise(shown) == digits
