"""Pages on which a change of the settings is tried: replays before customers feel it, splits on a part of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Model, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from aiconfig import splits, versions
from aiconfig.models import ConfigVersion, FAQEntry, Split, WhatsAppAIConfig
from autolumiku.lib import clock, differences, rupiah
from conversations import comparing, replays, verdicts
from conversations.models import Path, Reason, Replay, ReplayedTurn
from tenants import audit
from tenants.admin import LEADERS, NOBODY, OwnedForm, ScopedAdmin, label, when
from tenants.models import User

TRIED = tuple(name for name in versions.FIELDS if not name.startswith("after_hours"))
MOST_QUESTIONS = 200
ON_A_PAGE = 30
TONES = {
    Replay.State.RUNNING: "info",
    Replay.State.STOPPED: "warn",
    Replay.State.DONE: "good",
    Replay.State.PUBLISHED: "good",
    Replay.State.DISCARDED: "plain",
}
_QUESTION = re.compile(r"(?im)^[ \t]*T[ \t]*:")
_ANSWER = re.compile(r"(?im)^[ \t]*J[ \t]*:")


# --- The questions and answers as one text ----------------------------------------------------------------------------


def as_text(faq: list[list[str]]) -> str:
    return "\n\n".join(f"T: {' '.join(question.split())}\nJ: {answer.strip()}" for question, answer in faq)


def as_questions(text: str) -> list[list[str]]:
    """ "T: …" and "J: …" in turn. Raises ValidationError with words for the form."""
    before, *blocks = _QUESTION.split(text.strip())
    if before.strip():
        raise forms.ValidationError("Awali tiap pertanyaan dengan “T:” dan jawabannya dengan “J:” di baris baru.")
    return [_question(block) for block in blocks]


def _question(block: str) -> list[str]:
    parts = [part.strip() for part in _ANSWER.split(block)]
    question = " ".join(parts[0].split())
    if len(parts) != 2 or not all(parts):
        raise forms.ValidationError(f"“{question[:60]}” perlu tepat satu jawaban yang diawali “J:”.")
    for name, words in (("question", question), ("answer", parts[1])):
        longest = column(FAQEntry, name).max_length or 0
        if len(words) > longest:
            raise forms.ValidationError(f"“{words[:40]}…” lebih panjang dari {longest} huruf.")
    return [question, parts[1]]


def column(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name)


class Trials(ScopedAdmin):
    """Begun on a form, then looked at and moved on by buttons, never edited."""

    viewers = adders = changers = LEADERS
    deleters = NOBODY
    new_title = ""

    def moves(self) -> Mapping[str, Callable[[Any, User], str]]:
        """What a button does with it; returns the words for the page."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Of one showroom: over all of them there are no settings to begin from."""
        return not self.over_all(request) and super().has_add_permission(request, obj)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        once = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **once, "title": self.new_title})

    def get_urls(self) -> list[URLPattern]:
        act, name = self.admin_site.admin_view(self.act), f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<int:pk>/langkah/", act, name=name), *super().get_urls()]

    def looked_at(self, request: HttpRequest, pk: str) -> Any:
        found = self.get_object(request, pk)
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found

    @method_decorator(require_POST)
    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = self.get_object(request, str(pk))
        if not self.has_change_permission(request, one):
            raise PermissionDenied
        move = self.moves().get(request.POST.get("move", ""))
        if move is None:
            raise Http404
        assert isinstance(request.user, User)
        messages.info(request, move(one, request.user))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)


# --- Replays ---------------------------------------------------------------------------------------------------------


class ReplayForm(OwnedForm):
    """The draft of the settings; the fields of TRIED and `faq` are added by the admin."""

    class Meta:
        model = Replay
        fields = ("chats",)

    def clean_faq(self) -> list[list[str]]:
        found = as_questions(self.cleaned_data["faq"])
        if len(found) > MOST_QUESTIONS:
            raise forms.ValidationError(f"Paling banyak {MOST_QUESTIONS} pertanyaan.")
        return found


@dataclass(frozen=True, slots=True)
class Figures:
    """What an arm of the comparison came to; tokens and cost of the model."""

    refused: int
    handed_over: int
    tokens: int
    cost: int


@dataclass(frozen=True, slots=True)
class Row:
    """One answer, then and now, as the page shows it."""

    turn: ReplayedTurn
    old: list[differences.Piece]
    new: list[differences.Piece]
    old_signs: list[SafeString]
    new_signs: list[SafeString]
    same: bool


REFUSED_THEN = Q(answer__verdict__failed__0__isnull=False)
HANDED_THEN = Q(answer__verdict__handover__isnull=False)
REFUSED_NOW = Q(verdict__failed__0__isnull=False)
VIEWS = {
    "berbeda": "yang berbeda",
    "ditolak": "draf ditolak pemeriksa",
    "orang": "perlu orang",
    "gagal": "gagal disusun",
}


def chosen(turns: QuerySet[Any], view: str) -> QuerySet[Any]:
    if view == "berbeda":
        return turns.filter(differs=True)
    if view == "ditolak":
        return turns.filter(REFUSED_THEN | REFUSED_NOW)
    if view == "orang":
        return turns.filter(HANDED_THEN | ~Q(handover=""))
    return turns.filter(failed=True) if view == "gagal" else turns


def figures(turns: QuerySet[ReplayedTurn]) -> tuple[Figures, Figures]:
    """(then, now) of what is done; of the old answers the tokens of the call that was sent."""
    now = turns.aggregate(
        refused=Count("pk", filter=REFUSED_NOW),
        handed_over=Count("pk", filter=~Q(handover="")),
        tokens=Sum("tokens", default=0),
        cost=Sum("cost", default=0),
    )
    then = turns.aggregate(
        refused=Count("pk", filter=REFUSED_THEN),
        handed_over=Count("pk", filter=HANDED_THEN),
        sent=Sum("answer__llm_call__prompt_tokens", default=0),
        said=Sum("answer__llm_call__completion_tokens", default=0),
        cost=Sum("answer__llm_call__cost", default=0),
    )
    return Figures(then["refused"], then["handed_over"], then["sent"] + then["said"], then["cost"]), Figures(**now)


def row(turn: Any) -> Row:
    old, new = differences.words(turn.answer.content, turn.text)
    then = _signs(turn.answer.path, turn.answer.verdict, str(turn.answer.verdict.get("handover", "")))
    now = [label("gagal disusun", "bad")] if turn.failed else _signs(turn.path, turn.verdict, turn.handover)
    if not turn.text and not turn.failed:
        now.append(label("tanpa jawaban"))
    return Row(turn, old, new, then, now, not turn.differs)


def _signs(answer_path: str, verdict: Any, handover: str) -> list[SafeString]:
    signs = [label(Path(answer_path).label)] if answer_path else []
    claims = verdicts.claims(verdict)
    if claims:
        signs.append(label(f"draf ditolak: {', '.join(claims[:3])}"[:120], "bad"))
    if handover in Reason.values:
        signs.append(label(f"perlu orang: {Reason(handover).label}", "warn"))
    return signs


@admin.register(Replay)
class ReplayAdmin(Trials):
    nothing_yet = (
        "Coba pengaturan baru pada percakapan yang sudah ada, sebelum dipakai. Tidak ada yang terkirim ke pelanggan."
    )
    form = ReplayForm
    new_title = "Percobaan baru"
    list_display = ("named", "progress", "chats", "started", "author")
    list_display_links = ("named",)
    list_select_related = ("author",)

    # -- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        done = Count("turns", filter=Q(turns__done_at__isnull=False))
        return super().get_queryset(request).annotate(done=done, total=Count("turns"))

    @admin.display(description="percobaan", ordering="pk")
    def named(self, replay: Replay) -> str:
        return str(replay)

    @admin.display(description="keadaan", ordering="state")
    def progress(self, replay: Any) -> SafeString:
        state = Replay.State(replay.state)
        part = f" {replay.done} dari {replay.total}" if state in (state.RUNNING, state.STOPPED) else ""
        return label(f"{state.label}{part}", TONES[state])

    @admin.display(description="mulai", ordering="created_at")
    def started(self, replay: Replay) -> str:
        return when(replay.created_at)

    # -- a new one

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            (
                "Percakapan",
                {
                    "fields": ("chats",),
                    "description": "Jawaban lama disusun ulang dengan pengaturan di bawah ini. Tidak ada yang dikirim "
                    "ke pelanggan, dan percakapannya tidak berubah. Tokennya dihitung ke batas harian model.",
                },
            ),
            ("Pengaturan yang dicoba", {"fields": (*TRIED, "faq")}),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The tried settings have the same fields as on the page of the settings."""
        fields = {name: self.formfield_for_dbfield(column(WhatsAppAIConfig, name), request) for name in TRIED}
        for name, rows in (("welcome_message", 3), ("instructions", 5)):
            fields[name].widget.attrs["rows"] = rows  # type: ignore[union-attr]
        like: Any = self.formfield_for_dbfield(column(FAQEntry, "answer"), request)
        like.widget.attrs["rows"] = 14
        fields["faq"] = forms.CharField(
            label="Tanya jawab",
            required=False,
            max_length=100_000,
            widget=like.widget,
            help_text="“T:” lalu pertanyaannya, di baris berikutnya “J:” lalu jawabannya.",
        )
        form = type("ReplayForm", (ReplayForm,), {**fields, "__module__": __name__})
        return super().get_form(request, obj, change, **{**kwargs, "form": form, "fields": ("chats",)})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        now = versions.in_use(request.place.tenant_id)  # type: ignore[attr-defined]
        return {**now["settings"], "faq": as_text(now["faq"])}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        tried = WhatsAppAIConfig(**{name: form.cleaned_data[name] for name in TRIED})
        now = versions.in_use(obj.tenant_id)
        draft = versions.snapshot(tried, form.cleaned_data["faq"])
        obj.snapshot = {**draft, "settings": {**now["settings"], **{name: getattr(tried, name) for name in TRIED}}}
        obj.base = versions.publish(obj.tenant_id, by=None)
        obj.author = request.user
        super().save_model(request, obj, form, change)
        obj.answers = replays.begin(obj)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        if not obj.answers:
            messages.warning(request, "Belum ada jawaban asisten yang bisa disusun ulang.")
        return redirect("admin:conversations_replay_change", obj.pk)

    # -- one of them

    def get_urls(self) -> list[URLPattern]:
        progress = self.admin_site.admin_view(self.advance)
        return [path("<int:pk>/maju/", progress, name="conversations_replay_progress"), *super().get_urls()]

    def turns(self, replay: Replay) -> QuerySet[Any]:
        rows = ReplayedTurn.objects.filter(tenant_id=replay.tenant_id, replay=replay, done_at__isnull=False)
        return rows.annotate(differs=replays.DIFFERS)

    @method_decorator(require_safe)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        replay = self.looked_at(request, object_id)
        audit.note(replay.tenant_id, audit.Kind.READ, request.user, f"percobaan {replay.pk}")
        view = request.GET.get("lihat", "")
        rows = chosen(self.turns(replay), view).select_related("answer", "conversation").order_by("pk")
        page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("hal"))
        context = {
            **self.admin_site.each_context(request),
            **self.state(replay),
            "title": str(replay),
            "opts": self.opts,
            "made": when(replay.created_at),
            "changed": versions.differences(replay.base.snapshot if replay.base else None, replay.snapshot),
            "page": page,
            "rows": [row(turn) for turn in page],
            "view": view if view in VIEWS else "",
            "views": VIEWS.items(),
            "most_turns": replays.MOST_TURNS,
        }
        return TemplateResponse(request, "admin/conversations/replay/replay.html", context)

    def state(self, replay: Any) -> dict[str, Any]:
        """How far it is, and what may be done now."""
        state = Replay.State(replay.state)
        then, now = figures(self.turns(replay))
        differing = self.turns(replay).filter(differs=True).count()
        return {
            "replay": replay,
            "badge": label(state.label, TONES[state]),
            "then": then,
            "now": now,
            "differing": differing,
            "percent": round(100 * replay.done / replay.total) if replay.total else 100,
            "running": state == Replay.State.RUNNING,
            "stopped": state == Replay.State.STOPPED,
            "may_split": state == Replay.State.DONE and splits.running(replay.tenant_id) is None,
            "open": state in (Replay.State.STOPPED, Replay.State.DONE),
        }

    def moves(self) -> Mapping[str, Callable[[Replay, User], str]]:
        return MOVES

    def advance(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that is asked for again and again; when it is over, the whole page."""
        replay = self.looked_at(request, str(pk))
        answer = TemplateResponse(request, "admin/conversations/replay/progress.html", self.state(replay))
        if replay.state != Replay.State.RUNNING:
            answer["HX-Refresh"] = "true"
        return answer

    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = super().act(request, pk)
        return redirect("admin:aiconfig_split_add") if request.POST.get("move") == "propose" else done


def _stop(replay: Replay, user: User) -> str:
    return (
        "Dihentikan sesudah jawaban yang sedang disusun." if replays.stop(replay) else "Percobaan ini tidak berjalan."
    )


def _resume(replay: Replay, user: User) -> str:
    return "Dilanjutkan." if replays.resume(replay) else "Percobaan ini tidak sedang dihentikan."


def _publish(replay: Replay, user: User) -> str:
    number = replays.publish(replay, user)
    if number is None:
        return "Percobaan ini sudah diterbitkan, dibuang, atau masih berjalan."
    return f"Diterbitkan sebagai versi {number}. Jawaban berikutnya memakai pengaturan ini."


def _discard(replay: Replay, user: User) -> str:
    return "Percobaan dibuang; pengaturan tidak berubah." if replays.discard(replay) else "Percobaan ini sudah selesai."


def _propose(replay: Replay, user: User) -> str:
    """The way to a split: the draft becomes a version that may be its challenger."""
    made = versions.propose(replay.tenant_id, replay.snapshot, by=user, remark=f"calon dari percobaan {replay.pk}")
    return f"Tersimpan sebagai versi {made.number} (calon). Pilih di bawah ini berapa percakapan yang mendapatnya."


MOVES = {"propose": _propose, "stop": _stop, "resume": _resume, "publish": _publish, "discard": _discard}


# --- Splits ----------------------------------------------------------------------------------------------------------


class SplitForm(OwnedForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean()
        tenant_id = self.instance.tenant_id
        if splits.running(tenant_id) is not None:
            raise forms.ValidationError("Masih ada pembagian yang berjalan. Hentikan itu dulu.")
        now, other = versions.publish(tenant_id).snapshot, data.get("challenger")
        if other is not None and not versions.differences(now, {**other.snapshot, "prompt": now["prompt"]}):
            self.add_error("challenger", "Versi ini sama dengan pengaturan sekarang.")
        return data


@admin.register(Split)
class SplitAdmin(Trials):
    nothing_yet = "Biarkan sebagian percakapan dijawab dengan versi pengaturan lain, lalu bandingkan hasilnya."
    form = SplitForm
    new_title = "Pembagian baru"
    list_display = ("named", "state", "control", "challenger", "percent", "started")
    list_display_links = ("named",)
    list_select_related = ("control", "challenger")
    fields = ("challenger", "percent")

    @admin.display(description="pembagian", ordering="pk")
    def named(self, split: Split) -> str:
        return str(split)

    @admin.display(description="keadaan", ordering="ended_at")
    def state(self, split: Split) -> SafeString:
        return label("berjalan", "info") if split.ended_at is None else label(split.get_end_display())

    @admin.display(description="mulai", ordering="started_at")
    def started(self, split: Split) -> str:
        return when(split.started_at)

    # -- a new one

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        newest = ConfigVersion.objects.filter(tenant_id=request.place.tenant_id, published_at=None)  # type: ignore[attr-defined]
        return {"challenger": newest.order_by("-number").values_list("pk", flat=True).first()}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.control, obj.author, obj.started_at = versions.latest(obj.tenant_id), request.user, clock.now()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        messages.success(request, "Pembagian dimulai.")
        return redirect("admin:aiconfig_split_change", obj.pk)

    # -- one of them

    @method_decorator(require_safe)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        split = self.looked_at(request, object_id)
        control, challenger = comparing.of(split)
        context = {
            **self.admin_site.each_context(request),
            "title": str(split),
            "opts": self.opts,
            "split": split,
            "badge": self.state(split),
            "made": when(split.started_at),
            "ended": when(split.ended_at),
            "lines": compared(control, challenger),
            "few": min(control.conversations, challenger.conversations) < comparing.ENOUGH,
            "enough": comparing.ENOUGH,
            "changed": versions.differences(split.control.snapshot, split.challenger.snapshot),
            "running": split.ended_at is None,
        }
        return TemplateResponse(request, "admin/aiconfig/split/split.html", context)

    def moves(self) -> Mapping[str, Callable[[Split, User], str]]:
        return SPLIT_MOVES


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of both versions."""

    what: str
    control: str
    challenger: str


def compared(control: comparing.Outcome, challenger: comparing.Outcome) -> list[Line]:
    both = (control, challenger)
    return [
        Line("percakapan", *(str(one.conversations) for one in both)),
        Line("jawaban", *(str(one.answers) for one in both)),
        Line("selesai tanpa orang", *(_part(one.unaided, one.percent(one.unaided)) for one in both)),
        Line("diteruskan ke orang", *(_part(one.handed_over, one.percent(one.handed_over)) for one in both)),
        Line("draf ditolak pemeriksa", *(_part(one.refused, one.percent(one.refused, one.answers)) for one in both)),
        Line("membuat janji test drive", *(_part(one.visits, one.percent(one.visits)) for one in both)),
        Line("token per percakapan", *(number_format(one.each(one.tokens), force_grouping=True) for one in both)),
        Line("biaya per percakapan", *(rupiah.show_full(one.each(one.cost)) for one in both)),
    ]


def _part(count: int, percent: int | None) -> str:
    return f"{count}" if percent is None else f"{count} ({percent}%)"


def _stop_split(split: Split, user: User) -> str:
    stopped = splits.stop(split)
    return (
        "Dihentikan; semua percakapan kembali ke pengaturan sekarang." if stopped else "Pembagian ini sudah berakhir."
    )


def _adopt(split: Split, user: User) -> str:
    made = splits.adopt(split, user)
    return f"Diterbitkan sebagai versi {made.number}." if made else "Pembagian ini sudah berakhir."


SPLIT_MOVES = {"stop": _stop_split, "adopt": _adopt}
