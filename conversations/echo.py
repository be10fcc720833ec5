"""What a clause says by pointing: "City dan Avanza manual", "keduanya", "Avanza juga", "begitulah", a thumb up. Pure.

It states of the one what was said of the other, so it is looked up like the statement itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from conversations import vocabulary
from conversations.reading import Mention, Reading
from conversations.vocabulary import listed

JOINING = listed("dan serta atau maupun sama dengan plus & + , / - * _ ~")
EACH = listed("keduanya ketiganya keempatnya duanya tiganya semuanya seluruhnya masing semua seluruh")
BOTH = listed("kedua ketiga keempat")
EVERY = listed("semuanya seluruhnya semua seluruh")
AGAIN = listed("juga sama begitu demikian pun idem serupa ikut")
POINTING = listed("begitu begitulah demikian demikianlah jelas memang nah dong sesuai seperti persis itu kurang lebih "
                  "sama saja ini deh kok sih lah pokoknya")  # fmt: skip
WITH_POINTING = listed("yang kakak sebut sebutkan disebutkan bilang maksud maksudkan tulis minta tahu kata apa adanya")
BESIDE_POINTING = listed("kak kakak ka ya yah maaf mohon banget sekali")
APPROVING = frozenset("👍👌✅✔☑💯🆗🤝🫡🙆")
HANDS = frozenset("👍👌💯🆗🙆")
INVITING = listed("silakan silahkan monggo yuk mari ayo")
COURTESIES = listed(
    "halo hai pagi siang sore malam selamat assalamualaikum waalaikumsalam salam permisi baik oke siap oh wah nah hehe"
)
WITH_COURTESY = {
    "kasih": listed("terima kasih sudah telah menghubungi atas pertanyaan kabar minat kami banyak untuk"),
    "selamat": listed("datang di"),
    "asisten": listed("saya kami asisten virtual otomatis dari di"),
}
COMING = listed("datang mampir berkunjung kunjung")
PROMISING = listed("akan pasti siap kami saya")
WHICH = listed("mana apa siapa")
PLACES = listed("pertama kedua ketiga terakhir depan belakang awal akhir duluan")
FIGURES = listed("sampai lebih melebihi lewat mencapai")


def grouped(reading: Reading, chosen: Sequence[Mention]) -> frozenset[int]:
    """The cars of these mentions and of those joined to them by nothing but "dan", commas and such."""
    ordered = sorted(reading.mentions, key=lambda one: one.place)
    groups: list[list[Mention]] = []
    for mention in ordered:
        if groups and _are_joined(reading, groups[-1][-1], mention):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    of_chosen = [group for group in groups if any(one in group for one in chosen)]
    return frozenset().union(*(one.units for group in of_chosen for one in group if one.units))


def _are_joined(reading: Reading, first: Mention, second: Mention) -> bool:
    between = [token.word for token in reading.clause.tokens[first.end : second.place]]
    return bool(between) and all(word in JOINING for word in between)


def is_of_each(reading: Reading) -> bool:
    """ "Keduanya", "masing-masing", "sama-sama", "kedua mobil": it speaks of several cars that it does not name."""
    if reading.has(EACH):
        return True
    if not (reading.has(BOTH) or "sama" in reading.said):
        return False
    pairs = set(pairwise(filter(None, reading.words)))
    return ("sama", "sama") in pairs or any(
        first in BOTH and vocabulary.stem(second) in ("unit", "mobil", "kendaraan") for first, second in pairs
    )


def is_of_each_alone(reading: Reading) -> bool:
    """ "Dua-duanya Kak" """
    said = {word for word in reading.words if word} - vocabulary.ADDRESSES
    return not said.isdisjoint(EACH) and said <= EACH | {"dua", "tiga"}


def is_of_every(reading: Reading) -> bool:
    return reading.has(EVERY)


def is_again(reading: Reading, mention: Mention) -> bool:
    """ "Avanza juga", "Avanza sama", "begitu juga Avanza": nothing of its own is said in this part of the clause."""
    if not any(vocabulary.stem(word) in AGAIN for word in reading.said):
        return False
    own = [
        vocabulary.stem(reading.words[place])
        for place in reading.content
        if reading.clause.tokens[place].seg == mention.seg and not mention.place <= place < mention.end
    ]
    said = [word for word in own if word not in vocabulary.ADDRESSES]
    return bool(AGAIN.intersection(said)) and set(said) <= AGAIN | {"dengan", "untuk", "yang", "halnya", "hal", "dan"}


def is_alike(reading: Reading) -> bool:
    """ "Avanza sama seperti City": in everything."""
    if len(reading.mentions) < 2 or "sama" not in reading.said:
        return False
    words = [word for word in reading.words if word]
    pairs = zip(words, [*words[1:], ""], strict=True)
    return any(
        first == "sama" and second in ("seperti", "kayak", "persis", "saja", "kak", "") for first, second in pairs
    )


def asks_which(asked: Reading) -> bool:
    """ "Yang matic mana?", "City atau Jazz?" """
    return not WHICH.isdisjoint(asked.words) or asks_which_of(asked)


def asks_which_of(asked: Reading) -> bool:
    """It names alternatives: "City atau Jazz", "City apa Jazz", "manual atau matic"."""
    if "atau" in asked.words:
        return True
    places = sorted(one.place for one in (asked.mentions if len(asked.mentions) > 1 else asked.claims))
    return len(places) > 1 and "apa" in asked.words[places[0] : places[-1]]


def points_at_a_place(reading: Reading) -> bool:
    """ "Yang pertama Kak" """
    said = {word for word in reading.words if word} - vocabulary.ADDRESSES - {"yang"}
    return bool(said) and said <= PLACES


def points_at_the_question(reading: Reading) -> bool:
    """ "Begitulah Kak", "jelas Kak", "sesuai yang Kakak sebutkan": a yes in other words."""
    said = {word for word in reading.words if word and word not in vocabulary.ADDRESSES}
    if "akan" in said and said <= PROMISING:  # "kami akan"
        return True
    stems = set()
    for word in reading.words:
        if word and word not in BESIDE_POINTING:
            stem = word if word in POINTING else vocabulary.stem(word)
            if stem not in POINTING and stem not in WITH_POINTING:
                return False
            stems.add(stem)
    words = [word for word in reading.words if word]
    return not POINTING.isdisjoint(stems) and len(words) <= 7 and ("sama", "sama") not in pairwise(words)


def invites(reading: Reading) -> bool:
    """ "Silakan Kak", "yuk datang Kak", and no word of what."""
    if not reading.has(INVITING):
        return False
    said = [word for word in reading.words if word and word not in vocabulary.ADDRESSES]
    return said[:1] != [] and said[0] in INVITING and set(said[1:]) <= COMING


def is_courtesy(reading: Reading, names: frozenset[str]) -> bool:
    """ "Halo Kak Yudho", "terima kasih sudah menghubungi kami", "baik Kak": more is to come."""
    told = {vocabulary.stem(word) for word in reading.words if word} - vocabulary.ADDRESSES - names
    allowed = COURTESIES
    for sign, words in WITH_COURTESY.items():
        allowed |= words if sign in told else frozenset()
    return told <= allowed


def approves(text: str) -> bool:
    """A thumb up and such, before all words or with none; a tick before words begins a list."""
    first = next((place for place, char in enumerate(text) if char.isalnum()), len(text))
    signs = APPROVING if first == len(text) else HANDS
    return not signs.isdisjoint(text[:first])
