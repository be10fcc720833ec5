"""What travels between the steps of one turn.

A *turn* is every message of one person that nobody has answered yet. `gather` fills these from the database,
`intents`, `prompt`, `guard`, `counter` and `escalation.decide` work on them alone. Nothing here knows Django.
Money is whole rupiah, mileage whole kilometres, times are aware and in the showroom's zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from inventory.credit import Credit
from inventory.unit import Unit
from leads.told import Told


class Intent(StrEnum):
    """What a message wants. The first eleven are the product's table; the others sharpen `general_question`."""

    GREETING = "greeting"
    VEHICLE_INQUIRY = "vehicle_inquiry"
    PRICE_INQUIRY = "price_inquiry"
    TEST_DRIVE = "test_drive"
    GENERAL_QUESTION = "general_question"
    UPLOAD_VEHICLE = "upload_vehicle"
    UPDATE_STATUS = "update_status"
    CHECK_INVENTORY = "check_inventory"
    GET_STATS = "get_stats"
    SPAM = "spam"
    UNKNOWN = "unknown"

    LOCATION = "location"
    HOURS = "hours"
    CONTACT = "contact"
    CONDITION = "condition"  # condition, accident or flood history, papers, tax of a unit
    PHOTO = "photo"  # asks for photos, or says yes to an offer of photos
    TRADE_IN = "trade_in"
    NEGOTIATION = "negotiation"
    HUMAN_REQUEST = "human_request"
    COMPLAINT = "complaint"
    IDENTITY = "identity"  # "kamu robot?", "siapa saya?"
    FOLLOW_UP = "follow_up"
    REFUSAL = "refusal"
    CLOSING = "closing"
    STOP = "stop"  # "stop foto", "berhenti kirim"

    EDIT_VEHICLE = "edit_vehicle"  # staff change a car's data
    STAFF_COMMAND = "staff_command"  # any other command of staff


STAFF_INTENTS = frozenset(
    {
        Intent.UPLOAD_VEHICLE,
        Intent.EDIT_VEHICLE,
        Intent.UPDATE_STATUS,
        Intent.CHECK_INVENTORY,
        Intent.GET_STATS,
        Intent.STAFF_COMMAND,
    }
)


@dataclass(frozen=True, slots=True)
class Entities:
    """What a customer named. Empty string or None: not said."""

    make: str = ""  # "Toyota"
    model: str = ""  # "Avanza"
    guessed: bool = False  # make and model were mistyped ("xpender"): to be asked back
    unit_id: str = ""  # "PM-PST-001"
    shown: tuple[str, ...] = ()  # ids of the cars we showed last, where the turn speaks of no other
    without: tuple[str, ...] = ()  # ids of the cars we showed last: others are asked for
    unwanted: tuple[str, ...] = ()  # "color=hitam", "transmission=automatic", "model=Avanza": what is not wished for
    year: int | None = None
    year_min: int | None = None  # "2018 ke atas"
    year_max: int | None = None  # "di bawah 2018"; both for "2015-2018"
    mileage: int | None = None  # km
    budget: int | None = None  # rupiah; the middle of what was said
    budget_min: int | None = None  # rupiah; only for a range or "di atas"
    budget_max: int | None = None  # rupiah; only for a range or "di bawah", "maksimal"
    down_payment: int | None = None  # rupiah
    down_payment_percent: int | None = None
    instalment: int | None = None  # rupiah a month
    unclear: str = ""  # an amount that must be asked for, as written: "dp 30" (juta? percent?), "budget 1.500"
    visit_day: str = ""  # "2026-11-28"
    visit_time: str = ""  # "10:00", or "pagi", "siang", "sore", "malam"
    visit_choices: tuple[str, ...] = ()  # the moments that "sabtu depan" or "jam 6" may mean, to be asked
    transmission: str = ""  # Unit.transmission, or "automatic" for any without clutch pedal
    fuel: str = ""
    body_type: str = ""
    seats: int | None = None
    color: str = ""
    order: str = ""  # inventory.search.ORDERS: "cheapest", "newest", …

    def names_a_car(self) -> bool:
        return bool(self.make or self.model or self.unit_id)

    def as_dict(self) -> dict[str, str | int | tuple[str, ...]]:
        """Only what was said, for storing and printing."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in said.items() if value not in ("", None, ()) and value is not False}


@dataclass(frozen=True, slots=True)
class Understanding:
    """classify()'s answer; confidence 0.0 to 1.0; reasons are short English words for logs and the admin."""

    intent: Intent
    confidence: float
    entities: Entities = field(default_factory=Entities)
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayHours:
    """One weekday's opening hours, 0 = Monday; "" for both means closed."""

    weekday: int
    opens: str = ""  # "09:00"
    closes: str = ""  # "17:00"


@dataclass(frozen=True, slots=True)
class Showroom:
    name: str
    city: str = ""
    address: str = ""
    phone: str = ""  # 62… digits
    whatsapp: str = ""  # 62… digits
    maps_url: str = ""
    id_prefix: str = ""  # of its cars' ids: "PM-PST" in PM-PST-001
    hours: tuple[DayHours, ...] = ()  # empty: always open


@dataclass(frozen=True, slots=True)
class Persona:
    """The manager's settings that shape an answer (WhatsAppAIConfig)."""

    ai_name: str = "AI Assistant"
    personality: str = "friendly"  # friendly, professional, casual
    welcome: str = ""
    model: str = ""  # blank: ZAI_TEXT_MODEL
    temperature: float = 0.7
    max_tokens: int = 1000
    vehicle_info: bool = True
    price_negotiation: bool = False
    test_drive: bool = True
    instructions: str = ""  # the showroom's own words to the model; no facts


@dataclass(frozen=True, slots=True)
class Faq:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Visit:
    """The appointment that this customer has. car: "*Honda City S 2006* (PM-PST-001)", "" for a visit without one."""

    id: int
    at: datetime
    unit_id: int | None = None
    car: str = ""


class Act(StrEnum):
    """What a turn can do besides talking; conversations.deeds does it."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    PHOTOS = "photos"
    WAIT = "wait"
    TRADE_IN = "trade_in"
    SAVE = "save"
    HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to be done if, and only if, the text that says so is sent."""

    act: Act
    unit_id: int | None = None
    at: datetime | None = None
    visit_id: int | None = None
    wish: Entities | None = None  # of WAIT
    words: str = ""  # of TRADE_IN: what the customer said of their car; of HAND_OVER: decide.Reason
    told: Told | None = None  # of SAVE


@dataclass(frozen=True, slots=True)
class Facts:
    """All that may be said in this turn, read in one go."""

    showroom: Showroom
    now: datetime
    open_now: bool = True
    opens_next: str = ""  # "besok pukul 09.00"; empty when open or when no hours are set
    stock_size: int = 0  # AVAILABLE units in all
    units: tuple[Unit, ...] = ()  # AVAILABLE and fitting, best first, at most 10
    gone: tuple[Unit, ...] = ()  # fitting but BOOKED or SOLD; only when a car was named
    nearest: tuple[Unit, ...] = ()  # AVAILABLE alternatives when nothing fits
    faqs: tuple[Faq, ...] = ()
    welcome: str = ""  # the manager's own words at the first greeting
    credit: Credit | None = None  # only where the turn asks for it
    told: Told | None = None  # what the customer has told of themselves before this turn
    visit: Visit | None = None  # the customer's appointment, if they have one
    reachable: bool = False  # a customer whose phone is known: they can be written to later
    slots: tuple[datetime, ...] | None = None  # free for a test drive; None: not asked for, or nobody to book for


@dataclass(frozen=True, slots=True)
class Line:
    """One earlier message of this chat. role: customer, bot, staff."""

    role: str
    text: str
    written: str = ""  # as it was written, where that was English (see Turn.written)


@dataclass(frozen=True, slots=True)
class Turn:
    tenant_id: int
    conversation_id: int
    claim: int
    upto: int  # the last inbound seq this turn answers
    text: str  # all unanswered messages, in order, one a line
    understanding: Understanding
    customer_name: str = ""  # "Yudho" (first name only), or empty
    staff_role: str = ""  # "pemilik", "staf", …; empty: a customer
    first_contact: bool = False  # nobody has answered this person yet
    first_answer: bool = False  # the assistant has not; staff may have
    history: tuple[Line, ...] = ()  # the last 10 before this turn, oldest first
    persona: Persona = field(default_factory=Persona)
    written: str = ""  # in English, where that is to be answered in English: text is the same in Indonesian


@dataclass(frozen=True, slots=True)
class Answer:
    """What the counter can say. `covers`: the whole question is answered from the facts."""

    text: str
    covers: bool
    units: tuple[Unit, ...] = ()  # units the text states something about
    deeds: tuple[Deed, ...] = ()  # what the text says is done
    english: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """guard.check()'s answer.

    failed: the claims that no fact covers, folded as the guard reads them. facts: what the covered claims stand on
    ("PM-PST-001.price"). asks_staff: the text says that the staff will do something, so they must hear of it.
    """

    ok: bool
    failed: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    asks_staff: bool = False
