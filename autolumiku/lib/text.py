"""Indonesian chat text made comparable: disguise undone, slang spelled out, clitics cut, names read."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

# Letters that only look Latin (Cyrillic, Greek, small capitals); NFKC undoes mathematical and circled ones.
_LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝҽαβεικνορτυχκ" + "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıł",
    "abekmhopctyxijsdqweabeiknoptuxk" + "abcdefghijklmnoprstuvwyzagil",
)
# Boxed letters: 🅐, 🅰 and flags 🇦 are no letters to NFKC.
_BOXED = {first + index: chr(ord("a") + index) for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6) for index in range(26)}
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_LATIN_WORD = re.compile(r"[a-z]+")
_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"\b(?!mazda)([a-z]{3,20})2\b")  # "surat2"
# Digits for letters, only between the letters of one word ("g4c0r", "n0mor"); "dp5jt", "th2019" and "cx5" are none.
_LEET_WORD = re.compile(r"(?<![^\W_])[a-z]{1,12}(?:[013457][a-z]{1,12}){1,4}(?=[0-9]{0,4}(?![^\W_]))")
_LEET = str.maketrans("013457", "oieast")
_NUMBER_BEFORE = re.compile(
    r"(?:dp|tdp|rp|th|thn|tahun|km|jam|jm|tgl|no|budget|max|min|cicilan|harga|tipe|type|ke)[0-9]"
)
_NUMBER_AFTER = re.compile(
    r"[0-9](?:jt|jeti|juta|rb|ribu|m|k|km|cc|th|thn|tahun|bln|bulan|hari|x|an|pm|am|wib)(?:an)?$"
)


def listed(words: str) -> frozenset[str]:
    """ "a, b c, d" -> {"a", "b c", "d"}: how word lists are written in code."""
    return frozenset(word.strip() for word in words.split(","))


def _table(name: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of a list in data/: a word, and what belongs to it."""
    source = resources.files("autolumiku.lib").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    for word, others in list(csv.reader(source.splitlines()))[1:]:
        yield word, others.split()


_SLANG = {short: word for word, shorts in _table("slang") for short in shorts}
_KEEP = {clitic: frozenset(whole) for clitic, whole in _table("clitics")}  # "tanya" is no "ta" with -nya

_HONORIFICS = listed(
    "pak, bapak, bpk, bu, ibu, mas, mbak, mba, kak, kakak, bang, abang, om, tante, sis, bro, gan, haji, hajah, "
    "hj, h, dr, drs, dra, ir, prof, mr, mrs, ms, ust, ustad, ustadz, koh, ko, cik, ci, teh, kang, neng, nyonya, "
    "tuan"
)
_NO_NAMES = listed(
    "toko, dealer, showroom, mobil, motor, mobilindo, motorindo, jual, beli, shop, store, official, olshop, "
    "rental, admin, cs, bengkel, garage, group, grup, auto, otomotif, properti, warung, ud, cv, pt, tbk, info, "
    "promo, agen, agency, catering, laundry, salon, studio, service, servis, travel, wisata, kios, grosir, "
    "distributor, supplier, marketing, sales, bot, robot, ai, system, sistem, user, unknown, wa, whatsapp, "
    "customer, test, testing, tes, null, none, undefined, anonymous, anonim, noname, halo, hai, hello, hi, "
    "assalamualaikum, semangat, ignore, abaikan, instruksi, instruksikan, instructions, instruction, prompt, "
    "previous, all, kamu, anda, you, are, saya, aku, me, the, harus, password, token, say, katakan, reply, balas, "
    "tandai, kirim, kirimkan, ubah, ganti, hapus, sebut, sebutkan, tulis, tuliskan, cerita, ceritakan, jalankan, "
    "matikan, nyalakan, jadikan, minta, beri, buat, buatkan, kasih, terjual, harga, stok, diskon, status, "
    "jawab, berikan, give, tampilkan, show, forget, lupakan, act, berpura, developer, assistant, asisten, mama, "
    "papa, bunda, ayah, umi, abi, mamah, papah, keluarga, sibuk, busy, available, online, offline, allah, "
    "bismillah, alhamdulillah, tuhan, love, cinta, nomor, baru, lama, no, hp, telepon, call, only, chat, gratis, "
    "diskon, murah, slot, gacor, hentikan, semua, pesan, stop, hapuskan, batalkan"
)
_LINKLIKE = re.compile(r"https?:|www\.|wa\.me|t\.me|@|\.(?:com|co|id|net|org|me|xyz|site|info|link|shop|top)\b", re.I)
_INSTRUCTIONLIKE = re.compile(r"[:;{}<>\[\]=\"`\\|#/\n\r]")
_NAME = re.compile(r"[^\W\d_]{2,20}(?:['’-][^\W\d_]{1,20})?")


def plain(text: str) -> str:
    """NFKC, disguised letters as Latin, accents and invisible characters gone, lower case. Spacing and slang stay.

    For ordinary (ASCII) text every character keeps its place, so offsets are valid in the original.
    """
    if text.isascii():
        return text.lower()
    return _NOT_ASCII.sub(_as_latin, _NOT_ASCII.sub(_undressed, text).lower())


def _undressed(match: re.Match[str]) -> str:
    apart = unicodedata.normalize("NFKD", _INVISIBLE.sub("", match[0].translate(_BOXED)))
    return unicodedata.normalize("NFKC", "".join(char for char in apart if not unicodedata.combining(char)))


def _as_latin(match: re.Match[str]) -> str:
    return match[0].translate(_LOOKALIKES)


def fold(text: str) -> str:
    """`plain`, and: letters repeated three times or more squeezed to one, digits that stand for letters undone, slang
    spelled out, whitespace collapsed.
    """
    return " ".join(_in_full(text).split())


def fold_lines(text: str) -> str:
    """`fold` of every line."""
    return "\n".join(" ".join(line.split()) for line in _in_full(text).split("\n"))


def _in_full(text: str) -> str:
    squeezed = _REPEATED.sub(_squeeze, plain(text))
    lettered = _LEET_WORD.sub(_letters, _DOUBLED.sub(r"\1", squeezed))
    spelled = {word: full for word in set(_LATIN_WORD.findall(lettered)) if (full := _spelled_out(word)) != word}
    return _LATIN_WORD.sub(lambda match: spelled.get(match[0], match[0]), lettered) if spelled else lettered


def words(text: str) -> list[str]:
    """The folded words, without punctuation: "HR-V brp?" -> ["hr", "v", "berapa"]."""
    return parted(fold(text))


def parted(folded: str) -> list[str]:
    """The words of a folded text."""
    return _WORD.findall(folded)


@lru_cache(maxsize=2_048)
def stem_clitics(word: str) -> str:
    """Cut one -nya, -kah, -lah, -ku or -mu when a word of three letters or more is left: "harganya" -> "harga"."""
    for clitic, keep in _KEEP.items():
        if word.endswith(clitic) and len(word) - len(clitic) >= 3 and word not in keep:
            return word[: -len(clitic)]
    return word


def first_name(push_name: str) -> str:
    """What to call a person by: "Pak Budi Santoso" -> "Budi"; "" for numbers, links, shops and instructions."""
    if len(push_name) > 60 or _LINKLIKE.search(push_name) or _INSTRUCTIONLIKE.search(push_name.strip()):
        return ""
    tokens = [token.strip(".,~*_-()!?") for token in unicodedata.normalize("NFKC", push_name).split()]
    tokens = [token for token in tokens if any(char.isalnum() for char in token)]
    if len(tokens) > 5 or any(token.lower() in _NO_NAMES for token in tokens):
        return ""
    names = [token for token in tokens if token.lower() not in _HONORIFICS and len(token) > 1]
    return _as_name(names[0]) if names else ""


def _as_name(token: str) -> str:
    letters = "".join(char for char in token if char.isalpha() or char in "'’-" or char.isdigit())
    if not _NAME.fullmatch(letters) or not _is_latin(letters):
        return ""
    return letters if letters[0].isupper() and not letters.isupper() else letters.capitalize()


def _is_latin(word: str) -> bool:
    return word.isascii() or all(not char.isalpha() or "LATIN" in unicodedata.name(char, "") for char in word)


def _letters(match: re.Match[str]) -> str:
    word = match[0]
    is_number = _NUMBER_BEFORE.match(word) or _NUMBER_AFTER.search(word) or sum(map(str.isalpha, word)) < 3
    return word if is_number else word.translate(_LEET)


def _spelled_out(word: str) -> str:
    """Slang with its clitic too: "nomernya" -> "nomornya"."""
    if word in _SLANG:
        return _SLANG[word]
    stem = stem_clitics(word)
    return _SLANG[stem] + word[len(stem) :] if stem in _SLANG else word


def _squeeze(match: re.Match[str]) -> str:
    return match[0] if match[0] == "www" else match[1]
