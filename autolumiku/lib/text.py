"""Indonesian chat text made comparable: disguise undone, slang spelled out, clitics cut, names read."""

from __future__ import annotations

import re
import unicodedata

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
_SPACES = re.compile(r"\s+")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_LATIN_WORD = re.compile(r"[a-z]+")
_WORD = re.compile(r"[^\W_]+")
_DOUBLED = re.compile(r"\b(?!mazda)([a-z]{3,20})2\b")  # "surat2"


def listed(words: str) -> frozenset[str]:
    """ "a, b c, d" -> {"a", "b c", "d"}: how word lists are written in code."""
    return frozenset(word.strip() for word in words.split(","))


_SLANG_BY_WORD = {
    "agan": "gan juragan",
    "apakah": "apkh",
    "balas": "bales bls",
    "dibalas": "dibales",
    "banget": "bgt bgtt bangat",
    "bagaimana": "gmn gmna gmana gimana gmne bgmn gimn",
    "begitu": "gitu",
    "belum": "blm blom belom",
    "berapa": "brp brpa brapa brapaan berapaan brpaan",
    "besok": "bsk bsok besuk",
    "bisa": "bs bsa",
    "boleh": "blh bole",
    "bukan": "bkn",
    "cash": "kes kontan",
    "dapat": "dpt dapet",
    "dari": "dr dri",
    "dengan": "dg dgn",
    "di mana": "dimana dmn dmna",
    "foto": "poto photo photos pic pict gbr",
    "halo": "allo alo hallo helo",
    "harga": "hrg hrga",
    "hari": "hri",
    "ingin": "pengen pgn pngen pengin pingin kepengen",
    "jadi": "jd jdi",
    "juga": "jg jga",
    "kak": "ka kk",
    "kakak": "kaka",
    "kalau": "kl klo kalo klw kalu",
    "kapan": "kpn",
    "kasih": "ksh",
    "kenapa": "knp knapa napa",
    "kirim": "krm kirimin kirimkan krim",
    "kredit": "krdt kredt kridit",
    "lagi": "lg lgi",
    "lihat": "liat lht",
    "matic": "matik metik metic",
    "masih": "msh msih",
    "minta": "mnt",
    "mobil": "mbl mobl",
    "nomor": "nmr nomer nmer",
    "orang": "org",
    "pakai": "pake",
    "sampai": "sampe smp smpai",
    "saja": "aja aj ajah sj",
    "saya": "sy gue gw gua aku",
    "seperti": "kayak kyk",
    "siapa": "spa sapa",
    "sudah": "udah sdh udh dah uda",
    "sekarang": "skrg skrng skg",
    "selamat": "slmt",
    "siang": "siank",
    "tahun": "thn th thun",
    "tanggal": "tgl",
    "tanya": "nanya tny",
    "telepon": "tlp telp telpon tlpn telfon tilpun",
    "terima kasih": "makasih makasi mksh mksih mks tks thx thanks trims trimakasih terimakasih tq thankyou",
    "terus": "trus trs",
    "tidak": "gak ga g4k gk nggak ngga enggak engga kagak kaga ndak tdk ogah",
    "tukar tambah": "tt tukartambah tradein",
    "untuk": "utk",
    "yang": "yg",
    "oke": "ok okay okey okeh oks okee",
    "dp": "depe",
    "alamat": "almt alamt",
    "lokasi": "lok loc",
    "showroom": "shwrm sorum shoroom showrom",
    "ya": "yaa yah iyaa",
    "iya": "iye iyah",
    "mau": "mo mw mao",
    "sedikit": "dikit dkt",
    "bicara": "bcr",
    "ngobrol": "ngobrl",
    "pagi": "pg",
    "test drive": "testdrive tesdrive",
    "cicilan": "cicil nyicil",
    "jangan": "jgn",
    "mohon": "mhn",
    "tolong": "tlg tlong",
    "maaf": "mf maap",
    "bapak": "bpk",
    "orisinil": "ori original orisinal orsinil",
}
_SLANG = {short: word for word, shorts in _SLANG_BY_WORD.items() for short in shorts.split()}

_KEEP = {
    "nya": {"tanya", "punya", "hanya", "bertanya", "ditanya", "banya"},
    "kah": {"langkah", "berkah", "nikah", "serakah", "tingkah", "menikah", "rekah"},
    "lah": {
        "masalah",
        "adalah",
        "jumlah",
        "setelah",
        "sekolah",
        "istilah",
        "makalah",
        "sebelah",
        "salah",
        "telah",
        "kuliah",
        "belah",
        "celah",
        "olah",
        "ulah",
        "lelah",
        "mengolah",
        "bermasalah",
        "dialah",
        "oalah",
    },
    "ku": {
        "berlaku",
        "perilaku",
        "pelaku",
        "bangku",
        "laku",
        "paku",
        "buku",
        "suku",
        "saku",
        "kaku",
        "baku",
        "aku",
        "haiku",
    },
    "mu": {"bertemu", "ketemu", "temu", "tamu", "kamu", "ilmu", "jamu", "semu", "bumbumu", "menemu"},
}

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
    "jawab, berikan, give, tampilkan, show, forget, lupakan, act, berpura, developer, assistant, asisten, mama, "
    "papa, bunda, ayah, umi, abi, mamah, papah, keluarga, sibuk, busy, available, online, offline, allah, "
    "bismillah, alhamdulillah, tuhan, love, cinta, nomor, baru, lama, no, hp, telepon, call, only, chat, gratis, "
    "diskon, murah, slot, gacor"
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
    undressed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text.translate(_BOXED)))
    bare = "".join(char for char in undressed if not unicodedata.combining(char))
    return unicodedata.normalize("NFKC", bare).lower().translate(_LOOKALIKES)


def fold(text: str) -> str:
    """`plain`, and: letters repeated three times or more squeezed to one, slang spelled out, whitespace collapsed."""
    squeezed = _REPEATED.sub(_squeeze, plain(text))
    spelled = _LATIN_WORD.sub(_spelled_out, _DOUBLED.sub(r"\1", squeezed))
    return _SPACES.sub(" ", spelled).strip()


def words(text: str) -> list[str]:
    """The folded words, without punctuation: "HR-V brp?" -> ["hr", "v", "berapa"]."""
    return _WORD.findall(fold(text))


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
    return all(not char.isalpha() or "LATIN" in unicodedata.name(char, "") for char in word)


def _spelled_out(match: re.Match[str]) -> str:
    """Slang with its clitic too: "nomernya" -> "nomornya"."""
    word = match[0]
    if word in _SLANG:
        return _SLANG[word]
    stem = stem_clitics(word)
    return _SLANG[stem] + word[len(stem) :] if stem in _SLANG else word


def _squeeze(match: re.Match[str]) -> str:
    return match[0] if match[0] == "www" else match[1]
