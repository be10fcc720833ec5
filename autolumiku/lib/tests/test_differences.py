"""Two texts compared word by word."""

from __future__ import annotations

import pytest

from autolumiku.lib import differences


def marked(pieces):
    return "".join(f"[{piece.text}]" if piece.changed else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("sama", "sama", "sama", "sama"),
        ("", "baru", "", "[baru]"),
        ("lama", "", "[lama]", ""),
        ("Ada Kak, Rp 470 juta.", "Ada Kak, Rp 450 juta.", "Ada Kak, Rp [470] juta.", "Ada Kak, Rp [450] juta."),
        ("Ada Kak.", "Ada Kak. Mau test drive?", "Ada Kak.", "Ada Kak.[ Mau test drive?]"),
        ("satu\n\ndua", "satu\ndua", "satu[\n\n]dua", "satu[\n]dua"),
        ("a" * 5000, "b", f"[{'a' * 5000}]", "[b]"),
    ],
)
def test_what_differs_is_marked(before, after, left, right):
    assert tuple(map(marked, differences.words(before, after))) == (left, right)
