"""What every call of the API has in common: who calls, which showroom, what they may, and the envelope.

    class TakeView(View):
        @operation(Right.CHATS_WRITE, answers=ChatSerializer)
        def post(self, caller: Caller, given: Given, pk: int) -> Answer: ...

Every answer is {"success", "data"?, "meta"?, "message"?} or {"success", "error", "code", "details"?}; `details` holds
the errors per field, in Indonesian or, where Accept-Language asks for it, in English. The showroom comes from the
credential alone: a `tenantId` that a client sends may only repeat it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import authentication, exceptions, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants import access, audit, factor, scope, throttles
from tenants.access import Place
from tenants.middleware import SESSION_KEY
from tenants.models import EVERYONE, LEADERS, SELLERS, Right, User

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 1 << 20
ROLES = {
    Right.CHATS_WRITE: SELLERS,
    Right.SETTINGS_WRITE: LEADERS,
    Right.STAFF_WRITE: LEADERS,
    Right.NUMBER_WRITE: LEADERS,
}
Given = Mapping[str, Any]


# --- Who calls -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Caller:
    """A person at a session (rights None: all that the role allows) or a token in a person's name."""

    user: User
    place: Place | None
    key: str
    rights: frozenset[str] | None = None

    @property
    def tenant_id(self) -> int:
        assert self.place is not None
        return self.place.tenant_id

    @property
    def via(self) -> str:
        """Which token spoke for the person; "" for a browser."""
        return self.key if self.rights is not None else ""

    def may(self, right: Right) -> bool:
        """Whether both the token and the person's role allow it."""
        held = self.rights is None or right in self.rights
        return held and self.place is not None and self.place.role in ROLES.get(right, EVERYONE)


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer alk_…`"""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        kind, _space, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = access.token_of(given.strip())
        if token is None:
            raise exceptions.AuthenticationFailed(_("Token tidak dikenal, kedaluwarsa, atau sudah dicabut."))
        user = User.objects.get(pk=token.user_id)
        return user, Caller(user, token.place, f"token:{token.id}", token.rights)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """A browser's login, with Django's protection against forged requests."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        place, places = access.chosen(user, request.session.get(SESSION_KEY))
        if factor.is_missing(user, places):
            raise exceptions.PermissionDenied(_("Masukkan dulu kode masuk dari ponsel Anda."))
        return user, Caller(user, place, f"user:{user.pk}")


# --- What is said ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation came to; meta: beside the rows of a page, how to go on."""

    data: Any = None
    message: Any = ""
    meta: dict[str, Any] = field(default_factory=lambda: {"next": None})
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Conflict(exceptions.APIException):
    status_code = 409
    default_detail = _("Keadaannya sudah berubah; muat ulang lalu coba lagi.")
    default_code = "conflict"


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = _("Isi permintaan terlalu besar.")
    default_code = "too_large"


class Unavailable(exceptions.APIException):
    """Somebody that the answer depends on (the gateway, the database) does not answer."""

    status_code = 503
    default_detail = _("Layanan sedang tidak dapat dihubungi; coba lagi sebentar.")
    default_code = "unavailable"


class Strict(serializers.Serializer[Any]):
    """Refuses names that it does not know: a misspelt one must not be dropped in silence."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(str(name) for name in set(self.initial_data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({name[:60]: _("Nama ini tidak dikenal.") for name in unknown[:20]})
        return attrs


# --- The base of every view ------------------------------------------------------------------------------------------


class View(APIView):
    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (throttles.ByCredential,)
    audited = True  # what is refused here is kept (tenants.audit)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = super().dispatch(request, *args, **kwargs)
        response["Content-Language"] = language
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Accept-Language", "Authorization"])
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        by_address = throttles.ByAddress()
        if not by_address.allow_request(request, self):
            self.throttled(request, by_address.wait())  # type: ignore[arg-type]
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
            raise TooLarge
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, OperationalError | InterfaceError):
            log.warning("api without database", view=type(self).__name__)
            exc = Unavailable()
        try:
            response = super().handle_exception(exc)
        except Exception:  # a mistake of ours: the caller hears nothing of it
            log.exception("api failed", view=type(self).__name__)
            response = super().handle_exception(exceptions.APIException(_("Ada kesalahan di server kami.")))
        if self.audited and isinstance(exc, exceptions.PermissionDenied | exceptions.NotFound):
            self._note(response.status_code)
        body: dict[str, Any] = {"success": False}
        if isinstance(exc, exceptions.ValidationError):
            body |= {"error": str(_("Ada isian yang belum benar.")), "code": "invalid", "details": response.data}
        else:
            detail = (response.data or {}).get("detail", "")
            body |= {"error": str(detail), "code": getattr(detail, "code", "error")}
        response.data = body
        return response

    def _note(self, status: int) -> None:
        """Somebody who works at a showroom asked for what is not theirs."""
        caller = self.request.auth
        if isinstance(caller, Caller) and caller.place is not None:
            with scope.of(caller.tenant_id):
                audit.refused(caller.tenant_id, caller.user, self.request, status, via=caller.via)


class Unknown(View):
    """Any other address below the API's: the same envelope as everywhere."""

    schema = None  # type: ignore[assignment]
    audited = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound


# --- Operations ------------------------------------------------------------------------------------------------------


def operation(
    right: Right,
    *,
    takes: type[serializers.Serializer[Any]] | None = None,
    answers: type[serializers.Serializer[Any]] | None = None,
    many: bool = False,
    status: int = 200,
    network: bool = False,
    example: Given | None = None,
    **schema: Any,
) -> Callable[[Callable[..., Answer]], Callable[..., Response]]:
    """One operation: `right` is needed, `takes` checks the body (of a GET: the query), `answers` shapes `data`.

    `example` is a body that the description shows. The method runs inside the showroom's scope, and what it wrote is
    undone if it fails; with `network`, because it asks the gateway, it runs outside and opens its scopes itself.
    """

    def decorate(method: Callable[..., Answer]) -> Callable[..., Response]:
        if takes is not None:
            schema.update({"parameters": [takes]} if method.__name__ == "get" else {"request": takes})
        if example is not None:
            schema["examples"] = [OpenApiExample("Contoh", value=example, request_only=True)]
        said = {status: enveloped(answers, many), "4XX": ErrorSerializer, "5XX": ErrorSerializer}

        @extend_schema(**{"request": None, "responses": said, "summary": _first_line(method), **schema})
        @wraps(method)
        def handle(self: View, request: Request, **kwargs: Any) -> Response:
            caller = admitted(request.auth, right)
            given = checked(request, caller, takes)
            with nullcontext() if network else scope.of(caller.tenant_id, page=True):
                answer = method(self, caller, given, **kwargs)
                body: dict[str, Any] = {"success": True}
                if answers is not None:
                    body["data"] = answers(answer.data, many=many).data
                if many:
                    body["meta"] = answer.meta
                if answer.message:
                    body["message"] = str(answer.message)
            return Response(body, status=answer.status or status, headers=answer.headers)

        return handle

    return decorate


def _first_line(method: Any) -> str:
    return (method.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def admitted(caller: Any, right: Right) -> Caller:
    if caller.place is None:
        raise exceptions.PermissionDenied(_("Pilih showroom terlebih dahulu."))
    if not caller.may(right):
        raise exceptions.PermissionDenied(_("Peran atau token ini tidak punya hak %(right)s.") % {"right": right.value})
    return caller


def checked(request: Request, caller: Caller, takes: type[serializers.Serializer[Any]] | None) -> Given:
    """What the client sent, validated, without its tenantId: that may only repeat the credential's showroom."""
    asked = request.query_params
    for said in asked.getlist("tenantId"):
        _same_showroom(caller, said)
    sent = _body(request)
    if "tenantId" in sent:
        _same_showroom(caller, sent["tenantId"])
    if takes is None:
        return {}
    values = asked if request.method == "GET" else sent
    shape = takes(data={name: values[name] for name in values if name != "tenantId"})
    shape.is_valid(raise_exception=True)
    return shape.validated_data


def _body(request: Request) -> Mapping[str, Any]:
    try:
        data = request.data
    except RecursionError as error:
        raise exceptions.ParseError(_("JSON terlalu dalam.")) from error
    if not isinstance(data, Mapping):
        raise exceptions.ParseError(_("Kirim satu objek JSON."))
    return data


def _same_showroom(caller: Caller, said: Any) -> None:
    place = caller.place
    if place is None or str(said) not in (str(place.tenant_id), place.slug):
        raise exceptions.PermissionDenied(_("Showroom ini bukan tempat kerja Anda."))


# --- The envelope in the schema --------------------------------------------------------------------------------------


class ErrorSerializer(serializers.Serializer[Any]):
    success = serializers.BooleanField(default=False)
    error = serializers.CharField(help_text="For people, in the language that Accept-Language asks for.")
    code = serializers.CharField(help_text="For programs: invalid, not_found, permission_denied, throttled, …")
    details = serializers.DictField(required=False, help_text="What is wrong, per field.")


class MetaSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page; null: this is the last one.")


@cache
def enveloped(answers: type[serializers.Serializer[Any]] | None, many: bool) -> Any:
    fields: dict[str, Any] = {"success": serializers.BooleanField(default=True)}
    if answers is not None:
        fields["data"] = answers(many=many)
    if many:
        fields["meta"] = MetaSerializer()
    fields["message"] = serializers.CharField(required=False)
    name = answers.__name__.removesuffix("Serializer") if answers is not None else "Nothing"
    return inline_serializer(f"{name}{'List' if many else ''}Answer", fields)
