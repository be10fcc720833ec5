"""A showroom with hundreds of cars: what the counter says of them is what the guard lets through."""

from __future__ import annotations

from random import Random

import pytest

from autolumiku.demo import stock
from conversations import counter, gather, guard, orchestrator
from conversations.models import Path
from inventory import importing

MODELS = (
    "avanza", "xenia", "brio", "jazz", "fortuner", "innova", "crv", "hrv", "pajero", "ertiga", "livina", "agya",
    "calya", "mobilio", "rush", "terios", "yaris", "civic", "xpander", "sienta",
)  # fmt: skip
ASKED = (
    "{} ada?", "harga {} berapa kak", "{} matic masih ready?", "ada {} tahun 2018 ke atas?", "{} yang paling murah",
    "{} manual hitam ada?", "bandingkan {} sama avanza", "kredit {} dp 20% tenor 3 tahun berapa", "km {} berapa aja",
    "pajak {} hidup?", "{} bekas banjir ga?", "foto {} dong", "{} budget 150jt", "{} di bawah 200 juta",
    "warna {} apa aja", "besok jam 10 mau lihat {}", "selain {} ada apa", "{} terbaru tahun berapa", "ada {} diesel?",
    "{} 2017 sama 2019 bedanya apa", "{} plat b ada?", "kabari kalau {} putih ada", "{} ada yang 7 seater?",
    "{} km rendah ada?", "{} servis record ada?", "berapa unit {} yang ready", "{} yang di atas 2017 ada?",
    "{} hitam atau putih", "{} 2016 {} 2018 mana lebih murah", "harga {} paling mahal berapa", "{} cc nya berapa",
    "ada {} ga? kalau ga ada yang mirip apa", "{} tangan pertama?", "lokasi {} dimana, bisa dicek?", "p {} brp",
    "{} budget 120-160jt", "{} dp 30jt angsuran 3jt bisa?", "{} paling irit?", "{} ada garansi mesin?",
    "yang {} sudah laku belum?",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_no_answer_of_the_counter_is_refused(showroom, seed):
    random = Random(seed)
    rows: list[importing.Row] = []
    while len(rows) < 200:
        rows += stock.rows(random, "B")
    with showroom.scope():
        importing.save(showroom.tenant.pk, importing.Sheet(tuple(rows)), "test")
    refused = []
    for place, form in enumerate(ASKED):
        for model in MODELS[place % 5 :: 5]:
            work = gather.imagined(showroom.tenant.pk, form.replace("{}", model))
            if orchestrator._without_draft(work) is None and orchestrator._count(work).path != Path.COUNTER:
                answer = counter.answer(work.turn, work.facts).text
                refused.append(
                    (work.turn.text, guard.check(answer, work.turn, work.facts, limit=guard.MAX_DRAFT).failed)
                )
    assert refused == []
