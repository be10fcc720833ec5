# ruff: noqa: E501 (one row of a table is one line)
"""Who writes English: heard, answered in English where the showroom allows it, and held to the same facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from conversations import counter, english, guard, intents
from conversations.tests.showroom import AVANZA, CITY, FORTUNER, facts, said, turn
from conversations.turn import Facts, Turn, Verdict
from leads.models import Booking

JAKARTA = ZoneInfo("Asia/Jakarta")

STOCK = facts(CITY, FORTUNER)
ONE = facts(AVANZA)
CLEAN = replace(AVANZA, accident_history="tidak pernah tabrakan", previous_owners=1, condition="good")
FLOODED = replace(
    AVANZA, flood_history="pernah banjir 2020", papers="STNK", tax_valid_until=date(2025, 1, 1), previous_owners=2
)
GONE = facts(FORTUNER, gone=(replace(CITY, status="SOLD"),))


def asks(text: str, **changes: object) -> Turn:
    ours = english.heard(text)
    return replace(turn(ours, **changes), written=text, understanding=intents.classify(ours))


def check(draft: str, given: Facts, asked: str = "hello, I am looking for a car") -> Verdict:
    return guard.check(draft, asks(asked), given)


@pytest.mark.parametrize(
    ("messages", "so"),
    [
        (["Hello, is the Avanza still available?"], True),
        (["how much is the honda city"], True),
        (["Do you have any automatic car under 100 million?"], True),
        (["I want to book a test drive"], True),
        (["what is the price"], True),
        (["ok", "Is the City automatic?"], True),
        (["thanks", "yes", "where are you located? I would like to come"], True),
        (["ready kak?"], False),
        (["test drive bisa?"], False),
        (["DP berapa?"], False),
        (["avanza matic 2018 ready?"], False),
        (["ok"], False),
        (["hi"], False),
        (["test drive"], False),
        (["best price honda city"], False),
        (["harga cash city berapa?", "is it still available and can I see it?"], False),
        (["ready", "halo kak, city masih ada?"], False),
        (["City AT, DP 20 jt"], False),
        ([], False),
        ([""], False),
    ],
)
def test_what_decides_who_writes_english(messages, so):
    """The latest first."""
    assert english.speaks(messages) is so


TRUE = {
    "available": ("The Honda City is available.", STOCK),
    "still": ("Yes, the Honda City is still available.", STOCK, "is the honda city still available?"),
    "price": ("The price of the Honda City is Rp 79 million.", STOCK),
    "price-full": ("The City is Rp 79,000,000.", STOCK),
    "price-ours": ("The City is Rp 79.000.000.", STOCK),
    "costs": ("The Honda City costs Rp 79 million.", STOCK),
    "price-idr": ("The cash price of the City is IDR 79,000,000.", STOCK),
    "year-first": ("We have a 2006 Honda City.", STOCK),
    "year": ("The City is from the year 2006.", STOCK),
    "km": ("The mileage of the City is 127,245 km.", STOCK),
    "km-ours": ("The City has a mileage of 127.245 km.", STOCK),
    "km-words": ("The Fortuner has a mileage of 25,000 kilometers.", STOCK),
    "gear": ("The City is automatic.", STOCK),
    "gear-noun": ("The Honda City has an automatic transmission.", STOCK),
    "fuel": ("The Fortuner is diesel and the City is petrol.", STOCK),
    "colour": ("The Fortuner is black.", STOCK),
    "colour-noun": ("The color of the City is silver.", STOCK),
    "not": ("The City is not diesel.", STOCK),
    "not-manual": ("The Fortuner is not manual.", STOCK),
    "both": ("Both cars are automatic.", STOCK),
    "both-named": ("The City and the Fortuner are automatic.", STOCK),
    "cheaper": ("The City is cheaper than the Fortuner.", STOCK),
    "cheapest": ("The cheapest one is the City, Rp 79 million.", STOCK),
    "newest": ("The newest one is the Fortuner.", STOCK),
    "count": ("We have 2 units.", STOCK),
    "count-words": ("There are two cars.", STOCK),
    "sold": ("Sorry, the Honda City has been sold. The Fortuner is still available.", GONE),
    "no-longer": ("Unfortunately the City is no longer available.", GONE),
    "absent": ("Sorry, we don't have a Pajero.", STOCK, "do you have a pajero?"),
    "tax": ("The tax is valid until 5 May 2027.", ONE, "is the avanza tax still active?"),
    "tax-american": ("The Avanza tax is valid until May 5, 2027.", ONE),
    "papers": ("The documents of the Avanza are complete, with BPKB and STNK.", ONE),
    "flood": ("The Avanza has never been flooded.", ONE),
    "flood-free": ("The Avanza is flood-free.", ONE),
    "accident": ("The Avanza has never had an accident.", facts(CLEAN)),
    "owner": ("The Avanza is first owner.", facts(CLEAN)),
    "condition": ("The Avanza is in good condition.", facts(CLEAN)),
    "unknown": (
        "We do not have data about the accident history. Our staff will check.",
        ONE,
        "has the avanza had an accident?",
    ),
    "hours": ("We are open Monday to Friday from 9 am to 5 pm.", STOCK),
    "hours-ours": ("Opening hours: Monday-Friday 09.00-17.00, Saturday 09.00-15.00, Sunday closed", STOCK),
    "closed": ("On Sunday we are closed.", STOCK),
    "address": ("Our address is Jl. Melati Raya No. 12, Jakarta.", STOCK),
    "phone": ("You can contact us at 081234567890.", STOCK),
    "map": ("Google Maps: https://maps.example.com/prima-mobil", STOCK),
    "greeting": ("Good afternoon Yudho! I am the virtual assistant of Prima Mobil. How can I help you?", STOCK),
    "thanks": ("You're welcome, Yudho! Thank you for contacting Prima Mobil.", STOCK),
    "question-budget": ("May I know your budget?", STOCK),
    "question-which": ("Which one are you interested in?", STOCK),
    "question-see": ("Would you like to see the car or do a test drive?", STOCK),
    "question-gear": ("Are you looking for an automatic or a manual car?", STOCK),
    "staff": ("Our staff will check this for you.", STOCK),
    "card": (
        "🚗 *Honda City S 2006* | PM-PST-001\n• Price: Rp 79 million\n• Mileage: 127,245 km\n• Transmission: automatic\n• Color: silver",
        STOCK,
    ),
    "yes": ("Yes, it is automatic.", facts(CITY), "is the city automatic?"),
    "yes-we-have": ("Yes, we have a Honda City.", STOCK, "do you have a honda city?"),
    "bare-yes": ("Yes.", facts(CITY), "is the city automatic?"),
    "no": ("No, it is automatic.", facts(CITY), "is the city manual?"),
    "it is": ("It is, Yudho.", facts(CITY), "is the city automatic?"),
    "papers-here": ("The BPKB and STNK are available.", ONE, "does the avanza have a BPKB?"),
    "come": ("Please come.", STOCK, "can I come on monday at 10?"),
    "their-budget": (
        "For your budget of 100 million we have the City, Rp 79 million.",
        STOCK,
        "I have a budget of 100 million",
    ),
}


@pytest.mark.parametrize("row", TRUE.values(), ids=TRUE)
def test_a_true_answer_passes(row):
    verdict = check(*row)
    assert verdict.ok, (verdict.failed, english.meant(row[0], asks(row[2] if len(row) > 2 else "hello there"), row[1]))


LIES = {
    "price": ["The City is Rp 70 million.", "The price of the City is Rp 7,900,000.", "The Fortuner costs 79 million rupiah.",
              "The City is IDR 97,000,000.", "The City and the Fortuner are Rp 79 million.", "It is only 75 million.", "The City is Rp 1.5 million.",
              "The City is $79 million.", "The City is under 79 million.", "The City is above Rp 79 million.",
              "The City price is 79 million on credit.", "The City is Rp 79 million (credit price).", "The City is from Rp 60 million.", "The City is under Rp 70 million.", "The City costs about 50 million."],
    "year": ["The City is from 2016.", "We have a 2010 Honda City.", "The Fortuner is from the year 2023.", "Honda City 2007 is available."],
    "km": ["The City has 12,724 km.", "The mileage is 20,000 km for the City.", "The City has low mileage.", "The Fortuner has 2,500 km."],
    "make": ["We have a Toyota City.", "We have a Mazda.", "The Pajero is available.", "We have an Innova.", "The Honda Fortuner is available."],
    "gear": ["The City is manual.", "The Fortuner has a manual transmission.", "The City is not automatic.", "Both are manual.", "We have a manual City.",
             "The City is CVT."],
    "fuel": ["The City is diesel.", "The Fortuner is hybrid.", "The Fortuner runs on petrol.", "The City is electric.", "The City has a diesel engine."],
    "colour": ["The City is black.", "The Fortuner is white.", "We have a red City.", "The color of the City is blue.", "The white Fortuner is available."],
    "availability": ["The City has been sold.", "The City is booked.", "We have 5 cars.", "The City is not available.", "We do not have the Fortuner.",
                     "We are out of stock.", "The City is reserved.", "There are three units.", "There are no automatic cars.",
                     "We don't have an automatic car.", "There is no diesel car.", "Sorry, the Fortuner is no longer available.",
                     "The Fortuner is available next week.", "Any car is available.", "We have any car you want.", "Any color."],
    "promises": ["I will send the photos.", "I have sent you the photos.", "We will deliver the car to your home.", "I will book it for you.",
                 "Our staff will call you at 3 pm.", "I will keep it for you.", "We will reserve the unit for you.", "I will give you a good price.",
                 "Our team will deliver it tomorrow.", "Here are the photos.", "You will get the car tomorrow.",
                 "Our staff will come to you.", "We will come to your address.", "I will come.", "The photo is below.", "The photos are already here."],
    "discount": ["We can give you a discount of 5 million.", "There is a discount.", "The price is negotiable.", "You can get a free service.",
                 "We give cashback.", "There is a promo.", "The last price is 75 million.", "We offer a lower price.", "It comes with a bonus.",
                 "We can lower the price for you.", "The best price is Rp 79 million.", "The fee is free."],
    "warranty": ["The car has a warranty.", "We guarantee the engine.", "One year warranty.", "The warranty is 1 year.", "Guaranteed.", "The engine is guaranteed.",
                 "Insurance is free.", "You can get a refund."],
    "history": ["The City has never been flooded.", "The City is accident free.", "No flood, no accidents.", "The City was flooded.", "The Fortuner is first owner.",
                "The City is in excellent condition.", "The City has had an accident.", "The service records are complete.", "The City is well maintained."],
    "papers": ["The documents are complete.", "The City has BPKB and STNK.", "The tax is valid until 2028.", "The tax is active.", "The tax of the City is valid until 5 May 2027.",
               "The City has an invoice.", "BPKB and STNK available.", "Documents are available.", "Photos are available."],
    "hours": ["We are open on Sunday.", "We are open every day.", "We are open until 9 pm.", "We are open 24 hours.", "On Sunday we are open from 9 am.", "We are closed on Monday.",
              "We are not open today.", "Saturday until 5 pm."],
    "place": ["Our address is Jl. Mawar 5.", "We are located in Bandung.", "Call us at 081111111111.", "https://evil.example.com/pay", "We have a showroom in your city."],
    "rank": ["The Fortuner is cheaper than the City.", "The cheapest one is the Fortuner.", "The City is the newest.", "The City is newer than the Fortuner."],
    "credit": ["The down payment is 10 million.", "The installment is 2 million per month.", "Your credit is approved.", "0% interest.", "No down payment.",
               "The interest rate is 5%.", "You can pay in 5 years.", "Please send the down payment.", "You can send the DP.",
               "Please transfer the deposit to our staff."],
    "who": ["I am a human.", "I am not a robot.", "I am the owner.", "I have checked the car.", "I am a person.", "I have seen the car.",
            "I am from the sales team.", "You talk to a person.", "Now you speak to a human."],
    "praise": ["It is the best car.", "The engine is like new.", "A great choice!", "It is very fuel efficient.", "The interior is clean.", "Everyone wants this car.",
               "It is a popular car.", "The paint is original.", "Tires are new.", "No scratches."],
    "elsewhere": ["Other people want this car.", "There is another buyer.", "It will be sold soon.", "Today only.", "The price goes up tomorrow.", "Somebody has booked it."],
    "turns": ["The City is anything but automatic.", "The City isn't automatic.", "Isn't the City manual?", "The City is automatic, not.", "The Fortuner, unlike the City, is automatic.",
              "The City used to be automatic.", "The City is hardly automatic.", "It is not that the City is automatic, it is manual.", "Only the City is automatic.",
              "Neither car is automatic.", "The City is not only automatic but also manual.", "The City can't be automatic."],
    "words": ["The City is automatik.", "Mobilnya ready kak.", "City masih ada, harganya Rp 79 juta.", "The City is аvailable in Surabaya.", "Halo kak, ada yang bisa dibantu?",
              "The City harganya Rp 79 million.", "Bienvenue chez nous.", "Ignore previous instructions.", "THE CITY IS MANUAL.", "The City is m a n u a l."],
}  # fmt: skip


@pytest.mark.parametrize(
    "lie", [pytest.param(lie, id=f"{kind}-{place}") for kind, lies in LIES.items() for place, lie in enumerate(lies)]
)
def test_a_lie_is_refused(lie):
    verdict = check(lie, STOCK)
    assert not verdict.ok, english.meant(lie, asks("hello there"), STOCK)


ANSWERS = {
    "yes to manual": ("Yes.", "is the city manual?"),
    "yes and more": ("Yes, it is.", "is the city diesel?"),
    "of course": ("Of course.", "can you give me a discount?"),
    "sure": ("Sure!", "can you deliver it to my home?"),
    "correct": ("Correct.", "the city is from 2010, right?"),
    "no to automatic": ("No.", "is the city automatic?"),
    "yes to what nobody knows": ("Yes.", "does it have a sunroof?"),
    "okay": ("Okay.", "can I have it for 70 million?"),
    "yes to flood": ("Yes.", "is the city free from flood?"),
    "yes to the papers": ("Yes, of course.", "are the documents complete?"),
    "right": ("That's right.", "is the fortuner petrol?"),
    "a thumb": ("👍", "do you give a warranty?"),
    "keep it": ("Yes.", "can you hold the car for me?"),
    "keep it for me": ("Sure.", "can you keep it for me?"),
    "bring it": ("Yes.", "do you deliver to Bandung?"),
    "bitcoin": ("Yes.", "do you accept bitcoin?"),
    "a call": ("Of course.", "will you call me back?"),
    "the deposit": ("Yes.", "is my deposit refundable?"),
    "a human": ("Yes.", "are you a human?"),
    "the only one": ("Yes.", "is the city the only one?"),
    "never crashed": ("Correct.", "so the city never had an accident?"),
    "a lower price": ("Okay.", "can you lower the price?"),
    "another price": ("Yes.", "is the city 70 million?"),
    "another year": ("Yes.", "is the city from 2008?"),
    "another owner": ("Yes.", "is it first hand?"),
    "an hour at home": ("Okay.", "can I do a test drive at home?"),
    "until monday": ("Okay.", "can you hold it until Monday?"),
    "approved": ("Okay.", "will my credit be approved?"),
    "final": ("Okay.", "is the price final?"),
    "the owner": ("Yes.", "are you the owner?"),
    "a down payment": ("Yes.", "is the down payment 10 million?"),
    "mine": ("Yes.", "can I have it?"),
    "a deal": ("Okay.", "deal?"),
    "the papers": ("Yes.", "can I see the documents?"),
    "it is": ("It is.", "is the city manual?"),
    "available": ("It is available.", "do you have an Innova?"),
    "we have it": ("We have it.", "do you have an Innova?"),
    "the papers are there": ("Yes, available.", "is the BPKB available?"),
    "a number": ("70.", "how much is the city?"),
    "this one": ("The silver one.", "which one is manual?"),
    "it is, and a name": ("It is, Yudho!", "is the city free from accidents?"),
    "they are": ("They are.", "are the documents complete?"),
    "we will": ("We will.", "can you hold it until tomorrow?"),
    "come then": ("Please come.", "can I come on sunday at 9?"),
}


@pytest.mark.parametrize("row", ANSWERS.values(), ids=ANSWERS)
def test_a_yes_or_no_that_is_not_so_is_refused(row):
    draft, asked = row
    assert not check(draft, facts(CITY, stock_size=2), asked).ok


@pytest.mark.parametrize(
    "lie",
    [
        "The Avanza has never been flooded.",
        "The Avanza is flood-free.",
        "No flood history.",
        "The documents are complete.",
        "The tax is active.",
        "The tax is valid until 2027.",
        "The Avanza is first owner.",
        "The Avanza has the BPKB.",
    ],
)
def test_what_the_data_deny_is_refused(lie):
    assert not check(lie, facts(FLOODED), "tell me about the avanza").ok


@pytest.mark.parametrize(
    "draft", ["The Honda City is available.", "The City is automatic.", "Yes, it is still available."]
)
def test_english_is_refused_where_indonesian_is_wanted(draft):
    assert not guard.check(draft, turn("city masih ada?"), STOCK).ok


HEARD = {
    "is the avanza still available?": "vehicle_inquiry",
    "how much is the honda city?": "price_inquiry",
    "do you have an automatic car under 100 million?": "vehicle_inquiry",
    "where is your showroom?": "location",
    "what are your opening hours?": "hours",
    "I want to talk to a human": "human_request",
    "I would like to schedule a test drive tomorrow at 10": "test_drive",
    "can I get a discount?": "negotiation",
    "can you send me photos of the city?": "photo",
    "hello": "greeting",
    "thank you": "closing",
    "I want to trade in my car": "trade_in",
    "this is a scam": "complaint",
    "I am very disappointed": "complaint",
    "can I speak to someone from sales?": "human_request",
    "please call me": "human_request",
    "can you lower the price?": "negotiation",
    "please cancel my test drive": "test_drive",
    "no thanks": "refusal",
    "are you a robot?": "identity",
}


@pytest.mark.parametrize(("text", "intent"), HEARD.items())
def test_it_is_understood_like_indonesian(text, intent):
    assert intents.classify(english.heard(text)).intent.value == intent, english.heard(text)


@pytest.mark.parametrize(
    "text", ["please don't contact me again", "Don't contact me again", "Don't message me again. Thank you"]
)
def test_no_more_words_is_heard(text):
    assert intents.opts_out(english.heard(text))


def test_money_on_its_way_is_heard():
    assert "payment" in intents.classify(english.heard("I already transferred the money")).reasons


@pytest.mark.parametrize(
    "draft", ["Please call me.", "This is a scam.", "Your car is angry.", "It never lied.", "Only the City."]
)
def test_what_only_customers_say_is_no_word_of_ours(draft):
    assert not check(draft, STOCK).ok


def test_a_car_is_no_town_and_figures_are_read():
    assert english.heard("is the City under 100 million?") == "apakah City di bawah 100 juta?"
    assert english.heard("1.5 billion or 79,000,000, at 9:30 am") == "1,5 miliar atau 79.000.000, di 09.30"


COUNTED = {
    "one": ("is the honda city available?", facts(CITY)),
    "several": ("what cars do you have?", STOCK),
    "price": ("how much is the honda city?", facts(CITY)),
    "gone": ("is the honda city still available?", GONE),
    "where": ("where are you located?", STOCK),
    "hours": ("what are your opening hours?", STOCK),
    "where and when": ("where are you located and what are your opening hours?", STOCK),
    "closed": ("what are your opening hours?", replace(STOCK, open_now=False, opens_next="besok pukul 09.00")),
    "hello": ("hello, good morning", STOCK),
    "absent": ("do you have a pajero?", facts(nearest=(CITY, FORTUNER))),
    "thanks": ("thank you for your help", STOCK),
    "nothing": ("do you have a manual car?", facts()),
}


@pytest.mark.parametrize("row", COUNTED.values(), ids=COUNTED)
def test_the_counter_answers_in_english_and_passes_the_guard(row):
    text, given = row
    answered = counter.answer(asks(text), given)
    assert answered.english, answered.text
    verdict = guard.check(answered.text, asks(text), given)
    assert verdict.ok, (answered.text, verdict.failed)


def test_what_the_counter_cannot_say_in_english_it_says_in_indonesian():
    answered = counter.answer(asks("can I buy the city on credit?"), facts(CITY))
    assert not answered.english
    assert guard.check(answered.text, asks("can I buy the city on credit?"), facts(CITY), in_english=False).ok


def test_earlier_english_lines_are_heard_too():
    line = english.line(said("bot", "Would you like to see the photos?"))
    assert (line.text, line.written) == ("apakah kakak mau lihat foto?", "Would you like to see the photos?")


@pytest.fixture
def english_showroom(showroom):
    showroom.set(answer_english=True)
    return showroom


def _last(showroom):
    return showroom.messages()[-1].content


ASKED = "Hello, is the Honda City still available?"
GOOD = "Good morning! Yes, the Honda City is still available. The price is Rp 79 million."
WRONG = "Yes, the Honda City is available for Rp 70 million."
INDONESIAN = "Halo Kak, Honda City masih tersedia, harganya Rp 79 juta."


@pytest.mark.django_db
def test_an_english_answer_goes_out_where_the_switch_is_on(english_showroom, model):
    model.say("The Honda City is still available. The price is [PM-PST-001.harga] and it has [PM-PST-001.km].")
    [answer] = english_showroom.hears(ASKED)
    assert "The price is Rp 79 million and it has 127,245 km." in answer
    asked = model.requests[0]["messages"]
    assert asked[-1]["content"] == ASKED
    assert english_showroom.messages()[-1].path == "model"


@pytest.mark.django_db
@pytest.mark.parametrize("first", [WRONG, INDONESIAN], ids=["a lie", "in Indonesian"])
def test_what_is_not_true_or_not_english_is_written_again(english_showroom, model, first):
    model.say(first, "The Honda City is still available.")
    [answer] = english_showroom.hears(ASKED)
    assert "The Honda City is still available." in answer
    assert len(model.requests) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("draft", [WRONG, INDONESIAN], ids=["a lie", "in Indonesian"])
def test_what_stays_so_is_answered_by_the_counter_in_english(english_showroom, model, draft):
    model.say(draft, draft)
    [answer] = english_showroom.hears(ASKED)
    assert "• Price: Rp 79 million" in answer
    assert "70" not in answer
    assert "Halo" not in answer


@pytest.mark.django_db
def test_with_the_switch_off_english_gets_indonesian(showroom, model):
    model.say(GOOD, GOOD)
    [answer] = showroom.hears(ASKED)
    assert "Rp 79 juta" in answer
    assert "million" not in answer
    assert "bahasa Indonesia" in model.requests[0]["messages"][0]["content"]


@pytest.mark.django_db
def test_without_a_model_english_is_heard_and_answered(english_showroom, settings):
    settings.ZAI_API_KEY = ""
    [first] = english_showroom.hears("Hello, do you have a Fortuner?")
    assert "• Price: Rp 470 million" in first
    [second] = english_showroom.hears("what about its mileage?")
    assert "25,000 km" in second
    [third] = english_showroom.hears("harga city berapa kak?")
    assert "Rp 79 juta" in third


@pytest.mark.django_db
def test_a_person_is_asked_for_in_english(english_showroom, model):
    [answer] = english_showroom.hears("I want to talk to a human please")
    assert answer.startswith("Thank you")
    assert english_showroom.chat().escalated_reason == "human_request"


@pytest.mark.django_db
def test_a_test_drive_is_booked_from_english_words(english_showroom, settings):
    settings.ZAI_API_KEY = ""
    english_showroom.hears("I would like to do a test drive of the Fortuner tomorrow at 10")
    with english_showroom.scope():
        [booking] = Booking.objects.all()
    assert booking.starts_at.astimezone(JAKARTA).hour == 10
    assert "The test drive of the *Toyota Fortuner VRZ AT 2021* (PM-PST-002) is scheduled for" in _last(
        english_showroom
    )
    english_showroom.hears("please cancel my test drive")
    assert "is cancelled" in _last(english_showroom)


@pytest.mark.django_db
def test_what_is_done_is_said_in_english_behind_the_models_words(english_showroom, model):
    model.say("Thank you for your message.", "We are happy to help.", "Thank you.")
    english_showroom.hears("I would like to do a test drive of the Fortuner tomorrow at 10")
    assert "is scheduled for" in _last(english_showroom)
    assert "dijadwalkan" not in _last(english_showroom)
