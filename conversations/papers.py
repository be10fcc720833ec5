"""A report as a file: CSV, a PDF page, or a chart. Drawn with Pillow; figures come from conversations.reports."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

from PIL import Image, ImageDraw, ImageFont

PAGE = (1240, 1754)  # A4 at 150 dots an inch
CHART = (1200, 800)
MARGIN = 90
INK, PALE, LINE, BAR = (33, 41, 52), (110, 120, 132), (214, 220, 226), (22, 110, 140)
MOST_BARS = 31


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a paper shows: its title, where and when, rows of (what, how much), bars of (label, count)."""

    title: str
    below: str
    rows: Sequence[tuple[str, str]]
    bars: Sequence[tuple[str, int]] = ()


def as_csv(sheet: Sheet) -> bytes:
    """With a byte order mark, so that Excel reads it as UTF-8; nothing in it is taken for a formula."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([sheet.title, sheet.below])
    writer.writerows([[_plain(name), _plain(value)] for name, value in sheet.rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell


def as_pdf(sheet: Sheet) -> bytes:
    """One A4 page: the title, the rows as a table, and the bars below."""
    page = Image.new("RGB", PAGE, "white")
    draw = ImageDraw.Draw(page)
    y = _heading(draw, sheet, PAGE[0])
    for name, value in sheet.rows:
        draw.text((MARGIN, y), name[:60], INK, _font(26))
        draw.text((PAGE[0] - MARGIN, y), value[:40], INK, _font(26), anchor="ra")
        y += 46
        draw.line((MARGIN, y - 6, PAGE[0] - MARGIN, y - 6), LINE, 2)
    if sheet.bars and y < PAGE[1] - 500:
        _bars(draw, sheet.bars, (MARGIN, y + 60, PAGE[0] - MARGIN, min(y + 560, PAGE[1] - MARGIN)))
    return _saved(page, "PDF", resolution=150)


def as_chart(sheet: Sheet) -> bytes:
    """A PNG with the bars alone."""
    page = Image.new("RGB", CHART, "white")
    draw = ImageDraw.Draw(page)
    y = _heading(draw, sheet, CHART[0])
    _bars(draw, sheet.bars, (MARGIN, y + 20, CHART[0] - MARGIN, CHART[1] - MARGIN))
    return _saved(page, "PNG")


def _heading(draw: ImageDraw.ImageDraw, sheet: Sheet, width: int) -> int:
    """Returns where the next line may stand."""
    draw.text((MARGIN, 70), sheet.title, INK, _font(44))
    draw.text((MARGIN, 132), sheet.below, PALE, _font(24))
    draw.line((MARGIN, 180, width - MARGIN, 180), INK, 3)
    return 210


def _bars(draw: ImageDraw.ImageDraw, bars: Sequence[tuple[str, int]], box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    bars = bars[-MOST_BARS:]
    most = max((count for _, count in bars), default=0)
    base = bottom - 40
    draw.line((left, base, right, base), LINE, 2)
    if not bars or not most:
        draw.text(((left + right) // 2, (top + base) // 2), "Belum ada data", PALE, _font(26), anchor="mm")
        return
    step = (right - left) / len(bars)
    sparse = max(1, round(len(bars) * 70 / (right - left)))  # labels that would stand on each other are left out
    for place, (name, count) in enumerate(bars):
        x = left + place * step
        height = round((base - top - 40) * count / most)
        draw.rectangle((x + step * 0.15, base - height, x + step * 0.85, base), BAR)
        if count:
            draw.text((x + step / 2, base - height - 8), str(count), INK, _font(20), anchor="mb")
        if place % sparse == 0:
            draw.text((x + step / 2, base + 10), name[:14], PALE, _font(18), anchor="mt")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _saved(page: Image.Image, form: str, **options: int) -> bytes:
    out = BytesIO()
    page.save(out, form, **options)
    return out.getvalue()
