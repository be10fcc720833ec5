"""The inbox's pages and their living parts."""

from __future__ import annotations

import mimetypes
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from conversations import admin as backoffice
from conversations import drafts, media, seats
from conversations.inbox import folders, pulse, thread, work
from conversations.inbox.door import is_partial, page
from conversations.inbox.folders import Folder
from conversations.models import AnswerReport, KeptFile, Mood, WhatsAppConversation, WhatsAppMessage
from tenants import audit, scope
from tenants.access import Place
from tenants.admin import SELLERS, allowed, is_platform
from tenants.middleware import SESSION_KEY

# --- The list --------------------------------------------------------------------------------------------------------


@page()
def inbox(request: HttpRequest, place: Place) -> HttpResponse:
    return render(request, "inbox/inbox.html", _beside(request, place))


@page()
def rows(request: HttpRequest, place: Place) -> HttpResponse:
    """The list anew, or (`setelah`) its next page; the counts and the rest of the frame come along."""
    return render(request, "inbox/rows.html", {**_beside(request, place), "part": True})


def _beside(request: HttpRequest, place: Place, chat: WhatsAppConversation | None = None) -> dict[str, Any]:
    """The list and all around it."""
    wish = folders.wish(request.GET)
    listed = folders.page(place.tenant_id, wish, request.user)
    count = folders.counts(place.tenant_id, request.user)
    shown = wish.shown if wish.after is None else min(wish.shown + folders.PAGE, folders.MOST)
    return {
        "wish": wish,
        "chats": listed.chats,
        "more": listed.more,
        "shown": str(shown),  # for addresses: without the thousands' dot
        "tabs": [
            (folder, folders.WORDS[folder], folders.shown_count(count[folder]), wish.query(folder=folder))
            for folder in Folder
        ],
        "waiting": count[Folder.WAITING],
        "here": wish.query(),
        "colleagues": work.colleagues(place.tenant_id),
        "intents": backoffice.INTENTS.items(),
        "moods": Mood.choices,
        "chat": chat,
        "open": str(chat.pk if chat is not None else folders.number(request.GET.get("c", "")) or ""),
        "pulse": pulse.of(place.tenant_id, wish, request.user.pk, chat.pk if chat else None).signed(),  # type: ignore[arg-type]
        "now": timezone.now(),
    }


@csrf_exempt
@require_safe
def beat(request: HttpRequest) -> HttpResponse:
    """Nothing (204), or which parts of the page are to be read again and the pass for the next question."""
    shown = pulse.read(request.GET.get("p", ""))
    if shown is None:
        return _with(HttpResponse(status=204), {"HX-Refresh": "true"})
    with scope.of(shown.tenant, page=True):
        now = pulse.now(shown)
    if now == shown:
        return HttpResponse(status=204)
    news = [name for name in ("rows", "thread") if getattr(now, name) != getattr(shown, name)]
    if now.waiting > shown.waiting:
        news += ["handover"] if "rows" in news else ["rows", "handover"]
    answer = render(request, "inbox/pulse.html", {"pulse": now.signed()})
    return _with(answer, {"HX-Trigger": ", ".join(f"news-{name}" for name in news)} if news else {})


def _with(answer: HttpResponse, headers: dict[str, str]) -> HttpResponse:
    for name, value in headers.items():
        answer[name] = value
    answer["Cache-Control"] = "no-store"
    return answer


# --- One chat --------------------------------------------------------------------------------------------------------


def _chat(place: Place, pk: int) -> WhatsAppConversation:
    """The chat, or a plain 404: another showroom's chat does not exist here."""
    found = WhatsAppConversation.objects.select_related("escalated_to", "lead")
    chat = found.filter(tenant_id=place.tenant_id, pk=pk).first() if pk <= folders.BIGGEST_ID else None
    if chat is None:
        raise Http404
    return chat


def _thread(request: HttpRequest, chat: WhatsAppConversation) -> dict[str, Any]:
    may_act = allowed(request, SELLERS)
    seat, writing = seats.sit_down(chat, request.user)
    before, since = (folders.number(request.GET.get(name, "")) for name in ("sebelum", "sejak"))
    return {
        "chat": chat,
        "phone": folders.number_of(chat),
        "state": backoffice.state(chat),
        "intent": backoffice.INTENTS.get(chat.last_intent, ""),  # type: ignore[call-overload]
        "moves": backoffice.buttons(chat, request.user) if may_act else [],
        "may_act": may_act,
        "draft": seat.draft,
        "thinking": seats.is_thinking(seat),
        "advice": seat.suggestion if seat.suggestion != seats.NO_ADVICE else "",
        "no_advice": seat.suggestion == seats.NO_ADVICE,
        "proposal": drafts.open_of(chat) if may_act else None,
        "kinds": AnswerReport.Kind.choices,
        "writing": writing,
        "here": folders.wish(request.GET).query(),
        **thread.read(chat, before=before, since=since),
    }


@page()
def chat(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    one = _chat(place, pk)
    audit.read(place.tenant_id, request.user, pk)
    parts = _thread(request, one)
    return render(request, "inbox/inbox.html", {**parts, **_beside(request, place, one)})


@page()
def lines(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """The messages anew with the chat's head, or (`sebelum`) the ones before."""
    return render(request, "inbox/lines.html", {**_lines(request, place, pk), "part": True})


def _lines(request: HttpRequest, place: Place, pk: int) -> dict[str, Any]:
    one = _chat(place, pk)
    audit.read(place.tenant_id, request.user, pk, anew=True)
    return {**_thread(request, one), "colleagues": work.colleagues(place.tenant_id)}


@page("POST", SELLERS)
def move(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """Take, give back, close, … and sending a message again."""
    one, name = _chat(place, pk), request.POST.get("move", "")
    if name == "take":
        said = work.take(one, request.user).words
    elif name == "resend":
        said = backoffice.resend(one, request.user, request.POST.get("message", ""))
    elif name == "fetch":
        said = work.fetch_file(one, request.POST.get("message", ""))
    elif name == "assign":
        said = work.assign(one, request.user, request.POST.get("to", "")).words
    elif name == "send_draft":
        said = drafts.send(one, request.user)
    elif name == "drop_draft":
        said = drafts.drop(one, request.user)
    elif name in backoffice.MOVES:
        said = backoffice.MOVES[name](one, request.user)
    else:
        raise Http404
    messages.info(request, said)
    return _back(request, pk)


@page("POST", SELLERS)
def reply(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    one = _chat(place, pk)
    text = request.POST.get("text", "")
    said = work.reply(one, request.user, text, request.FILES.get("file"), request.POST.get("unit", "")[:40])
    return _composed(request, one, said, text)


@page("POST", SELLERS)
def note(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    one = _chat(place, pk)
    text = request.POST.get("text", "")
    said = work.leave_note(one, request.user, text)
    if said.done:
        seats.keep_draft(one, request.user, "")
    return _composed(request, one, said, text)


def _composed(request: HttpRequest, one: WhatsAppConversation, said: work.Said, text: str) -> HttpResponse:
    """The field anew: empty after it was sent, with the words and the reason otherwise."""
    if not is_partial(request):
        if said.words:
            messages.error(request, said.words)
        return _back(request, one.pk)
    left = {"draft": "" if said.done else text, "trouble": said.words, "chat": one, "here": _here(request)}
    return _with(render(request, "inbox/composer.html", {**left, "may_act": True}), {"HX-Trigger": "news-thread"})


@page("POST", SELLERS)
def draft(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    seats.keep_draft(_chat(place, pk), request.user, request.POST.get("text", ""))
    return HttpResponse(status=204)


@page("POST", SELLERS)
def report(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    sent = request.POST
    said = work.report(
        _chat(place, pk), request.user, sent.get("message", ""), sent.get("kind", ""), sent.get("remark", "")
    )
    messages.info(request, said.words)
    return _back(request, pk)


@page("POST", SELLERS)
def advise(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """Ask for the assistant's draft, or put it away."""
    one = _chat(place, pk)
    if request.POST.get("put_away"):
        seats.drop_advice(one, request.user)
    else:
        seats.ask_advice(one, request.user)
    if not is_partial(request):
        return _back(request, pk)
    return _with(HttpResponse(status=204), {"HX-Trigger": "news-thread"})


@page(roles=SELLERS)
def tools(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """The ready replies, with this customer's name in them, and the search for a car's card."""
    one = _chat(place, pk)
    return render(request, "inbox/tools.html", {"chat": one, "canned": work.canned(one, request.user)})


@page(roles=SELLERS)
def cars(request: HttpRequest, place: Place) -> HttpResponse:
    words = " ".join(request.GET.get("mobil", "").replace("\x00", "").split())[:80]
    return render(request, "inbox/cars.html", {"cards": work.cards(place.tenant_id, words), "words": words})


@page()
def file(request: HttpRequest, place: Place, pk: int, message: int) -> HttpResponseBase:
    """Our copy of the file that a message brought, or the one we sent with it; anything else does not exist."""
    if max(pk, message) > folders.BIGGEST_ID:
        raise Http404
    stored, kind = _file_of(place.tenant_id, pk, message)
    audit.read(place.tenant_id, request.user, pk, anew=True)
    shown = kind in media.SHOWN
    try:
        answer = FileResponse(
            default_storage.open(stored),
            content_type=kind if shown else "application/octet-stream",
            as_attachment=not shown,
            filename=f"berkas-{message}{mimetypes.guess_extension(kind) or ''}",
        )
    except FileNotFoundError as error:
        raise Http404 from error
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _file_of(tenant_id: int, pk: int, message: int) -> tuple[str, str]:
    """(stored name, MIME type) of our copy of what came with the message, or of what we sent with it."""
    rows = WhatsAppMessage.objects.filter(tenant_id=tenant_id, conversation_id=pk, pk=message)
    kept = KeptFile.objects.filter(tenant_id=tenant_id, message__in=rows).first()
    if kept is not None:
        return kept.file.name or "", kept.mime_type
    sent = rows.first()
    if sent is None or not thread.is_enclosure(sent):
        raise Http404
    return sent.media_url, sent.mime_type


def _here(request: HttpRequest) -> str:
    """Where in the list the person came from."""
    return folders.wish(request.GET).query()


def _back(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect(f"{reverse('inbox:chat', args=[pk])}?{_here(request)}")


# --- Where one works -------------------------------------------------------------------------------------------------


def places(request: HttpRequest) -> HttpResponse:
    """A platform admin, who works everywhere, chooses a showroom first."""
    if not request.user.is_authenticated or not request.places:  # type: ignore[attr-defined]
        return redirect("inbox:inbox")
    if request.method == "POST":
        return _choose(request)
    return render(request, "inbox/places.html", {"platform": is_platform(request)})


def _choose(request: HttpRequest) -> HttpResponse:
    slug = request.POST.get("showroom", "")
    if not any(one.slug == slug for one in request.places):  # type: ignore[attr-defined]
        raise Http404
    request.session[SESSION_KEY] = slug
    return redirect("inbox:inbox")
