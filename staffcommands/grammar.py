"""The words of staff commands: which command a text is, and what the rest of it says. Knows nothing of Django.

`recognise` is for texts of staff only; whether the writer is staff, and may do it, is asked elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from rapidfuzz.distance import OSA

from autolumiku.lib import phone as phones
from autolumiku.lib import rupiah, text
from inventory import names
from staffcommands import edits


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


LONGEST = 1000  # characters of a command; more without a slash is a letter, not a command
MOST = 8  # commands in one message
INTENTS = {
    "upload": "upload_vehicle",
    "draft": "upload_vehicle",
    "photos": "upload_vehicle",
    "edit": "edit_vehicle",
    "status": "update_status",
    "inventory": "check_inventory",
    "stats": "get_stats",
    "unknown": "unknown",
}  # of all others "staff_command"
_HEADS = {
    "upload": "upload|upload mobil|upload unit|tambah mobil|tambah unit|tambah kendaraan|tambah data mobil|"
    "daftar mobil|input mobil|input unit|input kendaraan|input data mobil|masukin mobil|masukin unit|masukkan mobil",
    "edit": "edit|rubah|ubah|ganti|update|koreksi|revisi|edit mobil|edit data|ubah data|update data|edit unit",
    "status": "status|update status|ubah status|rubah status|ganti status|edit status",
    "inventory": "inventory|stock|stok|cek stok|cek stock|cek inventory|check stok|check stock|lihat inventory|"
    "lihat stok|lihat stock|list stok|list mobil|list unit|daftar unit|daftar stok|total inventory|total stok",
    "stats": "stats|report|laporan|statistik",
    "report": "sales report|sales summary|total sales|total penjualan|laporan penjualan|ringkasan penjualan|"
    "metrik penjualan|berapa penjualan|berapa total penjualan|total revenue|total pendapatan|laporan stok|stock report|"
    "vehicle listing|average price|rata rata harga|low stock|low stock alert|stok tipis|staff performance|"
    "performa sales|performa staf|laporan staf|whatsapp ai|whatsapp ai analytics|performa bot|laporan chat|"
    "customer metrics|operational metrics|menu report|list report|total report|menu laporan|daftar laporan",
    "kkb": "kkb|simulasi|simulasi kredit|hitung kredit|kredit",
    "leads": "leads|lead|prospek|cek prospek|lihat prospek|daftar prospek|list prospek|list leads|cek leads",
    "take_lead": "ambil prospek|ambil lead",
    "note_lead": "catat prospek|catatan prospek|note lead",
    "close_lead": "selesai prospek|prospek selesai|tutup prospek",
    "chats": "chats|chat|percakapan|cek chat|lihat chat|daftar chat|chat menunggu|catchup|proses pending|scan pending|"
    "balas semua pending",
    "take_chat": "ambil chat|ambil",
    "release_chat": "lepas chat|lepas|kembalikan chat",
    "reply_chat": "balas chat|balas",
    "drives": "test drive|testdrive|jadwal|jadwal test drive|cek test drive|lihat test drive|daftar test drive|"
    "list test drive|cek jadwal|lihat jadwal",
    "confirm_drive": "konfirmasi|konfirm|konfirmasi test drive|test drive konfirmasi",
    "done_drive": "datang|sudah datang|test drive datang|test drive selesai|selesai test drive",
    "missed_drive": "tidak datang|gak datang|ga datang|tidak jadi datang|no show|noshow|test drive tidak datang",
    "help": "help|bantuan|panduan|menu|fitur|perintah|command|commands|cara pakai|daftar perintah|list perintah",
    "undo": "undo|urungkan|batalkan perubahan|batalkan yang tadi|kembalikan perubahan",
    "absent": "emergency mode|restart bot|system status|master control|security audit|payroll system|payroll|"
    "attendance tracker|api keys|api key|database backup",
}
ALIASES = {tuple(head.split()): name for name, heads in _HEADS.items() for head in heads.split("|")}
_LONGEST_ALIAS = max(map(len, ALIASES))
_BARE_ONLY = _words("help absent undo menu")  # without a slash these stand alone, or they are talk

STATUS_WORDS = {
    "available": "AVAILABLE", "avail": "AVAILABLE", "ready": "AVAILABLE", "tersedia": "AVAILABLE", "ada": "AVAILABLE",
    "booked": "BOOKED", "booking": "BOOKED", "book": "BOOKED", "dibooking": "BOOKED",
    "sold": "SOLD", "terjual": "SOLD", "laku": "SOLD",
    "deleted": "DELETED", "delete": "DELETED", "hapus": "DELETED", "dihapus": "DELETED",
}  # fmt: skip
_PERIODS = {
    "today": "today", "hari": "today", "harian": "today", "week": "week", "minggu": "week", "mingguan": "week",
    "pekan": "week", "month": "month", "bulan": "month", "bulanan": "month",
}  # fmt: skip
_BESIDE_PERIOD = _words("ini this penjualan mobil showroom toko")

_POLITE_FIRST = _words("mau mo mw ingin pengen pengin tolong minta kak min")
_POLITE_LAST = _words("dong ya yaa yah kak kakak min admin deh nih gan bang pak bu mas mbak tolong please")
# A bare word with one of these is a question or a remark, and is answered like one.
_DOUBT = _words(
    "kenapa knp mengapa gimana gmn bagaimana apa apakah siapa kapan mana dimana berapa brp belum blm belom "
    "gagal error eror tidak tdk gak ga gk nggak ngga enggak kok masih msh bisa boleh cara caranya "
    "jangan jgn kalau kalo customer pelanggan"
)
_PAST = _words("sudah sdh udah udh kemarin tadi barusan")
_ASKED_LIKE_THIS = frozenset({"ada", "ready", "tersedia"})  # "PM-PST-001 ready" asks more often than it tells
_AROUND_STATUS = _words("jadi menjadi ke to unit mobil id status sudah sdh udah udh -> => = →")
_AROUND_STOCK = _words(
    "mobil unit kendaraan yang yg semua stok stock inventory list daftar merk merek model transmisi harga budget hrg"
)
_EDGES = "*_~.,!:;()[]\"'“”‘’`"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that came with a command; url: "" where the gateway could not fetch it."""

    message_id: int
    url: str
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was written. name: of the command; rest: what followed; raw: the whole text, printable.

    headed: the text began with the command's own words; a car may also be described without them.
    """

    name: str
    rest: str
    raw: str
    photos: tuple[Photo, ...] = ()
    headed: bool = True

    @property
    def intent(self) -> str:
        return INTENTS.get(self.name, "staff_command")


YES = _words("ya iya y yes yup yoi ok oke okay okey setuju benar betul lanjut konfirmasi sip siap yakin")
NO = _words("tidak tdk gak ga gk nggak ngga enggak no jangan jgn batal cancel batalkan")
_BESIDE_ANSWER = _words("ya kak min saja aja deh dong jadi lanjutkan usah perlu dulu itu sudah")


def answer(message: str) -> bool | None:
    """Whether a short message says yes or no to a question; None if it says something else."""
    keys = [key for word in printable(message)[:80].split() if (key := _key(word))]
    said = {True for key in keys if key in YES} | {False for key in keys if key in NO}
    beside = [key for key in keys if key not in YES and key not in NO and key not in _BESIDE_ANSWER]
    if beside or not 0 < len(keys) <= 4 or "?" in message:
        return None
    return False not in said if said else None


_THEN = r"(?:dan|lalu|terus|trus|kemudian|habis itu|setelah itu)"
_BETWEEN = re.compile(rf"(?:\s*[\n\r;]\s*|\s*,\s+|\s+)(?:{_THEN}\s+)?", re.I)


_LINE = re.compile(r"[\n\r;]")


def recognise_all(message: str) -> tuple[Call, ...]:
    """The commands of one message, in order: "status pm-001 sold lalu stok" is two. () for talk."""
    first = recognise(message)
    if first is None or first.name == "unknown":
        return (first,) if first else ()
    raw = first.raw[:LONGEST]
    starts = [0, *(match.end() for match in _BETWEEN.finditer(raw) if _begins_another(raw, match))]
    parts = [raw[start:end].rstrip(" ,;\n") for start, end in zip(starts, [*starts[1:], len(raw)], strict=True)]
    return tuple(call for part in parts[:MOST] if (call := recognise(_without_joint(part))))


def _begins_another(raw: str, match: re.Match[str]) -> bool:
    """Whether a command begins behind this joint; a mere blank joins nothing."""
    joint, rest = match[0], raw[match.end() :]
    if joint.isspace() and not _LINE.search(joint):
        return False
    following = next((one for one in _BETWEEN.finditer(rest) if not one[0].isspace() or _LINE.search(one[0])), None)
    others = [recognise(part) for part in (rest, rest[: following.start()] if following else "")]
    return any(other and (other.name != "unknown" or _LINE.search(joint)) for other in others)


def _without_joint(part: str) -> str:
    return re.sub(rf"\s+{_THEN}$", "", part, flags=re.I)


def recognise(message: str) -> Call | None:
    """The command a staff member's message is, or None for talk. With a slash it is always one, if only "unknown"."""
    raw = printable(message[: 2 * LONGEST])
    slash = raw.startswith("/")
    if not slash and len(raw) > LONGEST:
        return None
    written = raw[:LONGEST].lstrip("/ ").split()
    keys = [_key(word) for word in written]
    if not slash and (polite := _leading(keys)):
        written, keys = written[polite:], keys[polite:]
    found = _headed(written, keys, raw) or _unit_and_status(written, keys, raw)
    if found is None and (mended := _mended(keys)) != keys:
        found = _headed(written, mended, raw)
    if not slash and "?" in raw and (found is None or found.name not in ("report", "reply_chat")):
        return None
    if found is not None:
        return found if slash or _is_meant(found, keys) else None
    return Call("unknown", " ".join(written), raw) if slash and keys and keys[0][:1].isalpha() else None


_MISTYPED = ("upload", "status", "inventory", "laporan", "statistik", "prospek", "tambah", "simulasi", "bantuan")
_MISHEARD = {"aplod": "upload", "aplot": "upload", "uplot": "upload", "apload": "upload", "nambah": "tambah",
             "tambahin": "tambah", "nambahin": "tambah"}  # fmt: skip


def _mended(keys: list[str]) -> list[str]:
    """The same with a slip in the first word undone: "uplod mobil" is "upload mobil"."""
    first = keys[0] if keys else ""
    near = [head for head in _MISTYPED if len(first) >= 5 and OSA.distance(first, head, score_cutoff=1) == 1]
    return [_MISHEARD.get(first) or (near[0] if len(near) == 1 else first), *keys[1:]]


_TOUCHING = _words("upload edit status undo")  # commands that would change something


def attempt(message: str) -> Call | None:
    """The command in a text of somebody who is no staff; None where a customer may just as well have asked that."""
    call = recognise(message)
    if call is None or not (call.raw.startswith("/") or (call.name in _TOUCHING and call.rest)):
        return None
    return call


_HOW = _words("cara caranya gimana gmn bagaimana bgmn gmna")
_TOPICS = {
    "upload": _words("upload uplod tambah tambahin nambah nambahin input masukin masukkan"),
    "status": _words("terjual laku status booking dibooking"),
    "edit": _words("ubah edit ganti koreksi rubah"),
    "undo": _words("undo membatalkan batalin batalkan"),
    "help": _words("perintah command fitur menu"),
}
_OF_THE_SHOWROOM = _words(
    "mobil unit kendaraan mobilnya unitnya harga harganya data datanya status foto fotonya baru ini"
)
_BESIDE_HOW = (
    _POLITE_LAST | _POLITE_FIRST | _words("halo hai hi saya aku untuk utk buat jadi ke di yang yg kalau kalo nya")
)


def asks_how(message: str) -> str:
    """Which command a staff member asks the way of ("cara tambah mobil gimana ya?"), "" for any other text."""
    keys = [key for word in printable(message)[:200].split() if (key := _key(word).strip("?"))]
    topics = [topic for topic, words in _TOPICS.items() if words.intersection(keys)]
    known = _HOW.union(_OF_THE_SHOWROOM, _BESIDE_HOW, *_TOPICS.values())
    return topics[0] if topics and _HOW.intersection(keys) and known.issuperset(keys) else ""


_SOLD_OR_BOOKED = {"terjual": "terjual", "laku": "terjual", "kejual": "terjual", "sold": "terjual",
                   "dibooking": "booking", "kebooking": "booking"}  # fmt: skip
_BESIDE_SOLD = _POLITE_LAST | _PAST | _words("mobil mobilnya unit unitnya yang yg ini itu nih alhamdulillah")


def bare_status(message: str) -> str:
    """ "terjual" for "udah laku kak", said of no certain car; "" for anything else."""
    keys = [key for word in printable(message)[:80].split() if (key := _key(word)) not in _BESIDE_SOLD]
    return _SOLD_OR_BOOKED.get(keys[0], "") if len(keys) == 1 and "?" not in message else ""


_STANDING = _words(
    "jadi gimana gmn bagaimana terus trus lalu apa lagi yg yang kurang belum blm udah sudah lengkap lanjut masuk mana "
    "statusnya draf draft drafnya lihat cek data datanya ya kak min sih nih tadi"
)
_ASKS = _words("gimana gmn bagaimana terus trus kurang lengkap lihat cek apa")


def asks_standing(message: str) -> bool:
    """Does a short text ask how the open upload stands ("jadi gimana?", "apa lagi yg kurang")?"""
    keys = [key for word in printable(message)[:80].split() if (key := _key(word).strip("?"))]
    return 0 < len(keys) <= 6 and _STANDING.issuperset(keys) and not _ASKS.isdisjoint(keys)


def printable(message: str) -> str:
    """The text without control and invisible characters, so that it can be stored and shown."""
    if not message.isprintable():
        message = "".join(char for char in message if char.isprintable() or char.isspace())
    return message.strip()


def _key(word: str) -> str:
    return text.plain(word).strip(_EDGES)


def _leading(keys: list[str]) -> int:
    return next((count for count, key in enumerate(keys) if key not in _POLITE_FIRST), 0)


def _headed(written: list[str], keys: list[str], raw: str) -> Call | None:
    """The longest alias at the start wins: "update status …", not "update"."""
    for size in range(min(_LONGEST_ALIAS, len(keys)), 0, -1):
        if name := ALIASES.get(tuple(keys[:size])):
            if name == "reply_chat":  # what is said to a customer is said as it was written
                return Call(name, raw.lstrip("/ ").split(maxsplit=size)[size] if len(written) > size else "", raw)
            rest = " ".join(_without_tail(written[0 if name == "report" else size :]))
            return _changes_status(rest, raw) if name == "edit" else Call(name, rest, raw)
    return None


def _changes_status(rest: str, raw: str) -> Call:
    """ "edit PM-PST-001 status sold" and "update PM-PST-001 sold" change a status and nothing else."""
    words = [word for word in rest.split() if _key(word) not in _AROUND_STATUS]
    statuses = [word for word in words if _key(word) in STATUS_WORDS]
    only_status = len(statuses) == 1 and len(words) == 2 and any(edits.UNIT_ID.fullmatch(_key(word)) for word in words)
    return Call("status", " ".join(words), raw) if only_status else Call("edit", rest, raw)


def _unit_and_status(written: list[str], keys: list[str], raw: str) -> Call | None:
    """ "VH-001 sold", "terjual VH-001", "hapus avanza 2019": a car and a status, and nothing else."""
    words = [key for key in keys[:8] if key not in _AROUND_STATUS and key not in _POLITE_LAST]
    statuses = [word for word in words if word in STATUS_WORDS and word not in _ASKED_LIKE_THIS]
    others = [word for word in words if word not in statuses]
    if len(keys) > 8 or len(statuses) != 1 or not others or "?" in raw:
        return None
    is_id = len(others) == 1 and edits.UNIT_ID.fullmatch(others[0])
    by_name = words[0] in statuses and _is_car(" ".join(others))
    return Call("status", " ".join(written), raw) if is_id or by_name else None


def _is_car(said: str) -> bool:
    """Is this the name of one model, with at most its year?"""
    mentions = [mention for mention in names.find_all(said) if mention.model and not mention.guessed]
    rest = said[: mentions[0].start] + said[mentions[0].end :] if len(mentions) == 1 else said
    return len(mentions) == 1 and re.fullmatch(r"\s*(?:(?:19|20)[0-9]{2})?\s*", rest) is not None


def _without_tail(words: list[str]) -> list[str]:
    while words and _key(words[-1]) in _POLITE_LAST:
        words = words[:-1]
    return words


def _is_meant(call: Call, keys: list[str]) -> bool:
    """Whether a text without slash that begins like this command is the command, and not talk."""
    rest = [key for word in call.rest.split() if (key := _key(word))]
    if call.name in _TO_A_CHAT:
        return bool(rest) and phone_or_number(rest[0]) != ""
    if call.name == "report":
        return _REPORT_WORDS.issuperset(key.rstrip("?") for key in rest)
    if _DOUBT.intersection(rest):
        return False
    if call.name in _BARE_ONLY:
        return not rest
    if call.name == "status":
        names_one = any(any(char.isdigit() for char in word) or word in STATUS_WORDS for word in rest)
        return not rest or names_one or keys[0] != "status"
    if call.name == "edit":
        return not rest or _edits_something(call.rest)
    if call.name == "stats":
        return period(call.rest) is not None
    if call.name in ("leads", "chats"):
        return not rest
    if call.name == "drives":
        return _DRIVE_WORDS.issuperset(rest)
    if call.name == "kkb":
        return not rest or keys[0] in ("kkb", "simulasi", "hitung") or any(edits.UNIT_ID.fullmatch(key) for key in rest)
    return not _PAST.intersection(rest) and (call.name != "inventory" or len(rest) <= 12)


_TO_A_CHAT = _words(
    "take_chat release_chat reply_chat take_lead note_lead close_lead confirm_drive done_drive missed_drive"
)
_CHAT_NUMBER = re.compile(r"#[0-9]{1,12}")


def phone_or_number(word: str) -> str:
    """The phone (62… digits) or "#12", the number of a chat without a phone; "" if it is neither."""
    written = word.strip(",;:")
    return written if _CHAT_NUMBER.fullmatch(written) else phones.normalise(written)


_REPORTS = {
    "sales": _words("sales penjualan revenue pendapatan summary ringkasan metrik"),
    "stock": _words("stok stock listing average price rata harga low tipis alert"),
    "staff": _words("staff staf performa performance"),
    "chats": _words("whatsapp ai analytics bot chat customer metrics operational"),
}
_FORMATS = {"pdf": "pdf", "csv": "csv", "excel": "csv", "grafik": "chart", "chart": "chart"}
_REPORT_WORDS = frozenset().union(*_REPORTS.values(), _FORMATS, _PERIODS, _BESIDE_PERIOD, _POLITE_LAST) | _words(
    "report laporan total menu list daftar vehicle berapa apa saja ada"
)


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """kind: a key of _REPORTS, "" for the menu; period: as period(); form: "" for text, "pdf", "csv" or "chart"."""

    kind: str
    period: str
    form: str


def report_wanted(rest: str) -> ReportWanted:
    """ "sales report bulan ini pdf"; without a period this month, but today where "berapa" asks."""
    keys = [_key(word).rstrip("?") for word in rest.split()[:20]]
    said = [name for name, words in _REPORTS.items() if words.intersection(keys)]
    kind = "staff" if "staff" in said and "sales" in said else said[0] if said else ""
    kind = "" if {"menu", "list", "daftar"}.intersection(keys) and not {"listing"}.intersection(keys) else kind
    periods = [_PERIODS[key] for key in keys if key in _PERIODS]
    return ReportWanted(kind, periods[0] if periods else "month", form(rest))


def names_a_car(rest: str) -> bool:
    """Does an edit say which car it is about?"""
    return edits.read(rest, FAR_YEAR).names_a_car


def is_doubtful(message: str) -> bool:
    """Is a bare text more likely a question or a remark than data?"""
    return not _DOUBT.isdisjoint(_key(word) for word in message.split())


def _edits_something(rest: str) -> bool:
    """A car or a field is named: "ganti oli kapan" and "update dong" are talk."""
    read = edits.read(rest, FAR_YEAR)
    return read.names_a_car or bool(read.changes) or any(_key(word) in edits.LABELS for word in rest.split())


FAR_YEAR = 2100  # a year's bounds do not matter for what a text is


# --- /status, /inventory, /stats ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatusChange:
    """unit_id as written, or make, model, year of a car that was named; none: the last car.

    status: AVAILABLE, BOOKED, SOLD, DELETED or ""; wrong: what stands in its place.
    """

    unit_id: str = ""
    status: str = ""
    wrong: str = ""
    make: str = ""
    model: str = ""
    year: int | None = None


def status_change(rest: str) -> StatusChange:
    """ "PM-PST-001 SOLD" in either order, "pm pst 001 jadi terjual", "avanza 2019 laku"."""
    words = [word.strip(_EDGES) for word in rest.split()[:12] if _key(word) not in _AROUND_STATUS]
    said = [word for word in words if _key(word) in STATUS_WORDS]
    others = [word for word in words if word not in said]
    meant = {STATUS_WORDS[_key(word)] for word in said}
    if not meant:
        return StatusChange("".join(others[:1])[:60], wrong=" ".join(others[1:])[:60])
    if len(meant) > 1:
        return StatusChange("-".join(others)[:60], wrong=" ".join(said)[:60])
    named = " ".join(map(_key, others))
    if _is_car(named):
        mention = names.find(named)
        year = re.search(r"\b(?:19|20)[0-9]{2}$", named)
        return StatusChange("", meant.pop(), "", mention.make, mention.model, int(year[0]) if year else None)
    return StatusChange("-".join(others)[:60], meant.pop())


@dataclass(frozen=True, slots=True)
class StockFilter:
    """status: "" for any; text: words of make, model, variant, transmission or a year, all of which must fit.

    price_from, price_to: rupiah; page: from 1.
    """

    status: str
    text: str
    price_from: int | None = None
    price_to: int | None = None
    page: int = 1


_PAGE = re.compile(r"\b(?:hal|halaman|page|hlm)\.?\s{0,3}([0-9]{1,3})\b", re.I)
_AT_MOST = re.compile(r"(?:di\s?bawah|dibwh|bawah|maks(?:imal)?|max|sampai|<)\s*$", re.I)
_AT_LEAST = re.compile(r"(?:di\s?atas|atas|min(?:imal)?|mulai|>)\s*$", re.I)
AROUND = (90, 110)  # percent of a price that was named alone


def stock_filter(rest: str) -> StockFilter:
    """ "toyota ready di bawah 200jt hal 2"."""
    rest = rest[:200]
    page = _PAGE.search(rest)
    if page:
        rest = f"{rest[: page.start()]} {rest[page.end() :]}"
    low, high, rest = _price_range(rest)
    keys = [key for word in rest.split()[:12] if (key := _key(word)) and key not in _AROUND_STOCK]
    statuses = [STATUS_WORDS[key] for key in keys if key in STATUS_WORDS]
    words = " ".join(key for key in keys if key not in STATUS_WORDS)[:80]
    return StockFilter(statuses[0] if statuses else "", words, low, high, max(int(page[1]), 1) if page else 1)


def _price_range(rest: str) -> tuple[int | None, int | None, str]:
    """(from, to, the text without it) of the first amount in the text."""
    amount = next(iter(rupiah.find(rest)), None)
    if amount is None:
        return None, None, rest
    before, after = rest[: amount.start], rest[amount.end :]
    if amount.low is not None:
        return amount.low, amount.high, f"{before} {after}"
    for pattern, bounds in ((_AT_MOST, (None, amount.value)), (_AT_LEAST, (amount.value, None))):
        if match := pattern.search(before):
            return *bounds, f"{before[: match.start()]} {after}"
    return amount.value * AROUND[0] // 100, amount.value * AROUND[1] // 100, f"{before} {after}"


_DRIVE_DAYS = {"besok": "tomorrow", "bsk": "tomorrow", "minggu": "week", "pekan": "week", "week": "week"}
_DRIVE_WORDS = frozenset(_DRIVE_DAYS) | _words("hari ini today semua test drive jadwal depan")


def drive_days(rest: str) -> str:
    """ "today" unless "tomorrow" or "week" is said."""
    return next((_DRIVE_DAYS[key] for word in rest.split()[:6] if (key := _key(word)) in _DRIVE_DAYS), "today")


def period(rest: str) -> str | None:
    """ "today" (also for nothing said), "week" or "month"; None if it is no period we know."""
    keys = [key for word in rest.split()[:12] if (key := _key(word)) not in _BESIDE_PERIOD and key not in _FORMATS]
    said = {_PERIODS.get(key, "") for key in keys} or {"today"}
    return said.pop() or None if len(said) == 1 else None


def form(rest: str) -> str:
    """ "pdf", "csv" or "chart" where one of them is asked for, else ""."""
    return next((_FORMATS[key] for word in rest.split()[:20] if (key := _key(word)) in _FORMATS), "")


def begin(period: str, now: datetime) -> datetime:
    """Midnight, in now's zone, at which the period began."""
    day = now.date()
    if period == "week":
        day -= timedelta(days=day.weekday())
    elif period == "month":
        day = day.replace(day=1)
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
