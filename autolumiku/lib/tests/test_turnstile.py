"""A few places for many: in order, in turn, and never more than there are."""

import asyncio

import pytest

from autolumiku.lib.turnstile import Turnstile


def order_of(gate, arrivals, share=0):
    """Who gets in, one after the other, where each leaves as soon as the next step comes."""
    entered = []

    async def one(key):
        async with gate.place(key, share):
            entered.append(key)
            await asyncio.sleep(0)

    async def all_of_them():
        await asyncio.gather(*map(one, arrivals))

    asyncio.run(all_of_them())
    return "".join(entered)


@pytest.mark.parametrize(
    ("arrivals", "places", "order"),
    [
        ("aaab", 0, "aaab"),
        ("aaab", 4, "aaab"),
        ("aaab", 1, "aaba"),
        ("aaaabbc", 1, "aabcaba"),
        ("aaaaaaaab", 2, "aaabaaaaa"),
    ],
)
def test_keys_take_turns_when_places_are_scarce(arrivals, places, order):
    gate = Turnstile(places)
    assert order_of(gate, arrivals) == order
    assert (gate.taken, gate.waiting, dict(gate.inside)) == (0, 0, {})


def test_a_key_has_no_more_than_its_share_though_places_are_free():
    async def scene():
        gate = Turnstile(10)
        await gate.enter("a", 1)
        second = asyncio.ensure_future(gate.enter("a", 1))
        await asyncio.wait_for(gate.enter("b", 1), 1)
        assert (gate.inside["a"], gate.inside["b"], gate.waiting) == (1, 1, 1)
        gate.leave("a")
        await asyncio.wait_for(second, 1)

    asyncio.run(scene())


@pytest.mark.parametrize("when", ["waiting", "called in"])
def test_who_gives_up_takes_no_place_along(when):
    async def scene():
        gate = Turnstile(1)
        await gate.enter("a")
        gone, waits = (asyncio.ensure_future(gate.enter(key)) for key in ("a", "b"))
        await asyncio.sleep(0)
        if when == "called in":
            gate.leave("a")  # `gone` is called in, and does not know it yet
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        if when == "waiting":
            gate.leave("a")
        await asyncio.wait_for(waits, 1)
        assert (gate.taken, gate.waiting) == (1, 0)

    asyncio.run(scene())
