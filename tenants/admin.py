"""The back-office: what every admin page has in common, the showroom, its people, and the choice of showroom.

Rights come from the person's role in the showroom of the request (request.place), never from Permission rows. Rows of
other showrooms are kept out twice: by row-level security, and by the filters here. The theme (django-unfold) is dress
only: without it (ADMIN_THEME=0) the same pages come in Django's own clothes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from autolumiku.lib import phone
from tenants import access, factor
from tenants.access import Place
from tenants.middleware import SESSION_KEY
from tenants.models import EVERYONE, LEADERS, ApiToken, AuditEntry, Membership, PlatformUse, Right, Role, Tenant, User
from tenants.models import SELLERS as SELLERS  # noqa: PLC0414 - for the other admins

THEMED = "unfold" in settings.INSTALLED_APPS
if TYPE_CHECKING or not THEMED:
    from django.contrib.admin import ModelAdmin, StackedInline, TabularInline
    from django.contrib.admin.widgets import AdminTextInputWidget as TextInput
    from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
    from django.forms import CheckboxInput
    from django.forms import Select as SelectInput
else:
    from unfold.admin import ModelAdmin, StackedInline, TabularInline
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm
    from unfold.forms import UserCreationForm as AdminUserCreationForm
    from unfold.widgets import UnfoldAdminSelectWidget as SelectInput  # noqa: F401
    from unfold.widgets import UnfoldAdminTextInputWidget as TextInput
    from unfold.widgets import UnfoldBooleanSwitchWidget as CheckboxInput  # noqa: F401

NOBODY: frozenset[Role] = frozenset()

admin.site.site_title = admin.site.site_header = "AutoLumiku"
admin.site.index_title = "Beranda"
admin.site.site_url = None
# rights are roles here, not groups; jobs are looked after with the worker, not in the back-office
admin.site.unregister(
    [model for model in admin.site._registry if model is Group or model._meta.app_label == "procrastinate"]
)


# --- Who may what ----------------------------------------------------------------------------------------------------


def place_of(request: HttpRequest) -> Place | None:
    """The showroom of the request; None: a platform admin over all of them, or a person without any."""
    return getattr(request, "place", None)


def person(request: HttpRequest) -> str:
    """Who is at the screen, as a row keeps it; "" for a login without a name."""
    return getattr(request.user, "get_full_name", str)()[:120]


def is_platform(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def allowed(request: HttpRequest, roles: Iterable[str]) -> bool:
    """Whether the person holds one of these roles in the chosen showroom; the platform admin holds all."""
    place = place_of(request)
    return is_platform(request) or (place is not None and place.role in roles)


# --- How things look -------------------------------------------------------------------------------------------------


def label(text: object, tone: str = "plain") -> SafeString:
    """A small coloured word. tone: plain, info, good, warn, bad."""
    return format_html('<span class="al-label al-{}">{}</span>', tone, text)


def when(moment: datetime | None) -> str:
    """A time as people say it, in the zone of the page: "hari ini 14.05", "kemarin 09.30", "3 Jan 2026 08.00"."""
    if moment is None:
        return "–"
    local, today = timezone.localtime(moment), timezone.localdate()
    names = {today: "hari ini", today - timedelta(days=1): "kemarin"}
    return f"{names.get(local.date()) or date_format(local, 'j M Y')} {local:%H.%M}"


class DayInput(TextInput):
    """The phone's own date picker."""

    input_type = "date"


class ClockInput(TextInput):
    """The phone's own time picker."""

    input_type = "time"

    def format_value(self, value: Any) -> str | None:
        return f"{value:%H:%M}" if isinstance(value, time) else super().format_value(value)


class MomentInput(TextInput):
    """The phone's own picker of a day and a time."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else super().format_value(value)


class CommaField(forms.FloatField):
    """A number that may be typed the Indonesian way ("0,7")."""

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


# --- The base of every page ------------------------------------------------------------------------------------------


class OwnedForm(forms.ModelForm):
    """Knows its showroom before it validates, and refuses references into another one."""

    place: Place | None = None  # set by ScopedAdmin.get_form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.place is not None and has_tenant(self.instance) and not self.instance.tenant_id:
            self.instance.tenant_id = self.place.tenant_id

    def _get_validation_exclusions(self) -> set[str]:
        """The hidden showroom takes part in the uniqueness checks (a phone once per showroom)."""
        excluded = set(super()._get_validation_exclusions())  # type: ignore[misc]
        return excluded - {"tenant"} if getattr(self.instance, "tenant_id", None) else excluded

    def _update_errors(self, errors: ValidationError) -> None:
        """What concerns a column that the form does not show (one row a showroom, say) is said above it."""
        said = getattr(errors, "error_dict", {})
        for name in said.keys() - self.fields.keys() - {NON_FIELD_ERRORS}:
            said.setdefault(NON_FIELD_ERRORS, []).extend(said.pop(name))
        super()._update_errors(errors)  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not has_tenant(self.instance):
            return data
        tenant = data.get("tenant")
        tenant_id = tenant.pk if tenant else self.instance.tenant_id
        for name, value in list(data.items()):
            if tenant_id and isinstance(value, models.Model) and not belongs(value, tenant_id, self.instance):
                self.add_error(name, "Pilihan ini bukan milik showroom tersebut.")
        return data


def has_tenant(row: models.Model | type[models.Model]) -> bool:
    return any(field.name == "tenant" for field in row._meta.fields)


def belongs(value: models.Model, tenant_id: int, row: models.Model) -> bool:
    """Whether `value` may be referred to by a row of this showroom."""
    if isinstance(value, User) and not isinstance(row, Membership):
        return Membership.objects.filter(tenant_id=tenant_id, user_id=value.pk).exists()
    return not has_tenant(value) or value.tenant_id == tenant_id  # type: ignore[attr-defined]


class RoleRights:
    """The four rights of an admin or an inline, by role."""

    viewers: frozenset[Role] = EVERYONE
    adders: frozenset[Role] = LEADERS
    changers: frozenset[Role] = LEADERS
    deleters: frozenset[Role] = LEADERS

    def has_module_permission(self, request: HttpRequest) -> bool:
        return allowed(request, self.viewers)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request, self.viewers)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request, self.adders)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request, self.changers)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request, self.deleters)


class Scoped(RoleRights):
    """Shows, offers and takes rows of the request's showroom only. For admins and inlines."""

    tenant_field = "tenant"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)  # type: ignore[misc]
        place = place_of(request)
        if place is not None:
            return rows.filter(**{self.tenant_field: place.tenant_id})
        return rows if is_platform(request) else rows.none()

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        kwargs.setdefault("queryset", self.choices_for(db_field, request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def choices_for(self, db_field: models.ForeignKey[Any, Any], request: HttpRequest) -> models.QuerySet[Any]:
        target: type[models.Model] = db_field.remote_field.model
        place = place_of(request)
        rows = target._default_manager.all()
        if target is User:
            members = Membership.objects.filter(**{"tenant": place.tenant_id} if place else {})
            return rows if place is None and is_platform(request) else rows.filter(pk__in=members.values("user"))
        if place is None:
            return rows if is_platform(request) else rows.none()
        return rows.filter(tenant=place.tenant_id) if has_tenant(target) else rows.filter(pk=place.tenant_id)


class ColleaguesFilter(admin.RelatedFieldListFilter):
    """A list's filter by person: those who work at the showroom, and nobody else of the installation."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        people = model_admin.choices_for(field, request)
        return [(person.pk, person.get_full_name() or person.get_username()) for person in people.order_by("username")]


class SaysConflicts:
    """What the database refuses (a value that another row or showroom has) is said, not a crash."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]
        except IntegrityError:
            messages.error(
                request, "Belum tersimpan: data ini bentrok dengan data lain, misalnya nomor yang sudah dipakai."
            )
            return HttpResponseRedirect(request.get_full_path())


class ScopedAdmin(SaysConflicts, Scoped, ModelAdmin):
    """The base of every admin page of a showroom's rows."""

    nothing_yet: str  # what an empty list says: what will stand there, and by whom it comes
    form = OwnedForm
    formfield_overrides = {
        models.DateField: {"widget": DayInput},
        models.TimeField: {"widget": ClockInput},
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": MomentInput},
        models.FloatField: {"form_class": CommaField},
    }
    list_per_page = 50
    compressed_fields = True
    list_filter_sheet = True

    # -- the showroom of a row: hidden for members, shown (and chosen once) by the platform admin over all showrooms

    def over_all(self, request: HttpRequest) -> bool:
        return place_of(request) is None and has_tenant(self.model)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_exclude(request, obj) or ()
        return shown if self.over_all(request) else (*shown, "tenant")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if not self.over_all(request) or any("tenant" in options["fields"] for _, options in sets):
            return sets
        return [("Showroom", {"fields": ["tenant"]}), *sets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "tenant") if obj is not None and self.over_all(request) else fields

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = super().get_list_display(request)
        return (*columns, "tenant") if self.over_all(request) else columns

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        return ("tenant", *filters) if self.over_all(request) else filters

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the list's filters offer: nobody finds out a hidden column by filtering on it in the address."""
        assert request is not None
        offered = set(map(_asked_by, self.get_list_filter(request)))
        return lookup.split("__", maxsplit=1)[0] in offered and super().lookup_allowed(lookup, value, request)

    def get_list_select_related(self, request: HttpRequest) -> Any:
        chosen = super().get_list_select_related(request)
        return (*(chosen or ()), "tenant") if self.over_all(request) and chosen is not True else chosen

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.place = place_of(request)  # type: ignore[attr-defined]
        return form

    # -- reading and writing

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, or a plain 404: another showroom's row does not exist here."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        place = place_of(request)
        if place is not None and has_tenant(obj) and not obj.tenant_id:
            obj.tenant_id = place.tenant_id
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Rows of an inline belong to the showroom of the page's row."""
        for inline in formset.forms:
            if has_tenant(inline.instance) and not inline.instance.tenant_id and has_tenant(form.instance):
                inline.instance.tenant_id = form.instance.tenant_id
        super().save_formset(request, form, formset, change)


def _asked_by(one: Any) -> str:
    """What an entry of list_filter is called in the address."""
    if isinstance(one, str):
        return one
    return str(one[0] if isinstance(one, tuple) else one.parameter_name)


class ReadOnly:
    """A log: people look at it, the program writes it."""

    adders = changers = deleters = NOBODY

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OwnedInline(Scoped):
    """Rows of the page's row, in its showroom."""

    extra = 0
    hide_title = True

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*(super().get_exclude(request, obj) or ()), "tenant")  # type: ignore[misc]


class ScopedTable(OwnedInline, TabularInline):
    """Inline rows as a table."""


class ScopedBlocks(OwnedInline, StackedInline):
    """Inline rows one below the other: what is too wide for a table on a phone."""


class PlatformAdmin(SaysConflicts, RoleRights, ModelAdmin):
    """Rows of no showroom: the platform admin's alone."""

    nothing_yet: str
    viewers = adders = changers = deleters = NOBODY


class PhoneField(forms.CharField):
    """A phone typed as people type it, kept as `62…` digits."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        digits = phone.normalise(typed)
        if typed and not digits:
            raise forms.ValidationError("Nomor ini tidak dikenali. Tulis misalnya 081234567890.")
        return digits

    def prepare_value(self, value: Any) -> Any:
        return phone.show(value) if isinstance(value, str) else value


def phone_formfield(field: models.Field[Any, Any]) -> PhoneField:
    """The form field of a model's phone column."""
    return PhoneField(
        label=capfirst(field.verbose_name),
        required=not field.blank,
        max_length=40,
        widget=TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=field.help_text or "Misalnya 081234567890.",
    )


# --- The showroom and its people -------------------------------------------------------------------------------------


@admin.register(Tenant)
class TenantAdmin(ScopedAdmin):
    nothing_yet = "Showroom yang memakai sistem ini, dengan alamat dan kontaknya."
    tenant_field = "pk"
    list_display = ("name", "city", "whatsapp", "state")
    list_display_links = ("name",)
    search_fields = ("name", "slug", "city")
    adders = deleters = NOBODY
    fieldsets = (
        (None, {"fields": ("name", "city", "address", "maps_url", ("latitude", "longitude"))}),
        (
            "Kontak",
            {
                "fields": ("phone", "whatsapp_number", "email"),
                "description": "Dipakai asisten saat pelanggan bertanya.",
            },
        ),
        ("Stok", {"fields": ("vehicle_prefix",)}),
        ("Platform", {"fields": ("slug", "status")}),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request) and place_of(request) is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if is_platform(request) else ("slug", "status")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("phone", "whatsapp_number"):
            return phone_formfield(db_field)
        if db_field.name == "maps_url":
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="WhatsApp", ordering="whatsapp_number")
    def whatsapp(self, tenant: Tenant) -> str:
        return phone.show(tenant.whatsapp_number) or "–"

    @admin.display(description="status", ordering="status")
    def state(self, tenant: Tenant) -> SafeString:
        return label(tenant.get_status_display(), "good" if tenant.status == Tenant.Status.ACTIVE else "bad")


def let_in(user_id: int) -> None:
    """A member may open the back-office."""
    User.objects.filter(pk=user_id, is_staff=False).update(is_staff=True)


@admin.register(Membership)
class MembershipAdmin(ScopedAdmin):
    nothing_yet = "Orang yang bekerja di showroom ini. Akun baru dibuat oleh admin platform."
    list_display = ("user", "login", "role", "since")
    list_filter = ("role",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__first_name", "user__last_name")
    fields = ("user", "role")
    adders = NOBODY  # an account is made by the platform admin

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else (*fields, "user")

    # -- only an owner makes, changes and removes owners: a manager cannot rise, nor put out who is above

    def _above(self, request: HttpRequest, obj: Membership | None) -> bool:
        return obj is not None and obj.role == Role.OWNER and not allowed(request, {Role.OWNER})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not self._above(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not self._above(request, obj)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role" and not allowed(request, {Role.OWNER}):
            kwargs["choices"] = [choice for choice in Role.choices if choice[0] != Role.OWNER]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        let_in(obj.user_id)

    @admin.display(description="nama pengguna", ordering="user__username")
    def login(self, membership: Membership) -> str:
        return membership.user.username

    @admin.display(description="sejak", ordering="created_at")
    def since(self, membership: Membership) -> str:
        return when(membership.created_at)


class MembershipInline(RoleRights, TabularInline):
    """A person's places, on the platform admin's page of that person."""

    model = Membership
    fields = ("tenant", "role")
    extra = 0
    viewers = adders = changers = deleters = NOBODY


@admin.register(User)
class UserAdmin(PlatformAdmin, DjangoUserAdmin):
    nothing_yet = "Akun setiap orang yang boleh masuk."
    form = UserChangeForm
    add_form = AdminUserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (MembershipInline,)
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Orang", {"fields": ("first_name", "last_name", "email")}),
        ("Hak", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Tanggal", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")
    actions = ("forget_phone",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data:
            User.end_sessions(pk=obj.pk)

    @admin.action(description="Hapus kode masuk dari ponsel (ponsel hilang)", permissions=["change"])
    def forget_phone(self, request: HttpRequest, rows: models.QuerySet[User]) -> None:
        """They enrol anew at their next login."""
        for user in rows:
            factor.forget(user)
        messages.success(request, f"Kode masuk {len(rows)} orang dihapus; mereka memasangnya lagi saat masuk.")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # switched off instead: what the person did stays readable

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if Membership.objects.filter(user=form.instance).exists():
            let_in(form.instance.pk)


class ApiTokenForm(OwnedForm):
    rights = forms.MultipleChoiceField(
        label="Hak",
        choices=Right.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Beri hanya yang diperlukan. Peran Anda sendiri membatasi hak ini.",
    )


@admin.register(ApiToken)
class ApiTokenAdmin(ScopedAdmin):
    """Keys for programs: made for oneself, shown once, never changed, revoked for good."""

    nothing_yet = (
        "Kunci untuk program lain, misalnya situs showroom, yang membaca stok atau mengirim pesan atas nama Anda."
    )
    form = ApiTokenForm
    viewers = adders = LEADERS
    changers = LEADERS  # the action; a token's own page is only read
    deleters = NOBODY
    list_display = ("name", "user", "hint", "state", "used")
    list_select_related = ("user",)
    fields = ("name", "rights", "expires_at")
    actions = ("revoke",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        made = ("name", "rights", "expires_at", "user", "hint", "state", "used")
        return super().get_readonly_fields(request, obj) if obj is None else made

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is None else ("name", "state", "user", "hint", "rights", "expires_at", "used")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            return
        obj.secret = access.new_token()  # on this object only, for the page that shows it once
        obj.user, obj.digest, obj.hint = request.user, access.digest(obj.secret), obj.secret[:8]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": "Token dibuat", "token": obj, "opts": self.opts}
        return TemplateResponse(request, "admin/tenants/apitoken/made.html", context)

    @admin.action(description="Cabut token yang dipilih", permissions=["change"])
    def revoke(self, request: HttpRequest, rows: models.QuerySet[ApiToken]) -> None:
        count = rows.filter(revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, f"{count} token dicabut.")

    @admin.display(description="status")
    def state(self, token: ApiToken) -> SafeString:
        if token.revoked_at is not None:
            return label(f"dicabut {when(token.revoked_at)}", "bad")
        if token.expires_at is not None and token.expires_at <= timezone.now():
            return label("kedaluwarsa", "warn")
        return label("berlaku", "good")

    @admin.display(description="terakhir dipakai", ordering="last_used_at")
    def used(self, token: ApiToken) -> str:
        return when(token.last_used_at)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, ScopedAdmin):
    """Who has read, taken out or removed what, and who was refused."""

    nothing_yet = (
        "Siapa membuka, mengunduh atau menghapus data pelanggan, dan siapa yang ditolak, tercatat di "
        "sini dengan sendirinya."
    )
    viewers = LEADERS
    list_display = ("moment", "kind", "who", "subject")
    list_filter = ("kind", "at")
    search_fields = ("who", "subject")
    search_help_text = "Cari nama pengguna atau percakapan, misalnya: percakapan 12."
    fields = ("moment", "kind", "who", "subject", "data")

    @admin.display(description="waktu", ordering="at")
    def moment(self, entry: AuditEntry) -> str:
        return when(entry.at)


@admin.register(PlatformUse)
class PlatformUseAdmin(ReadOnly, PlatformAdmin):
    """What platform admins did over all showrooms at once."""

    nothing_yet = "Apa yang dilakukan admin platform atas semua showroom sekaligus, tercatat di sini dengan sendirinya."
    list_display = ("moment", "who", "what")
    search_fields = ("who", "what")
    fields = ("moment", "who", "what")

    @admin.display(description="waktu", ordering="at")
    def moment(self, use: PlatformUse) -> str:
        return when(use.at)


# --- The choice of showroom ------------------------------------------------------------------------------------------


@require_POST
def choose_showroom(request: HttpRequest) -> HttpResponse:
    """Work in another of one's showrooms from now on; the platform admin may also choose all ("")."""
    slug = request.POST.get("showroom", "")
    if not slug and is_platform(request):
        request.session.pop(SESSION_KEY, None)
    elif any(place.slug == slug for place in request.places):  # type: ignore[attr-defined]
        request.session[SESSION_KEY] = slug
    else:
        raise PermissionDenied("Showroom ini bukan tempat kerja Anda.")
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return redirect(wanted)
    return redirect("admin:index")


from tenants import hooks_admin  # noqa: E402, F401 - Django's autodiscovery reads this file only
