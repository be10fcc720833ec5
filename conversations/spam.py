"""Is a text an advertisement or a fraud? Simple weights: bait words against the words of someone buying a car.

A wrong "spam" leaves a customer unanswered, so car words weigh heavily and a question gets the
benefit of the doubt.
"""

from __future__ import annotations

import re

from autolumiku.lib import text as lib_text

THRESHOLD = 2

# (weight, pattern on folded text); each pattern counts once.
_BAIT: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (weight, re.compile(pattern))
    for weight, pattern in (
        (5, r"\b(?:slot|gacor|maxwin|scatter|jackpot|jp|togel|toto|judi|kasino|casino|sbobet|freebet|rtp|depo|"
            r"pragmatic|olympus|zeus|mahjong)\b.{0,200}\b(?:slot|gacor|maxwin|scatter|jackpot|jp|wd|togel|toto|"
            r"menang|deposit|depo|main|login|daftar|link|bonus|cuan|hoki|situs)\b"),
        (3, r"\b(?:gacor|maxwin|togel|judol|slot (?:online|88)|sbobet|freebet|pinjol)\b"),
        (4, r"\b(?:memenangkan|pemenang|undian|menang (?:hadiah|undian|uang)|dapat hadiah (?:uang|cek|mobil))\b|"
            r"\bselamat\b.{0,40}\b(?:no|nomor|anda|simcard|kartu)\b.{0,40}\b(?:dapat|menang|terpilih|hadiah|"
            r"mendapat\w{0,4}|meraih)\b"),
        (4, r"\b(?:dana cepat|dana tunai|dana kilat|pinjaman (?:online|uang|dana|tanpa|cepat|mudah)|"
            r"promo pinjaman|butuh (?:dana|pinjaman)|tanpa (?:jaminan|agunan|ribet).{0,60}\b(?:cair|pinjam\w{0,4}|"
            r"kta)|kta)\b"),
        (3, r"\b(?:klik|click|kunjungi|buka|akses|cek)\b.{0,20}\b(?:link|tautan|url|https?|www)\b"),
        (3, r"\b(?:transfer|tf|kirim)\b.{0,30}\b(?:ke ?rek\w{0,6}|rekening|no rek)\b.{0,40}\b(?:bri|bca|bni|"
            r"mandiri|btn)\b|\buang\w{0,3} di ?(?:transfer|kirim) (?:ke|saja)\b"),
        (3, r"\b(?:mama|papa|ayah|ibu|bapak|mamah)\b.{0,60}\b(?:pulsa|isikan|kantor polisi)\b"),
        (3, r"\b(?:jual|promo|isi|top ?up|beli\w{0,3}) (?:pulsa|kuota|diamond|chip|voucher|followers)\b|"
            r"\bpulsa murah\b"),
        (2, r"\b(?:pulsa|kuota|paket data|internetan|nelpon|nelp|sms(?:an)?|gb|mb)\b"),
        (2, r"\bvouchers?\b"),
        (2, r"\bhadiah\b"),
        (2, r"\b(?:diamond|chip|domino|joki|top ?up|followers|saldo)\b"),
        (2, r"\b(?:cair|cairkan|pencairan|agunan|gadai)\b.{0,80}\b(?:bpkb|pinjam\w{0,4}|dana|proses|syarat|"
            r"hubungi|hub)\b"),
        (2, r"\*[0-9]{2,4}(?:\*[0-9]{1,4}){0,4}#"),
        (1, r"\bhttps?://|\bwww\.|\bbit\.ly|\b[a-z0-9-]{3,30}\.(?:com|net|xyz|club|site|vip|live|top|me|ly|co)\b"),
        (1, r"\b(?:bonus|gratis|free|menang|claim|klaim|raih|rejeki|rezeki nomplok|cashback)\b"),
        (1, r"\b(?:game|games|member|deposit|withdraw|wd|investasi|profit|bisnis|reseller|penghasilan|poin|promo|"
            r"s&k|syarat|aktifkan|periode)\b"),
        (1, r"\b(?:hubungi|hub|cs|wa|pin bb|bbm)\b.{0,12}[0-9]{9,14}"),
        (1, r"\bpinjam\w{0,4}\b"),
        (1, r"\b(?:cuan|hoki|gacir|rezeki|rejeki|bermain di|main di)\b"),
    )
)  # fmt: skip
_CAR = re.compile(
    r"\b(?:mobil|unit|avanza|brio|kredit|cicilan|angsuran|dp|harga|test drive|showroom|asuransi|stnk|bpkb|servis|"
    r"service|tukar tambah|"
    r"tahun|km|matic|manual|stok|ready|dealer|leasing|nego|kilometer|pajak|velg|tangan pertama|terawat)\b"
)
_ASKS = re.compile(r"\b(?:berapa|bagaimana|apakah|apa|bisa|boleh|ada|kalau|dapat|masih)\b")


def score(text: str, plain: str, *, names_a_car: bool) -> int:
    """Bait minus car words; from THRESHOLD on the text is spam. text: as written; plain: `lib_text.plain` of it."""
    folded = lib_text.fold(plain)
    bait = sum(weight for weight, pattern in _BAIT if pattern.search(folded))
    if not bait:
        return 0
    car = min(4, 2 * len(set(_CAR.findall(folded))) + (2 if names_a_car else 0))
    question = 1 if "?" in text and _ASKS.search(folded) else 0
    return bait + _disguised(text) - car - question


def _disguised(text: str) -> int:
    """2 when letters are dressed up (𝐀, 🅰, Cyrillic look-alikes): people who buy cars do not."""
    strange = [char for char in text if not char.isascii()][:100]
    dressed = sum(1 for char in strange if (bare := lib_text.plain(char)).isascii() and bare.isalpha())
    return 2 if dressed >= 4 else 0
