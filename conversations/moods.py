"""How a customer seems to feel, by words that people can read in the tables below. Pure; the last match from the top.

It sorts chats for people; nothing is decided by it.
"""

from __future__ import annotations

import re
from enum import StrEnum

from autolumiku.lib import text as lib_text
from conversations.turn import Intent


class Mood(StrEnum):
    CALM = "calm"
    HAPPY = "happy"
    IMPATIENT = "impatient"
    ANGRY = "angry"


_ANGRY = re.compile(
    r"\b(?:kecewa|mengecewakan|marah|emosi|kesal|kesel|jengkel|penipu\w*|menipu|nipu|ditipu|tipu tipu|bohong\w*|payah|"
    r"brengsek|anjing|bangsat|goblok|tolol|kampret|viralkan|laporkan|lapor polisi|somasi|tidak becus|tidak profesional|"
    r"pelayanan (?:buruk|jelek)|jelek (?:banget|sekali))\b"
)
_IMPATIENT = re.compile(
    r"\b(?:(?:kok )?lama (?:banget|sekali|amat)|kok lama|(?:belum|tidak|kok) (?:di)?(?:balas|bales|jawab)|mana "
    r"(?:balasan|jawaban)\w*|cepat (?:dong|dikit)|cepetan|buruan|buru buru|urgent|segera (?:dong|ya|balas)|"
    r"(?:dari|sejak) (?:tadi|kemarin|pagi)|sudah (?:lama )?(?:tunggu|nunggu|menunggu)|"
    r"capek (?:tunggu|nunggu|menunggu)|woi|woy)\b"
)
_HAPPY = re.compile(
    r"\b(?:terima kasih banyak|makasih banyak|senang|suka banget|puas|bagus (?:banget|sekali)|mantap "
    r"(?:banget|sekali)|keren (?:banget|sekali)|luar biasa|terbaik|the best|ramah|alhamdulillah)\b"
)
_PRESSING = re.compile(r"\?{3,}|!{3,}|(?:\bp\b\s*){2,}", re.IGNORECASE)
_GLAD = re.compile("[😊😍🥰😁🤩❤👍]")
EXAMINED = 1000  # characters


def of(text: str, intent: Intent) -> Mood:
    """The strongest feeling that the words show."""
    plain = lib_text.plain(text[:EXAMINED])
    if _ANGRY.search(plain):
        return Mood.ANGRY
    if _IMPATIENT.search(plain) or _PRESSING.search(text[:EXAMINED]):
        return Mood.IMPATIENT
    if intent is Intent.COMPLAINT:
        return Mood.ANGRY
    return Mood.HAPPY if _HAPPY.search(plain) or _GLAD.search(text[:EXAMINED]) else Mood.CALM
