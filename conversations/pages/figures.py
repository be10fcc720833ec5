"""The figures of the front page: how they are said, drawn and kept as a file. Definitions stand beside each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from autolumiku.lib import numerals, rupiah
from conversations import charts, dashboard
from conversations.charts import Chart
from conversations.dashboard import WHO, Counts, Figures, Period, Speed
from conversations.pages import frame
from inventory import workbooks
from tenants.admin import when

SELLERS_HEAD = (
    "orang",
    "chat diambil",
    "pesan ditulis",
    "jawab (tengah)",
    "jawab (95%)",
    "prospek",
    "test drive",
    "datang",
)
DAYS_HEAD = (
    "hari",
    "percakapan",
    "tanpa orang",
    "diteruskan",
    "asisten (tengah)",
    "asisten (95%)",
    "orang (tengah)",
    "orang (95%)",
    "prospek",
    "test drive",
    "datang",
    "biaya (Rp)",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. raw: as a file has it; means: its definition."""

    name: str
    shown: str
    raw: str
    means: str


def asked(request: HttpRequest) -> Period:
    zone = timezone.get_current_timezone()
    return dashboard.period(request.GET.dict(), timezone.localdate(), ZoneInfo(str(zone)))


def context(request: HttpRequest) -> dict[str, Any]:
    """What the front page shows of the period asked for."""
    found = dashboard.figures(asked(request))
    return {
        "figures": found,
        "summary": list(summary(found)),
        "charts": drawn(found),
        "spans": dashboard.SPANS.items(),
        "waiting": [(WHO[one.who], one.talks, when(one.since)) for one in found.waiting],
        "sellers_head": SELLERS_HEAD,
        "sellers": [_seller(one) for one in found.sellers],
        "days_head": DAYS_HEAD,
        "days": [_day(day, counts) for day, counts in reversed(found.days.items())],
        "csv_url": f"{reverse('figures_csv')}?{request.GET.urlencode()}",
        "inbox_url": reverse("inbox:inbox"),
    }


def as_csv(request: HttpRequest) -> HttpResponse:
    """The same figures as a file."""
    frame.led(request)
    found = dashboard.figures(asked(request))
    name = f"angka-{found.period.first:%Y-%m-%d}-{found.period.last:%Y-%m-%d}.csv"
    body = workbooks.written(workbooks.CSV, "Angka", ["Angka", "Nilai", "Arti"], _rows(found))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=workbooks.TYPES[workbooks.CSV], headers=headers)


# --- How figures are said: pure --------------------------------------------------------------------------------------


def summary(found: Figures) -> Iterator[Figure]:
    total = found.total
    share = "–" if total.share is None else f"{_number(total.share, 0)}% ({total.alone})"
    cost = "–" if total.cost_of_one is None else rupiah.show_full(round(total.cost_of_one))
    yield Figure("Percakapan", numerals.dotted(total.talks), str(total.talks), "Chat yang pelanggannya menulis.")
    yield Figure(
        "Terjawab tanpa orang",
        share,
        _number(total.share, 1),
        "Persen percakapan yang dijawab asisten, tanpa tulisan orang dan tanpa diteruskan ke orang.",
    )
    yield Figure(
        "Diteruskan ke orang",
        numerals.dotted(total.handed),
        str(total.handed),
        "Chat yang paling sedikit sekali membutuhkan orang; alasannya di bawah.",
    )
    yield Figure(
        "Jawaban pertama asisten",
        _speed(total.bot),
        _two(total.bot),
        "Dari pesan pertama pelanggan pada suatu hari sampai jawaban asisten terkirim: nilai tengah, lalu batas 95%.",
    )
    yield Figure(
        "Jawaban pertama orang",
        _speed(total.person),
        _two(total.person),
        "Dari chat diteruskan sampai tulisan pertama orang: nilai tengah, lalu batas 95%. Yang belum dijawab tidak "
        "dihitung.",
    )
    yield Figure(
        "Belum dijawab sekarang",
        numerals.dotted(found.unanswered),
        str(found.unanswered),
        "Saat ini, bukan dalam periode: giliran asisten, menunggu orang, atau dipegang orang dan pelanggan menulis "
        "terakhir.",
    )
    yield Figure("Prospek baru", numerals.dotted(total.leads), str(total.leads), "Prospek yang dibuat dalam periode.")
    yield Figure(
        "Test drive",
        f"{total.drives} dibuat, {total.came} datang",
        f"{total.drives}, {total.came}",
        "Janji yang dibuat dalam periode, dan yang jadwalnya dalam periode dan orangnya datang.",
    )
    yield Figure(
        "Biaya model per percakapan",
        cost,
        _number(total.cost_of_one, 0),
        f"Semua panggilan model dalam periode ({rupiah.show_full(total.cost)}) dibagi percakapan.",
    )


def drawn(found: Figures) -> list[Chart]:
    """Day by day."""
    days = [(date_format(day, "j M"), counts) for day, counts in found.days.items()]
    talks = [(name, (one.alone, one.talks - one.alone)) for name, one in days]
    leads = [(name, (one.leads, one.drives)) for name, one in days]
    handed = [(name, (one.handed,)) for name, one in days]
    return [
        charts.chart("Percakapan per hari", ("tanpa orang", "lainnya"), talks),
        charts.chart("Diteruskan ke orang per hari", ("diteruskan",), handed),
        charts.chart("Prospek dan test drive per hari", ("prospek baru", "test drive dibuat"), leads),
    ]


def span(seconds: float | None) -> str:
    """ "2,1 detik", "12 menit", "3,5 jam"."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return f"{_number(seconds, 1 if seconds < 10 else 0)} detik"
    if seconds < 5400:
        return f"{seconds / 60:.0f} menit"
    return f"{_number(seconds / 3600, 1)} jam"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}".replace(".", ",")


def _speed(found: Speed) -> str:
    return f"{span(found.p50)} · {span(found.p95)}" if found.answers else "–"


def _two(found: Speed) -> str:
    return f"{_number(found.p50, 1)}; {_number(found.p95, 1)}" if found.answers else ""


def _seller(one: dashboard.Seller) -> tuple[Any, ...]:
    return (one.name, one.taken, one.wrote, span(one.p50), span(one.p95), one.leads, one.drives, one.came)


def _day(day: date, one: Counts) -> tuple[Any, ...]:
    speeds = (span(seconds) for speed in (one.bot, one.person) for seconds in (speed.p50, speed.p95))
    name = date_format(day, "D, j M Y")
    return (name, one.talks, one.alone, one.handed, *speeds, one.leads, one.drives, one.came, one.cost)


def _rows(found: Figures) -> Iterator[Sequence[Any]]:
    """The file's lines: each part below its own header."""
    yield ["Periode", f"{found.period.first:%d/%m/%Y} - {found.period.last:%d/%m/%Y}", ""]
    for one in summary(found):
        yield [one.name, one.raw, one.means]
    yield []
    yield ["Alasan diteruskan", "kali"]
    yield from found.reasons
    yield []
    yield ["Mobil yang ditanyakan", "percakapan", "tersedia sekarang"]
    yield from ([one.name, one.talks, "ya" if one.in_stock else "tidak"] for one in found.asked)
    yield []
    yield ["Belum dijawab sekarang", "percakapan", "yang terlama sejak"]
    yield from ([WHO[one.who], one.talks, _moment(one.since)] for one in found.waiting)
    yield []
    yield [*SELLERS_HEAD[:3], "jawab tengah (detik)", "jawab 95% (detik)", *SELLERS_HEAD[5:]]
    yield from (
        [one.name, one.taken, one.wrote, _number(one.p50, 1), _number(one.p95, 1), one.leads, one.drives, one.came]
        for one in found.sellers
    )
    yield []
    yield DAYS_HEAD
    for day, counts in found.days.items():
        yield [day, *_figures_of(counts)]


def _figures_of(one: Counts) -> list[Any]:
    speeds = [_number(seconds, 1) for speed in (one.bot, one.person) for seconds in (speed.p50, speed.p95)]
    return [one.talks, one.alone, one.handed, *speeds, one.leads, one.drives, one.came, one.cost]


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H.%M}" if moment else ""
