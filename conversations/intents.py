"""What does a message want? Pure rules over folded Indonesian text: no Django, no network, no clock.

`classify` reads one turn's text, `in_context` fills in the car an earlier text of the same customer named.
The rules work on `said`: folded words, clitics cut, one space between ("Harganya brp?" -> "harga berapa"), so each
pattern is written once and without punctuation. The first rule that fits wins, in the order of _RULES.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from autolumiku.lib import moments, rupiah
from autolumiku.lib import text as lib_text
from conversations import entities as named
from conversations import spam
from conversations.turn import STAFF_INTENTS, Entities, Intent, Understanding
from inventory import names, traits
from staffcommands import grammar

EXAMINED = 2_048  # characters of a text that are read; holds the worst case under 50 ms
MOST_WORDS = 300
EXAMINED_ASKED = 512  # of the showroom's last message: its end, where the question stands

_W = r"(?: [a-z0-9]{1,20})"  # one word in between
_STAFF_PEOPLE = (
    r"(?:sales|admin|staff|staf|cs|customer service|marketing|owner|pemilik|bos|boss|operator|petugas|tim|manager|"
    r"manajer|pegawai|karyawan)"
)
_PERSON = rf"(?:orang(?: asli)?|manusia|{_STAFF_PEOPLE})"
_PLEASE = r"(?:dong|ya|kak|min|gan|saja|deh|tolong|sekarang|terima kasih|mas|mbak|pak|bu|bang)"
_CREDIT = (
    r"\b(?:kredit|cicilan|angsuran|dp|tdp|uang muka|tenor|leasing|bunga|simulasi|kkb|addm|addb|otr|cash tempo|"
    r"over kredit|bayar cash|per ?bulan|sebulan)\b"
)
_MEASURED = (
    r"tahun|km|kilometer|kapasitas|seat|seater|kursi|penumpang|orang|cc|jam|nomor|unit|stok|lama|jauh|jarak|bulan|"
    r"hari|tangan|pemilik|kali|"
    r"mesin|tenaga|silinder|pintu|foto|menit|liter|umur|cabang|stnk|pajak|plat"
)

# Words that carry no wish: forms of address, particles, politeness.
_FILLERS = lib_text.listed(
    "kak, kakak, gan, agan, min, admin, bos, boss, bang, abang, mas, mbak, pak, bapak, bu, ibu, sis, om, tante, "
    "bro, ya, yah, dong, deh, sih, nih, kok, lah, saja, banget, mohon, tolong, permisi, maaf, nah, oh, wah, hehe, "
    "hehehe, wkwk, wkwkwk, hmm, eh, kan, tuh, toh, the, nya, juragan, all, semua, semuanya, ah, loh, lho, yuk, "
    "ayo, dulu, juga, ini, itu"
)
_GREETINGS = lib_text.listed(
    "halo, hai, hello, hi, hey, hei, hay, pagi, siang, sore, malam, selamat, assalamualaikum, asalamualaikum, "
    "assalamu, alaikum, assalammualaikum, asalamu, salam, waalaikumsalam, wr, wb, warahmatullahi, wabarakatuh, p, "
    "ping, punten, permisi, sugeng, enjing, ass, aslm, hallow, haloha"
)
_GREETING_TAIL = lib_text.listed(
    "mau, tanya, numpang, bertanya, izin, ijin, boleh, bisa, saya, ingin, sebentar, ada, yang, di, sini, kamu, "
    "apa, kabar, bantu, perkenalkan, nama"
)
_WISHES = lib_text.listed(
    "cari, mencari, ada, beli, jual, punya, lihat, butuh, info, stok, daftar, harga, mau, ingin, minta, tanya, "
    "berapa, kredit, tes, cek, bisa"
)
_YES = lib_text.listed(
    "iya, ya, yup, yes, yoi, oke, boleh, mau, sip, siap, bisa, gas, gaskeun, tentu, lanjut, kirim, silakan, "
    "silahkan, betul, benar, setuju, minat, coba, gass, kuy, ayo, yuk, monggo, saja, lihat, mana, foto, "
    "jadwalkan, hitungkan, sambungkan, tertarik, berminat, deal, baik, please, pls, sekarang, langsung"
)
_REFUSALS = lib_text.listed(
    "tidak, tidak jadi, tidak usah, tidak perlu, tidak mau, tidak tertarik, tidak minat, tidak berminat, belum, "
    "nanti, nanti lagi, belum minat, belum tertarik, belum perlu, batal, skip, jangan, pikir pikir, saya pikir "
    "pikir, mau pikir pikir, pikir pikir lagi, belum jadi, lain kali, kapan kapan, nanti kabari, nanti saya "
    "kabari, nanti saya kabari lagi, tidak sekarang, belum sekarang, no, tidak cocok, kurang cocok, tidak deh, "
    "sudah tidak minat, saya tidak jadi, tidak jadi beli, jangan sekarang, cari yang lain, rundingan, tanya "
    "istri, tanya suami, saya batal"
)
_CLOSINGS = lib_text.listed(
    "oke, sip, siap, baik, noted, mantap, keren, mantul, bagus, bye, dadah, sampai jumpa, oke sip, oke siap, sip "
    "mantap, tidak ada pertanyaan, tidak ada, tidak ada lagi, sudah jelas, oke baik, baik oke, good, nice, top, "
    "oke mantap, ok, cukup jelas, sudah paham, paham, mengerti, oke paham, jelas, see you, sampai ketemu, "
    "ditunggu, oke ditunggu, siap ditunggu, mantap mantap, kece, cakep, alhamdulillah, oke nanti saya kabari, "
    "sama sama"
)
_STOPS = lib_text.listed(
    "stop, berhenti, batalkan, cancel, unsubscribe, stop stop, cukup, selesai, sudah cukup, cukup cukup"
)
# no more words from us at all (with nothing but a reason beside it), and words again (as a whole message)
_OPT_OUTS = lib_text.listed(
    "unsubscribe, berhenti berlangganan, hapus nomor saya, stop promo, stop chat, stop wa, stop semua, "
    "stop kirim pesan, stop kirim chat, stop kirim wa, stop kirim promo, stop kirim pesan lagi, berhenti kirim pesan, "
    "berhenti kirim chat, stop pesan, stop hubungi, berhenti hubungi, jangan hubungi, jangan hubungi nomor ini lagi, "
    "hapus nomor saya dari daftar, hapus saya dari daftar, jangan kirim promo lagi, jangan kirim wa lagi, "
    "stop hubungi saya, berhenti hubungi saya, jangan hubungi saya, jangan hubungi saya lagi, jangan hubungi lagi, "
    "jangan wa saya, jangan wa saya lagi, jangan wa lagi, jangan chat saya, jangan chat saya lagi, jangan chat lagi, "
    "jangan kirim pesan lagi, jangan kirim chat lagi, jangan ganggu saya lagi, tidak mau dihubungi, "
    "tidak mau dihubungi lagi, saya tidak mau dihubungi lagi"
)
_OPT_INS = lib_text.listed(
    "mulai, mulai lagi, start, subscribe, aktifkan, aktifkan lagi, hubungi saya lagi, boleh hubungi saya, "
    "boleh hubungi saya lagi, boleh hubungi lagi, chat lagi"
)
_FOLLOW_UPS = lib_text.listed(
    "terus, bagaimana, jadi bagaimana, terus bagaimana, yang tadi, lanjut, kelanjutan, bagaimana kelanjutan, "
    "update, ada update, yang, lain, yang lain, ada lagi, ada yang lain, selain, lainnya, bagaimana jadi, lalu, "
    "yang tadi bagaimana, bagaimana yang tadi, sudah ada kabar, ada kabar, kabar bagaimana, kabar, jadi, gimana, "
    "yang mana, bagaimana kabar, jadi bagaimana mobil, bagaimana mobil, kalau yang lain, yang lain ada, lain ada, "
    "selain ada, apa lagi"
)


def opts_out(text: str) -> bool:
    """Is it a wish to hear nothing from us any more, with nothing but the reason beside it?"""
    rest, said = "" if "?" in text else _whole(text, LONGEST_OPT_OUT), []
    while rest:
        found = _OPT_OUT.match(rest) or _REASON.match(rest)
        if found is None:
            return False
        said.append(found.lastgroup)
        rest = rest[found.end() :]
    return "wish" in said or (said[:1] == ["halt"] and "refusal" in said)


def opts_in(text: str) -> bool:
    """Does the whole message take that back?"""
    return _whole(text) in _OPT_INS


def _whole(text: str, longest: int = 80) -> str:
    words = re.findall(r"[^\W_]+", lib_text.fold(text[:longest]) if len(text) <= longest else "")
    return " ".join(word for word in words if word not in _POLITE)


LONGEST_OPT_OUT = 200
_BOUGHT = r"(?:beli|dapat|punya|ada)(?: (?:mobil|unit))?(?: yang)?(?: lain)?"
_ELSEWHERE = r"(?: (?:di|dari) (?:(?:tempat|dealer|showroom|toko|orang) )?(?:lain|sebelah|sana|teman))?"
_WANTING = (
    r"(?:minat|berminat|tertarik|butuh|perlu|cari|mencari|beli|mau|ingin|jadi beli|mau beli|ingin beli|butuh mobil)"
)
_OPT_OUT = re.compile(
    rf"(?:(?P<wish>{'|'.join(sorted(_OPT_OUTS, key=len, reverse=True))})|(?P<halt>stop|berhenti))(?: |$)"
)
_REASON = re.compile(
    rf"(?:(?:karena|soalnya|sebab|maaf|dan|saya|aku|kami|memang|sudah|merasa|juga) ){{0,4}}"
    rf"(?:(?P<refusal>{_BOUGHT}{_ELSEWHERE}|tidak {_WANTING}(?: (?:lagi|mobil|unit|sama sekali)){{0,2}}|batal beli|"
    r"(?:sangat |terlalu )?(?:terganggu|mengganggu|ganggu|risih|bosan|kesal|spam)|"
    r"(?:salah|bukan) (?:nomor|orang)(?: saya)?)|"
    rf"(?P<weak>(?:belum|kurang) {_WANTING}|tidak jadi|batal|cukup|terlalu (?:banyak|sering)(?: (?:pesan|promo|chat))?|"
    r"(?:sangat|banyak) (?:pesan|promo)|sibuk|maaf))(?: |$)"
)
_POLITE = lib_text.listed("tolong, mohon, ya, kak, dong, min, pak, bu, mas, mbak, deh, please, terima, kasih, makasih")


@dataclass(frozen=True, slots=True)
class _Heard:
    """One text, prepared once for all rules."""

    text: str  # as written, cut to EXAMINED
    plain: str  # lib_text.plain, stripped
    said: str  # folded words, clitics cut
    core: str  # said without fillers and thanks
    question: bool
    clitic: bool  # a word ends in -nya: "harganya", of something named before
    named: Entities
    read: spam.Read
    asked: str = ""  # the showroom's last question, prepared like `said`


@dataclass(frozen=True, slots=True)
class _Rule:
    intent: Intent
    confidence: float
    reason: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None = None


def _rule(intent: Intent, confidence: float, reason: str, pattern: str, unless: str = "") -> _Rule:
    return _Rule(intent, confidence, reason, re.compile(pattern), re.compile(unless) if unless else None)


_RULES: tuple[_Rule, ...] = (
    _rule(
        Intent.STOP,
        0.95,
        "stop_phrase",
        r"\b(?:stop|berhenti|setop)(?: dulu)?"
        r"(?: (?:kirim|mengirim|foto|spam|chat|wa|unit|hubungi|pesan|promo|gambar|balas))\b|"
        r"\b(?:jangan|tidak usah|tidak perlu)(?: lagi)? (?:kirim|chat|wa|hubungi|ganggu|spam|kontak)\b|"
        r"\bcukup (?:foto|dulu|gambar|sudah)\b|\bsudah cukup\b|\bhapus nomor saya\b",
        unless=r"\b(?:kalau|terima kasih|jangan (?:kirim|chat|wa|hubungi) (?:ke|di|malam|dulu ke))\b",
    ),
    _rule(
        Intent.GENERAL_QUESTION,
        0.6,
        "personal_data",
        r"\b(?:hapus|menghapus|dihapus|lihat|minta|perbaiki|ubah|salinan) (?:semua |salinan )?data(?: pribadi)? saya\b|"
        r"\bdata pribadi\b|\bdata (?:diri|chat) saya\b|"
        r"\b(?:nomor|alamat|nama|identitas|data|kontak|ktp|wa|hp)(?: (?:hp|wa|telepon|rumah|dari|dan|nomor))* "
        r"(?:pemilik|pembeli|pelanggan|customer|konsumen|penjual)(?: [a-z]{1,12})? ?"
        r"(?:lama|sebelum\w{0,4}|lain|asli)\b|"
        r"\b(?:ini|kirim|kirimkan) (?:foto |data |nomor )?(?:ktp|nik|kk|npwp|slip gaji) saya\b|"
        r"(?<![0-9])[1-9][0-9]{15}(?![0-9])",
    ),
    _rule(
        Intent.CONTACT,
        0.95,
        "contact",
        rf"\b(?:nomor|kontak|wa|whatsapp|hp|telepon|email|ig|instagram)(?: (?:hp|wa|telepon|kontak|whatsapp|"
        rf"dari))?{_W}{{0,1}} {_STAFF_PEOPLE}\b|"
        rf"\b{_STAFF_PEOPLE}(?: yang)?{_W}{{0,3}} (?:siapa|nomor|kontak|wa)\b|\bsiapa{_W}{{0,1}} {_STAFF_PEOPLE}\b|"
        r"\b(?:minta|ada|boleh|berapa|bagi|mana|kirim|tahu)(?: minta)? (?:nomor|kontak|wa|telepon)\b|"
        r"\b(?:nomor|kontak|telepon|hp|wa) (?:nya )?(?:yang )?(?:bisa|berapa|dihubungi|showroom|toko|wa|hp|telepon)\b|"
        r"\b(?:hubungi|dihubungi|telepon) (?:ke )?mana\b|"
        r"\byang bisa dihubungi\b|"
        rf"^mana {_STAFF_PEOPLE}$|\b(?:instagram|ig|tiktok|facebook|website) (?:apa|ada|nama)\b",
        unless=r"\brekening|\bnomor (?:rangka|mesin|plat|polisi|stnk|bpkb|ktp|rek)\b|\bowner saya\b|\bkenapa\b",
    ),
    _rule(
        Intent.HUMAN_REQUEST,
        0.95,
        "wants_a_person",
        rf"\b(?:bicara|berbicara|ngomong|ngobrol|chat|chatan|konsultasi|tanya|berhubungan|nego|dilayani|dibantu|"
        rf"dibalas|komunikasi|diskusi){_W}{{0,3}} {_PERSON}\b|"
        rf"\b(?:sambung\w{{0,4}}|hubungkan|hubungin|disambung\w{{0,4}}|dihubungkan|dihubungi|panggil\w{{0,3}}|"
        rf"dipanggil\w{{0,3}}|alihkan|oper|connect|diarahkan)"
        rf"{_W}{{0,3}} {_PERSON}\b|"
        rf"\b{_STAFF_PEOPLE}{_W}{{0,2}} (?:hubungi|telepon|kontak|wa|chat) saya\b|"
        r"\b(?:tolong|minta|bisa|mohon|boleh|harap)(?: tolong)? (?:telepon|hubungi|dihubungi|ditelepon|call|"
        r"kontak)\b|\b(?:telepon|hubungi|call) saya\b|"
        rf"\b(?:mau|minta|ada|butuh|perlu|cari|pengin|ingin|sama|dengan) (?:orang asli|manusia|orang langsung)\b|"
        rf"\bmau{_W}{{0,2}} (?:sama|dengan) {_PERSON}\b|"
        rf"\b(?:minta|mnta|mau|ingin) {_PERSON}(?: (?:langsung|balas|bantu|asli))*(?: {_PLEASE})*$|\bminta ?orang$|"
        rf"^(?:sama )?(?:orang|manusia)(?: (?:langsung|asli))?(?: {_PLEASE})*$|\bbukan (?:robot|bot|mesin) yang\b|"
        rf"\btalk to (?:a )?(?:human|person)\b|\bagen manusia\b",
        unless=r"\b(?:kamu|anda|ini) (?:robot|bot|manusia|orang)\b|\blagi (?:ngobrol|chat|bicara)\b|"
        r"\btanya (?:istri|suami|orang rumah|orang tua)\b",
    ),
    _rule(
        Intent.COMPLAINT,
        0.95,
        "complaint",
        r"\b(?:kecewa|mengecewakan|dikecewakan|komplain|complain|komplen|keluhan|refund|somasi|pengacara|"
        r"lapor(?:kan)? (?:ke )?(?:polisi|ylki)|"
        r"penipu|menipu|ditipu|ketipu|kena tipu|bohong|dibohongi|pembohong|tidak profesional|tidak becus|"
        r"tidak jelas pelayanan|"
        r"(?:pelayanan|respon|admin|sales|service) (?:buruk|jelek|parah|lama|lambat|lelet|tidak ramah|payah)|"
        r"(?:balas|respon|jawab) (?:lama|lambat|lelet)|(?:lama|lambat|lelet) (?:sekali |amat |banget )?(?:balas|"
        r"dibalas|respon|jawab)|slow respon|anjing|bangsat|goblok|tolol|brengsek|kampret|"
        r"(?:kenapa|kok|dari tadi|sudah)(?: [a-z]{1,12}){0,3} (?:belum|tidak|tidak pernah) (?:di ?)?(?:balas|"
        r"respon|jawab|dibalas|direspon|dijawab)|"
        r"(?:uang|dp) (?:saya )?(?:kembali|dikembalikan|balikin|hilang)|kembalikan (?:uang|dp)|(?:mobil|unit|"
        r"barang|ac|mesin)(?: [a-z]{1,12}){0,4} (?:tidak sesuai|rusak)|"
        r"(?:saya|aku|gue|gw)(?: (?:lagi|sangat|jadi|sudah|benar|sungguh)){0,2} (?:marah|kesal|kesel|jengkel|emosi)|"
        r"(?:marah|kesal|kesel|jengkel|emosi) (?:banget|sekali|saya|aku|sama kalian|dengan kalian)|viralkan|"
        r"payah (?:banget|sekali|kalian|dealer|dealernya|showroom|showroomnya|pelayanan|pelayanannya)|"
        r"tidak sesuai (?:iklan|foto|janji|deskripsi)|baru (?:beli|seminggu|sebulan|"
        r"sehari)(?: [a-z]{1,12}){0,4} (?:rusak|mogok|bermasalah)|php)\b",
        unless=r"\b(?:takut|bukan|apakah|semoga|jangan) (?:ke|di|kena )?(?:tipu|penipu|ketipu|bohong)|"
        r"\b(?:customer|pelanggan|konsumen)\b|"
        r"\b(?:kalau|jika|apakah|misal|garansi)\b",
    ),
    _rule(
        Intent.GENERAL_QUESTION,
        0.6,
        "payment",
        r"\b(?:rekening|norek|nomor rek|pelunasan|transfer (?:ke|uang|dp|kemana|di|tanda jadi|booking)|"
        r"bukti (?:transfer|bayar)|bayar ke mana)\b",
    ),
    _rule(
        Intent.IDENTITY,
        0.95,
        "identity",
        r"^(?:apa(?:kah)? )?(?:ini|kamu|anda|kau|lu|kakak|kak|situ)(?: (?:ini|itu|tuh|sebenar|adalah|sih|siapa|"
        r"apa)){0,3} (?:apa|siapa)(?: (?:sih|ya|kak|sebenar|dong|kamu)){0,2}$|"
        r"\b(?:robot|bot|chatbot|chatgpt|gpt|artificial intelligence|asisten virtual|mesin penjawab|auto ?reply)\b|"
        r"\b(?:pakai|kamu|anda|ini|apakah|sama|dengan|seorang) ai\b|\bai (?:ya|bukan|kah|atau)\b|\b(?:kamu|anda|"
        r"ini)(?: beneran| benar| sungguhan| asli)? (?:manusia|orang)(?: (?:asli|beneran|atau|bukan|apa|ya))?\b|"
        r"\b(?:siapa saya|saya siapa|kenal saya|tahu saya)\b|\b(?:siapa nama|nama (?:kamu|anda)|nama siapa)\b|"
        r"\b(?:dengan|sama) siapa(?: (?:ini|saya|ya))?\b|"
        r"\b(?:ini|kamu|anda)(?: dengan)? siapa\b|\bbisa (?:apa|bantu apa) (?:saja )?(?:kamu|anda)\b|\b(?:kamu|"
        r"anda) bisa apa\b|\bteknologi apa\b|\bautolumiku\b",
        unless=rf"\b(?:siapa {_STAFF_PEOPLE}|atas nama|nama stnk|nama bpkb|balik nama)\b",
    ),
    _rule(
        Intent.PHOTO,
        0.95,
        "asks_photo",
        r"\b(?:foto|gambar|video|galeri|vidio|dokumentasi)\b",
        unless=r"\b(?:bukan|tanpa|tidak usah|tidak perlu|jangan|stop|ktp) (?:kirim )?(?:foto|gambar)\b|"
        r"\bsesuai foto\b|\b(?:foto|gambar) (?:asli|ktp|kk) (?:ya|bukan)\b|"
        r"\bfoto copy\b|\bfotokopi\b",
    ),
    _rule(
        Intent.TRADE_IN,
        0.9,
        "trade_in",
        r"\btukar tambah\b|\btrade ?in\b|\btukar (?:mobil|unit|avanza|dengan|sama|guling)\b|\b(?:mau|ingin|bisa|"
        r"terima|menerima|boleh) (?:jual|menjual|titip jual|titip) "
        r"(?:mobil|unit|avanza|motor)\b|\bjual mobil saya\b|\bmobil (?:lama )?saya (?:mau )?(?:dijual|ditukar|"
        r"dihargai|laku)\b|\bjual(?: mobil)? [a-z0-9]{1,12}(?: [a-z0-9]{1,12}){0,2} saya\b|"
        r"\b(?:di)?taksir(?:an|kan)?\b|\b(?:terima|beli) mobil bekas\b|\btitip jual\b|\bbuyback\b",
        unless=r"\b(?:apa|ada) jual mobil\b",
    ),
    _rule(
        Intent.NEGOTIATION,
        0.9,
        "negotiation",
        r"\b(?:nego|negosiasi|dinego|nego nego|negoable|nett|net)\b|\b(?:diskon|discount|disc|potongan|korting|"
        r"cashback)\b|\bharga (?:pas|mentok|mati|best|terbaik|net|nett|dasar|bawah|final|teman)\b|"
        r"\bbest price\b|\b(?:bisa|boleh|dapat|masih|tidak|ada) (?:di)?(?:kurang|kurangi|kurangin|turun|turunkan|"
        r"turunin|tawar|murahin|dimurahin)\b(?! (?:lebih|dari|tahu|bagus|jelas|suka|cocok|paham|yakin))|"
        r"\b(?:kurangi|kurangin|dikurangi|turunin|turunkan|diturunkan|tawar|menawar|ditawar|kurang dikit|"
        r"kurang sedikit|kurang lagi|dikurangin|murahin)\b|"
        r"\b(?:bisa|boleh) lebih murah(?: lagi)?$|\b(?:kasih|lepas|bungkus|angkat|deal)(?: (?:di|harga|saya|"
        r"dengan|nih)){0,2} [0-9]{2,3} ?(?:jt|juta|m)?\b|\b[0-9]{2,4} ?(?:jt|juta) "
        r"(?:boleh|dapat(?! (?:apa|mobil|unit|yang))|lepas|deal|"
        r"bungkus|angkut)(?: (?:tidak|ya|kak))?\b",
    ),
    _rule(
        Intent.NEGOTIATION,
        0.85,
        "sets_a_price",
        rf"\b(?:ubah|ganti|set|tetapkan|jadikan|bikin){_W}{{0,2}} harga\b|"
        rf"\bharga{_W}{{0,3}} (?:jadi|menjadi|jadikan) (?:rp ?)?[0-9]",
    ),
    _rule(
        Intent.NEGOTIATION,
        0.85,
        "offers_a_price",
        r"(?<![0-9.,])[0-9]{2,3} ?(?:jt|juta)?(?: (?:saja|cash|tunai))? (?:bisa|boleh|dapat|lepas|angkut|"
        r"gas)(?: (?:tidak|ya|kak|gan|bos|min|dong|om|lah))*$",
        unless=r"\b(?:budget|dp|tdp|uang muka|cicilan|angsuran|dana|tahun|tenor|bulan|kredit|jam|pukul|pkl|km|"
        r"persen)\b|\btest ?drive\b",
    ),
    _rule(
        Intent.TEST_DRIVE,
        0.85,
        "test_drive",
        r"\btes(?:t)? ?drive\b|\btest ?ride\b|\buji coba\b|\btes jalan\b|\b(?:mau|bisa|boleh|ingin|"
        r"saya) (?:di)?(?:coba|cobain|nyoba|nyobain|tes|test)(?: (?:dulu|mobil|unit|jalan|langsung|nyetir|bawa|"
        r"dong|saja))?\b|"
        rf"\b(?:besok|lusa|nanti|hari ini|pagi|siang|sore|senin|selasa|rabu|kamis|jumat|sabtu|minggu){_W}{{0,3}} "
        rf"(?:bisa|boleh) (?:di)?(?:lihat|cek)\b|\b(?:bisa|boleh) (?:di)?(?:lihat|cek){_W}{{0,2}} (?:besok|lusa)\b|"
        r"\bcoba (?:mobil|unit|jalan|nyetir|bawa)\b|\b(?:datang|mampir|berkunjung|kunjungi|kunjungan|survey|"
        r"survei|otw|meluncur|ke sana|kesana|ke showroom|ke lokasi|ke tempat|main ke)\b|"
        rf"\b(?:lihat|cek|liat|lihat lihat|inspeksi){_W}{{0,3}} (?:langsung|showroom|lokasi|tempat|fisik|besok|"
        rf"lusa|sabtu|minggu|senin|selasa|rabu|kamis|jumat|hari ini|sore ini|siang ini)\b|"
        r"\b(?:lihat|cek) (?:unit|mobil)(?: (?:dulu|boleh|bisa|ya|kapan))?$|\b(?:janjian|janji temu|bikin janji|"
        r"buat janji|jadwal (?:lihat|kunjungan|test|survey)|jadwalkan)\b",
        unless=r"\b(?:baru datang|unit datang|datang unit|mobil datang|datang baru|kapan datang|barang datang|"
        r"survey (?:leasing|kredit|bca)|disurvey|naik apa|lewat mana|arah)\b|"
        r"\b(?:coba|tes) (?:kirim|lihat|hitung|cek|jelaskan|carikan|simulasi|tanya)\b|\blihat lihat (?:mobil|unit)\b",
    ),
    _rule(
        Intent.HOURS,
        0.95,
        "hours",
        r"\bjam (?:buka|tutup|kerja|operasional|operasi|layanan|berapa)\b|\b(?:buka|tutup)(?: (?:showroom|toko|"
        r"dari|sampai|nya|hari|setiap|tiap)){0,3} (?:jam|pukul|kapan|hari|minggu|sabtu|besok|sekarang|setiap|tiap|"
        r"tidak|berapa)\b|"
        r"\b(?:minggu|sabtu|senin|jumat|besok|sekarang|hari ini|libur|lebaran|masih|showroom|toko|tanggal merah|"
        r"weekend|malam|lusa)(?: (?:apa|ini|masih|tetap|apakah|showroom|toko|juga|bisa)){0,2} (?:buka|tutup|libur)\b|"
        r"\b(?:buka|tutup) (?:jam|pukul|kapan)\b|\bkapan(?: showroom| toko)? (?:buka|tutup)\b|"
        r"^(?:buka|tutup)(?: tidak)?$|\bhari (?:operasional|kerja) \b|"
        r"\boperasional\b|\bopen hour\w?\b",
        unless=r"\bbuka (?:harga|kap|pintu|bagasi|di harga)\b",
    ),
    _rule(
        Intent.LOCATION,
        0.95,
        "location",
        r"\b(?:lokasi|alamat|share ?lok\w{0,3}|serlok|share location|maps?|gmaps|google ?maps?|titik lokasi|"
        r"patokan|rute|arah ke)\b|"
        rf"\b(?:di mana|mana|daerah mana|kota mana)(?: (?:ya|sih|showroom|toko|tempat|dealer|posisi|kantor|mobil|"
        rf"unit))?$|\b(?:showroom|toko|tempat|dealer|kantor|posisi|unit|mobil|cabang){_W}{{0,4}} (?:di mana|mana|"
        rf"daerah mana|sebelah mana|daerah)\b|"
        r"\b(?:di mana|daerah mana) (?:ya |sih )?(?:showroom|toko|tempat|dealer|posisi|kantor|mobil|unit|ini)\b|"
        r"\bposisi (?:di|mobil|unit)\b|\b(?:punya|ada) cabang\b|\bcabang (?:mana|lain|di)\b|\bdi kota apa\b|"
        r"\b(?:naik apa|lewat mana)\b",
        unless=r"\byang [a-z]{1,12} mana\b|"
        r"\b(?:yang|foto|gambar|warna|merek|merk|mobil yang|mending|bagus(?:an)?|pilih) mana\b|"
        r"\bmana (?:foto|gambar|yang)\b",
    ),
    _rule(
        Intent.CONDITION,
        0.85,
        "condition",
        r"\b(?:banjir|kebanjiran|tabrak|tabrakan|nabrak|ketabrak|laka|kecelakaan|kondisi|interior|eksterior|"
        r"exterior|dalaman|orisinil|orisinal|mulus|baret|penyok|karat|keropos|repaint|cat ulang|"
        r"stnk|bpkb|surat|faktur|pajak|plat|samsat|balik nama|nik|nomor rangka|minus|kekurangan|kendala|bocor|"
        r"rembes|oli|turun mesin|overhaul|servis|service|buku servis|service record|riwayat|history|"
        r"tangan (?:pertama|ke|kedua|satu|dua|1|2)|tangan ke berapa|pemilik (?:ke|sebelum|pertama)|pemakai|"
        r"pemakaian|bekas (?:apa|siapa|taksi|rental|grab|travel|banjir|tabrak)|ex (?:taksi|rental)|"
        r"ban|velg|aki|jok|ac|kaki kaki|kopling|rem|audio|kilometer asli|km (?:asli|berapa|rendah|tinggi|ori)|"
        r"odometer|garansi|sehat|terawat|inspeksi|layak|istimewa)\b|"
        r"\b(?:berapa|sudah) (?:km|kilometer)\b|\b(?:km|kilometer)(?: sudah| masih| nya)? (?:berapa|rendah|tinggi|"
        r"asli)\b|\bjarak tempuh\b|\b(?:asli|normal|aman|masih bagus|masih oke)(?: (?:tidak|semua|kan|ya))?$|"
        r"\bmesin(?: [a-z]{1,12}){0,2} (?:bagaimana|halus|kering|kasar|normal|sehat)\b",
        unless=r"\b(?:syarat kredit|surat kuasa|ac milan)\b",
    ),
)

_PRICE = re.compile(
    rf"{_CREDIT}|\b(?:harga|price|pricelist|biaya|cost|promo|mahal|kemahalan|tarif|bandrol|banderol|nominal|"
    rf"dibanderol|pricelis|asuransi)\b"
)
_ASKS_PRICE = re.compile(rf"{_CREDIT}|\b(?:berapa|pricelist|biaya|promo|asuransi)\b")
_HOW_MUCH = re.compile(rf"\bberapa\b(?! (?:{_MEASURED}|penjualan|terjual|rekening|orang)\b)")
_OTHER_MEASURE = re.compile(rf"\b(?:{_MEASURED})(?: (?:ke|yang|nya|itu|ini|ya|ada|sudah|sih|masih))? berapa\b")
_OBJECTION = re.compile(r"\b(?:mahal|kemahalan|ketinggian|tinggi amat)\b")
_SEARCH = re.compile(
    r"\b(?:cari|mencari|carikan|butuh|perlu|rekomendasi|rekomendasikan|sarankan|saran|budget|dana|pilihan|"
    r"apa saja|mobil apa|unit apa|selain|"
    r"yang lain|lainnya|list|daftar|katalog|koleksi|termurah|terbaru|terlama|murah|ready apa|apa yang ready|"
    r"ada apa|mulai|semua)\b"
)
_VEHICLE = re.compile(
    r"\b(?:mobil|motor|kendaraan|unit|stok|stock|ready|tersedia|available|seater|kapasitas|muat|cc|tipe|type|"
    r"varian|warna|tahun berapa|tahun|"
    r"transmisi|bensin|irit|boros|fitur mobil|spek|spesifikasi|masih ada|katalog|inventory|bagasi|tenaga|mpv|suv|"
    r"sedan|city car|airbag|sunroof|budget|keluarga|"
    r"lebih murah|termurah|rekomendasi|rekomendasikan|koleksi|minat|tertarik|berminat|beli)\b"
)
_POINTS = re.compile(r"\b(?:itu|ini|tadi|tersebut)\b")
_REFERS_BACK = re.compile(r"\b(?:itu|(?<!hari )ini|tadi|tersebut|yang|nya|masih)\b")
_ATTRIBUTE = re.compile(r"\b(?:warna|tipe|varian|syarat|surat|fitur|kelengkapan|bonus|promo)\b")
_STAFF_WORDS = re.compile(
    r"^/(?:upload|status|stats|report|laporan|statistik|edit|help|menu|verify)\b|"
    r"^(?:upload|stats|statistik|laporan|report)(?: (?:today|week|month|mobil|unit|penjualan|hari ini|"
    r"minggu ini|bulan ini))?$|"
    r"^(?:tambah|input|upload) mobil$|^(?:status|edit|rubah|ubah|update|"
    r"ganti)(?: status)? [a-z]{1,6}(?:-[a-z]{2,4})?-[0-9]{3}|"
    r"^(?:update|ubah|ganti|rubah) (?:status|harga)\b|\b(?:laporan|data|report) penjualan\b|\b(?:profit|omzet|"
    r"omset|keuntungan|laba|pendapatan)\b|\bsales report\b|"
    r"\b(?:harga modal|harga beli showroom|data (?:customer|pelanggan))\b"
)

_OFFERS: tuple[tuple[Intent, re.Pattern[str]], ...] = (
    (Intent.PHOTO, re.compile(r"\b(?:foto|gambar|video)\b")),
    (
        Intent.TEST_DRIVE,
        re.compile(
            r"\b(?:test drive|jadwal\w{0,4}|datang|berkunjung|kunjungan|lihat (?:unit|"
            r"mobil) langsung|mampir)\b"
        ),
    ),
    (Intent.PRICE_INQUIRY, re.compile(r"\b(?:simulasi|hitung\w{0,4}|kredit|cicilan|dp)\b")),
    (Intent.HUMAN_REQUEST, re.compile(r"\b(?:hubungkan|sambungkan|dihubungi|staf|staff|sales|admin|tim kami)\b")),
    (Intent.TRADE_IN, re.compile(r"\btukar tambah\b")),
)
_ASKED_YEAR = re.compile(r"\btahun\b")
_ASKED_DOWN_PAYMENT = re.compile(r"\b(?:dp|uang muka)\b")
_ASKED_BUDGET = re.compile(r"\b(?:budget|anggaran|dana|kisaran harga|harga)\b")
_ASKED_WHEN = re.compile(r"\b(?:kapan|jam berapa|hari apa|tanggal berapa|besok atau)\b")
_ASKED_MORE = re.compile(r"\b(?:ada lagi|yang lain|dibantu|bantu lagi)\b")
_PHONE = re.compile(r"(?<![0-9])(?:\+?62|0)[ -]?8[0-9]{1,3}[ -]?[0-9]{3,4}[ -]?[0-9]{3,5}(?![0-9])")
_CALL_ME = re.compile(r"\b(?:telepon|hubungi|dihubungi|ditelepon|call|kontak)\b")
_BARE_NUMBER = re.compile(r"[0-9][0-9 .,%-]{0,20}")
_IF = re.compile(r"^(?:kalau|kalo|klo|kl|misal\w{0,3}|yang|yg) ")
_OTHERS = re.compile(
    r"\bselain (?:itu|ini|yang itu|yang tadi)\b|\byang lain(?:nya)?\b|\b(?:ada|apa) (?:lagi|yang lain)\b|"
    r"\b(?:pilihan|unit|mobil|opsi) lain(?:nya)?\b|\b(?:peng)?gantinya\b|\b(?:ada|apa) ganti\b|\balternatif\b"
)
_SMALL = re.compile(r"[0-9]{2,4}")

_FILLED_IN = frozenset(
    {
        Intent.VEHICLE_INQUIRY,
        Intent.PRICE_INQUIRY,
        Intent.TEST_DRIVE,
        Intent.CONDITION,
        Intent.PHOTO,
        Intent.TRADE_IN,
        Intent.NEGOTIATION,
        Intent.FOLLOW_UP,
    }
)


def classify(
    text: str,
    *,
    staff: bool = False,
    asked: str = "",
    now: datetime | None = None,
    earlier: Sequence[str] = (),
    trusted: bool = False,
) -> Understanding:
    """The intent of one turn's text.

    staff: the sender may give commands; asked: the showroom's last message; now: the present in the showroom's zone,
    without which no day or time is read; earlier: this customer's texts before; trusted: people have said that this
    chat is no spam. Reads the first EXAMINED characters. Reasons an orchestrator may use: "new_search" (no car carried
    over), "refers_back", "staff_words" (a customer used a command), "phone_given", "price_objection", "no_words"; of
    spam they say what spoke for it.
    """
    heard = _hear(text, asked, now)
    if not heard.said:
        return Understanding(Intent.UNKNOWN, 0.3, reasons=("no_words" if text.strip() else "empty",))
    if staff and (call := grammar.recognise(text)):
        return Understanding(Intent(call.intent), 0.95, heard.named, ("staff_command",))
    if not (staff or trusted) and (evidence := _weighed(heard, earlier)).is_spam:
        sure = min(0.9, 0.8 + (evidence.score - spam.THRESHOLD) / 50)
        return Understanding(Intent.SPAM, round(sure, 2), reasons=evidence.reasons)
    if not staff and _STAFF_WORDS.search(heard.plain):
        return Understanding(Intent.GENERAL_QUESTION, 0.6, heard.named, ("staff_words",))
    answer = (
        _answer(heard)
        or _showroom_greeted(heard)
        or _short(heard)
        or _by_rule(heard)
        or _about_cars(heard)
        or _closing_or_greeting(heard)
    )
    return _with_reasons(answer or _general(heard), heard)


def in_context(earlier: Sequence[str], now: Understanding, shown: Sequence[str] = ()) -> Understanding:
    """`now` with the car, the budget and the wishes that it goes on from.

    shown: ids of the cars in our last message that held any; what speaks of a car and wishes for none means these.
    earlier: texts of the customer only, oldest first as Turn.history; read newest first, and no further than the last
    search for something else. Nothing is filled when `now` names a car or asks about none.
    """
    if now.intent in STAFF_INTENTS or now.entities.names_a_car() or not _follows(now):
        return now
    entities = now.entities
    if shown and "others" in now.reasons and not _wishes(entities):
        return _others(earlier, now, shown)
    if shown and "new_search" not in now.reasons and not _wishes(entities) and now.intent is not Intent.TRADE_IN:
        ids = {"unit_id": shown[0]} if len(shown) == 1 else {"shown": tuple(shown)}
        return replace(now, entities=replace(entities, **ids), reasons=(*now.reasons, "from_shown"))
    searching = "new_search" in now.reasons or (
        bool(entities.body_type or entities.seats) and "refers_back" not in now.reasons
    )
    for text in reversed(list(earlier)[-20:]):
        before = named.find(text[:EXAMINED])
        if _SELLS.search(lib_text.plain(text[:EXAMINED])):
            continue  # their own car
        if _wishes(now.entities) and not searching and not before.names_a_car():
            entities = _narrowed(entities, before)
            searching = searching or _wishes(before)  # no further back than the last search
        if entities.budget is None and now.intent in (
            Intent.VEHICLE_INQUIRY,
            Intent.FOLLOW_UP,
            Intent.GENERAL_QUESTION,
        ):
            entities = replace(
                entities, budget=before.budget, budget_min=before.budget_min, budget_max=before.budget_max
            )
        if before.names_a_car():
            if not searching:
                entities = _with_car(entities, before)
            break
        if _searches_anew(text):
            searching = True
    return now if entities == now.entities else replace(now, entities=entities, reasons=(*now.reasons, "from_context"))


def _follows(now: Understanding) -> bool:
    if now.intent in _FILLED_IN:
        return True
    if "others" in now.reasons and now.intent is Intent.GENERAL_QUESTION:
        return True
    only_a_year = "bare_number" in now.reasons and now.entities.year is not None
    return now.intent is Intent.GENERAL_QUESTION and (only_a_year or "refers_back" in now.reasons)


WISHES = ("transmission", "fuel", "body_type", "seats", "color", "unwanted", "year", "year_min", "year_max", "order")
_SELLS = re.compile(r"\b(?:jual(?:kan)?|menjual|ditaksir|taksir\w{0,3})\b(?! (?:apa|mobil apa))")


def _others(earlier: Sequence[str], now: Understanding, shown: Sequence[str]) -> Understanding:
    """ "Selain itu?": what else there is of what was searched for last."""
    entities = replace(now.entities, without=tuple(shown))
    for text in reversed(list(earlier)[-20:]):
        before = named.find(text[:EXAMINED])
        if _wishes(before) and not _SELLS.search(lib_text.plain(text[:EXAMINED])):
            money = {name: getattr(before, name) for name in ("budget", "budget_min", "budget_max")}
            entities = replace(_narrowed(entities, before), **money)
            break
        if before.names_a_car():
            break
    return Understanding(Intent.VEHICLE_INQUIRY, 0.85, entities, (*now.reasons, "from_shown"))


def _wishes(entities: Entities) -> bool:
    """Does it say what the car should be like?"""
    return bool(entities.budget or entities.budget_min or entities.budget_max) or any(
        getattr(entities, name) for name in WISHES
    )


def _narrowed(now: Entities, before: Entities) -> Entities:
    """ "yang matic aja" after "mobil 7 kursi": the earlier wishes stand where nothing else is wished for."""
    kept = {name: getattr(before, name) for name in WISHES if name != "order" and not getattr(now, name)}
    if now.year or now.year_min or now.year_max:
        kept = {name: value for name, value in kept.items() if not name.startswith("year")}
    kept = {name: value for name, value in kept.items() if f"{name}={value}" not in now.unwanted}
    own = {f"{name}={getattr(now, name)}" for name in WISHES}  # wished for after all
    unwanted = dict.fromkeys(one for one in (*before.unwanted, *now.unwanted) if one not in own)
    return replace(now, **{**kept, "unwanted": tuple(unwanted)})


def _with_car(entities: Entities, before: Entities) -> Entities:
    """The earlier car; its year too, unless a different one is named now."""
    year = entities.year if entities.year is not None else before.year
    return replace(
        entities, make=before.make, model=before.model, guessed=before.guessed, unit_id=before.unit_id, year=year
    )


def _searches_anew(text: str) -> bool:
    said = traits.denied(_hear(text, "").said)[1]
    return bool(_SEARCH.search(said)) and bool(
        re.search(
            r"\b(?:apa saja|mobil apa|unit apa|yang lain|"
            r"lainnya|selain)\b",
            said,
        )
    )


def _hear(text: str, asked: str, now: datetime | None = None) -> _Heard:
    cut = text[:EXAMINED]
    plain = lib_text.plain(cut)[:EXAMINED].strip()  # some single characters unfold to whole sentences
    folded = lib_text.fold(plain)
    words = lib_text.parted(folded)[:MOST_WORDS]
    stems = [lib_text.stem_clitics(word) for word in words]
    said = " ".join(stems)[:EXAMINED]
    core = " ".join(word for word in said.replace("terima kasih", " ").split() if word not in _FILLERS)
    clitic = any(word.endswith("nya") and lib_text.stem_clitics(word) != word for word in words)
    read = spam.Read(cut, plain, folded, frozenset(stems))
    return _Heard(
        cut, plain, said, core, "?" in cut, clitic, named.find(plain, now, said=said), read, _last_question(asked)
    )


def _said(words: list[str]) -> str:
    return " ".join(lib_text.stem_clitics(word) for word in words)[:EXAMINED]


def _last_question(asked: str) -> str:
    """The last sentence of the showroom's message that asks, else its end."""
    tail = asked[-EXAMINED_ASKED:]
    questions = [part for part in re.split(r"(?<=[?!.\n])\s", tail) if "?" in part]
    last = questions[-1] if questions else tail[-160:]
    return _said(lib_text.words(last[-300:])[:MOST_WORDS])


def _weighed(heard: _Heard, earlier: Sequence[str]) -> spam.Evidence:
    """Spam or not; where it looks like it, what the person wrote before speaks too."""
    named = heard.named
    car = names.Names(named.make, named.model, named.guessed)
    evidence = spam.weigh(heard.read, car=car)
    if evidence.is_spam and earlier and spam.talks_of_cars(earlier):
        return spam.weigh(heard.read, car=car, talks_of_cars=True)
    return evidence


def _answer(heard: _Heard) -> Understanding | None:
    """A short text read as the answer to what the showroom asked last."""
    if _PHONE.search(heard.plain) and len(heard.said) < 60 and not _CALL_ME.search(heard.said):
        return Understanding(Intent.GENERAL_QUESTION, 0.6, heard.named, ("phone_given",))
    if not heard.asked:
        return _bare_number(heard)
    photo = "foto" in heard.said.split() and not _OFFERS[0][1].search(heard.asked)  # asked for, not accepted
    if (
        not photo
        and set(heard.core.split() or heard.said.split()) <= _YES
        and len(heard.said) <= 60
        and not _is_thanks(heard)
    ):
        return _yes(heard)
    heard = replace(heard, plain=_IF.sub("", heard.plain).rstrip(" ?"))
    if _BARE_NUMBER.fullmatch(heard.plain) or rupiah.parse(heard.plain) is not None:
        return _number(heard) or _bare_number(heard)
    if _ASKED_WHEN.search(heard.asked) and moments.mentioned(heard.plain):
        return None if heard.question else Understanding(Intent.TEST_DRIVE, 0.85, heard.named, ("answers_when",))
    return None


def _yes(heard: _Heard) -> Understanding | None:
    for intent, pattern in _OFFERS:
        if pattern.search(heard.asked):
            confidence = 0.95 if intent is Intent.PHOTO else 0.85
            return Understanding(intent, confidence, heard.named, ("accepts_offer",))
    return None


def _number(heard: _Heard) -> Understanding | None:
    """ "2020" after "tahun berapa?", "150" after "budget berapa?", "20%" after "DP berapa?"."""
    amount = rupiah.parse(heard.plain)
    if _ASKED_DOWN_PAYMENT.search(heard.asked):
        percent = re.fullmatch(r"([0-9]{1,2})\s?%?", heard.plain)
        filled = replace(heard.named, budget=None, down_payment=amount)
        filled = replace(filled, down_payment_percent=int(percent[1])) if percent and amount is None else filled
        return Understanding(Intent.PRICE_INQUIRY, 0.85, filled, ("answers_down_payment",))
    if _ASKED_BUDGET.search(heard.asked) and not heard.named.year:
        budget = amount or (int(heard.plain) * rupiah.JUTA if _SMALL.fullmatch(heard.plain) else heard.named.budget)
        return Understanding(Intent.VEHICLE_INQUIRY, 0.85, replace(heard.named, budget=budget), ("answers_budget",))
    if _ASKED_YEAR.search(heard.asked):
        return Understanding(Intent.VEHICLE_INQUIRY, 0.85, heard.named, ("answers_year",))
    return None


def _bare_number(heard: _Heard) -> Understanding | None:
    if _BARE_NUMBER.fullmatch(heard.plain) and heard.named.budget is None:
        return Understanding(Intent.GENERAL_QUESTION, 0.6, heard.named, ("bare_number",))
    return None


def _short(heard: _Heard) -> Understanding | None:
    """Whole texts of a few words: refusal, closing, stop, follow-up."""
    core = heard.core or heard.said
    if core in _STOPS and not _is_thanks(heard):
        closing = core in ("cukup", "selesai", "sudah cukup") and bool(_ASKED_MORE.search(heard.asked))
        return Understanding(Intent.CLOSING if closing else Intent.STOP, 0.95, heard.named, ("stop_word",))
    if core in _REFUSALS and not heard.question:
        closing = core in ("tidak", "belum") and bool(_ASKED_MORE.search(heard.asked))
        return Understanding(Intent.CLOSING if closing else Intent.REFUSAL, 0.95, heard.named, ("refusal",))
    if core in _FOLLOW_UPS or (core == "" and heard.question and not _is_thanks(heard) and "halo" not in heard.said):
        return Understanding(Intent.FOLLOW_UP, 0.9, heard.named, ("follow_up",))
    if _is_thanks(heard) and (not heard.core or heard.core in _CLOSINGS or heard.core in _STOPS):
        return Understanding(Intent.CLOSING, 0.95, heard.named, ("thanks",))
    if core in _CLOSINGS and not heard.question:
        return Understanding(Intent.CLOSING, 0.7, heard.named, ("acknowledges",))
    return None


def _by_rule(heard: _Heard) -> Understanding | None:
    for rule in _RULES:
        if rule.pattern.search(heard.said) and not (rule.unless and rule.unless.search(heard.said)):
            return Understanding(rule.intent, rule.confidence, heard.named, (rule.reason,))
    return None


def _about_cars(heard: _Heard) -> Understanding | None:
    """Price or vehicle: a question for an amount or credit is price, an amount one can spend is a search."""
    said, entities = heard.said, heard.named
    measured = bool(_OTHER_MEASURE.search(said))
    searching = bool(_SEARCH.search(said)) or (heard.question and " ada" in f" {said}")
    budget_search = entities.budget is not None and searching and not re.search(_CREDIT, said)
    if budget_search or (re.search(r"\bbudget\b", said) and not re.search(_CREDIT, said)):
        return Understanding(Intent.VEHICLE_INQUIRY, 0.85, entities, ("budget",))
    if _PRICE.search(said) or (_HOW_MUCH.search(said) and not measured) or entities.down_payment is not None:
        if _OBJECTION.search(said) and not _ASKS_PRICE.search(said):
            return Understanding(Intent.PRICE_INQUIRY, 0.85, entities, ("price_objection",))
        return Understanding(Intent.PRICE_INQUIRY, 0.85, entities, ("price",))
    if _names_something(entities) or _VEHICLE.search(said) or _OTHER_MEASURE.search(said):
        return Understanding(Intent.VEHICLE_INQUIRY, 0.85, entities, ("vehicle",))
    return None


def _names_something(entities: Entities) -> bool:
    wished = (
        entities.year,
        entities.budget,
        entities.transmission,
        entities.fuel,
        entities.body_type,
        entities.seats,
        entities.color,
        entities.unwanted,
        entities.without,
        entities.order,
    )
    return entities.names_a_car() or any(wished)


def _closing_or_greeting(heard: _Heard) -> Understanding | None:
    if _is_thanks(heard) and not heard.question:
        return Understanding(Intent.CLOSING, 0.9, heard.named, ("thanks",))
    words = heard.said.split()
    greets = words[0] in _GREETINGS or "selamat" in words[:3] or re.match(r"assal?amu?\w{0,14}", words[0])
    rest = [
        w
        for w in words
        if w not in _GREETINGS and w not in _FILLERS and w not in _GREETING_TAIL and not w.startswith("assalamu")
    ]
    if greets and (not rest or (len(rest) <= 3 and not heard.question)):
        return Understanding(Intent.GREETING, 0.9, heard.named, ("greeting",))
    if not rest and not heard.question and words:
        return Understanding(Intent.GREETING, 0.6, heard.named, ("opening",)) if "tanya" in words else None
    return None


def _general(heard: _Heard) -> Understanding:
    return Understanding(Intent.GENERAL_QUESTION, 0.6, heard.named, ("no_rule",))


def _showroom_greeted(heard: _Heard) -> Understanding | None:
    """ "Halo Prima Mobil": the showroom's name is no question for a car."""
    words = heard.said.split()
    rest = [word for word in words if word not in _GREETINGS and word not in _FILLERS]
    named_showroom = (
        2 <= len(rest) <= 4 and rest[-1] in ("mobil", "motor", "mobilindo", "showroom") and not set(rest) & _WISHES
    )
    if words[0] in _GREETINGS and named_showroom and not heard.question and not heard.named.names_a_car():
        return Understanding(Intent.GREETING, 0.9, heard.named, ("greeting",))
    return None


def _is_thanks(heard: _Heard) -> bool:
    return "terima kasih" in heard.said or "matur nuwun" in heard.said or "hatur nuhun" in heard.said


def _names_a_budget(heard: _Heard) -> bool:
    named = heard.named
    return bool(named.budget or named.budget_min or named.budget_max)


def _with_reasons(answer: Understanding, heard: _Heard) -> Understanding:
    """Add whether the text starts a new search or points back to something said before."""
    added: tuple[str, ...] = ()
    searchable = answer.intent in (Intent.VEHICLE_INQUIRY, Intent.PRICE_INQUIRY) and not answer.reasons[0].startswith(
        "answers_"
    )
    said = traits.denied(heard.said)[1]  # "selain yang hitam" goes on from the car spoken of
    searches = bool(_SEARCH.search(said)) or (_names_a_budget(heard) and not _POINTS.search(heard.said))
    other = _ATTRIBUTE.search(heard.said) or named.chooses_leasing(heard.said)
    if searchable and searches and not other:
        added += ("new_search",)
    if _REFERS_BACK.search(heard.said) or heard.clitic:
        added += ("refers_back",)
    if _OTHERS.search(heard.said) and len(heard.said) < 60:
        added += ("others",)
    return replace(answer, reasons=answer.reasons + added)
