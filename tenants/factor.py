"""The second factor: whoever leads a showroom or the platform also shows a code of the app on their phone.

The password comes first, at the admin's or the inbox's own login; until the code is given, every page leads here.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlencode

import django_otp
import segno
import structlog
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import Place
from tenants.models import LEADERS, Authenticator, User, recovery_digest

security = structlog.get_logger("security")
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
OPEN = ("/static/", "/masuk/", "/admin/login/", "/admin/logout/", "/inbox/masuk/", "/inbox/keluar/")


# --- Who needs it ----------------------------------------------------------------------------------------------------


def is_needed(user: Any, places: Iterable[Place]) -> bool:
    return settings.SECOND_FACTOR and (user.is_superuser or any(place.role in LEADERS for place in places))


def is_missing(user: Any, places: Iterable[Place]) -> bool:
    """Whether this person has given a password, but not yet the code."""
    return is_needed(user, places) and not getattr(user, "otp_device", None)


class FactorMiddleware:
    """Leads to the code's page whoever still owes it; after ShowroomMiddleware, which knows the places."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        places: list[Place] = request.places  # type: ignore[attr-defined]
        if not request.path.startswith(OPEN) and request.user.is_authenticated and is_missing(request.user, places):
            return _to_code(request)
        return self.get_response(request)


def _to_code(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("factor:code")})
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return HttpResponseRedirect(f"{reverse('factor:code')}?{query}")


# --- What happens to it ----------------------------------------------------------------------------------------------


def forget(user: User) -> None:
    """The phone is lost or new: the code is set up again at the next login, and all sessions end."""
    Authenticator.objects.filter(user=user).delete()
    User.end_sessions(pk=user.pk)
    security.info("second factor removed", user=user.pk)


def check(user: Any, code: str, *, confirmed: bool) -> Authenticator | None:
    """The authenticator that this code is from. One try at a time: a code cannot pass twice."""
    with transaction.atomic():
        device = Authenticator.objects.select_for_update().filter(user=user, confirmed=confirmed).first()
        return device if device is not None and device.verify_token(code) else None


def renew_recovery(device: Authenticator) -> list[str]:
    """New codes for the day the phone is lost, to be shown once."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    device.recovery = [recovery_digest(code) for code in codes]
    device.save(update_fields=["recovery"])
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _admit(request: HttpRequest, device: Authenticator) -> None:
    django_otp.login(request, device)
    request.session.cycle_key()
    security.info("second factor given", user=device.user_id)


def _wait(user: Any) -> int:
    """Seconds until the next try; 0: now."""
    device = Authenticator.objects.filter(user=user).first()
    if device is None:
        return 0
    allowed, why = device.verify_is_allowed()
    if allowed:
        return 0
    return max(1, round((why["locked_until"] - timezone.now()).total_seconds()))


def account_links(request: HttpRequest) -> list[dict[str, str]]:
    """What the theme offers under a person's name."""
    links = [
        {"title": "Ganti kata sandi", "link": reverse("admin:password_change")},
        {"title": "Keluar dari perangkat lain", "link": reverse("factor:devices")},
    ]
    if request.user.is_authenticated and request.user.otp_device:  # type: ignore[union-attr,attr-defined]
        links.append({"title": "Kode masuk", "link": reverse("factor:safety")})
    return links


# --- Pages -----------------------------------------------------------------------------------------------------------


def with_password(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Only for who has logged in and needs a code."""

    @never_cache
    def enter(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect("inbox:login")
        if not is_needed(request.user, request.places):  # type: ignore[attr-defined]
            return redirect("admin:index")
        return view(request)

    return enter


@with_password
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    after = request.POST.get("next", request.GET.get("next", ""))
    if not Authenticator.objects.filter(user=request.user, confirmed=True).exists():  # type: ignore[misc]
        return redirect("factor:enrol")
    trouble = ""
    if request.method == "POST":
        waits = _wait(request.user)
        device = None if waits else check(request.user, request.POST.get("code", "")[:40], confirmed=True)
        if device is not None:
            _admit(request, device)
            return HttpResponseRedirect(_safe(request, after))
        security.warning("second factor refused", user=request.user.pk)
        trouble = _trouble(waits)
    return render(request, "login/code.html", {"trouble": trouble, "next": after}, status=400 if trouble else 200)


@with_password
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Show the key as a picture and take the first code; then the recovery codes, once."""
    device, _made = Authenticator.objects.get_or_create(
        user=request.user, defaults={"key": secrets.token_hex(20), "confirmed": False}
    )
    if device.confirmed:
        return redirect("factor:safety" if request.user.otp_device else "factor:code")  # type: ignore[union-attr]
    trouble = ""
    if request.method == "POST":
        waits = _wait(request.user)
        right = None if waits else check(request.user, request.POST.get("code", "")[:40], confirmed=False)
        if right is not None:
            right.confirmed = True
            right.save(update_fields=["confirmed"])
            _admit(request, right)
            return render(request, "login/recovery.html", {"codes": renew_recovery(right), "new": True})
        trouble = _trouble(waits)
    key = base64.b32encode(bytes.fromhex(device.key)).decode()
    context = {
        "trouble": trouble,
        "key": " ".join(key[start : start + 4] for start in range(0, len(key), 4)),
        "picture": segno.make(_address(request.user, key), error="m").svg_data_uri(scale=5, border=2, light="#fff"),
    }
    return render(request, "login/enrol.html", context, status=400 if trouble else 200)


@with_password
def safety(request: HttpRequest) -> HttpResponse:
    """How many recovery codes are left; new ones, and another phone."""
    device = request.user.otp_device  # type: ignore[union-attr]
    if device is None:
        return redirect("factor:code")
    return render(request, "login/safety.html", {"left": len(device.recovery)})


@with_password
@require_POST
def recovery(request: HttpRequest) -> HttpResponse:
    device = request.user.otp_device  # type: ignore[union-attr]
    if device is None:
        return redirect("factor:code")
    return render(request, "login/recovery.html", {"codes": renew_recovery(device)})


@with_password
@require_POST
def change_phone(request: HttpRequest) -> HttpResponse:
    """Begin anew, with another phone; a fresh code is asked for, so that an open screen alone does not do."""
    if request.user.otp_device is None:  # type: ignore[union-attr]
        return redirect("factor:code")
    if _wait(request.user) or check(request.user, request.POST.get("code", "")[:40], confirmed=True) is None:
        left = len(request.user.otp_device.recovery)  # type: ignore[union-attr]
        context = {"left": left, "trouble": _trouble(_wait(request.user))}
        return render(request, "login/safety.html", context, status=400)
    forget(request.user)  # type: ignore[arg-type]
    return redirect("inbox:login")


@never_cache
@require_http_methods(["GET", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """End all other sessions of this person, of the browser at the office or a lost phone; this one goes on."""
    user = request.user
    if not user.is_authenticated:
        return redirect("inbox:login")
    if is_missing(user, request.places):  # type: ignore[attr-defined]
        return redirect("factor:code")
    if request.method == "POST":
        User.end_sessions(pk=user.pk)
        user.refresh_from_db()
        update_session_auth_hash(request, user)
        security.info("other sessions ended", user=user.pk)
    return render(request, "login/devices.html", {"done": request.method == "POST"})


def _trouble(waits: int) -> str:
    if waits > 1:
        return f"Terlalu banyak kode yang salah. Tunggu {waits} detik, lalu coba lagi."
    return "Kode ini tidak cocok atau sudah dipakai. Tunggu kode berikutnya di aplikasi, lalu coba lagi."


def _address(user: Any, key: str) -> str:
    """What authenticator apps read from the picture."""
    label = quote(f"AutoLumiku:{user.get_username()}")
    return f"otpauth://totp/{label}?{urlencode({'secret': key, 'issuer': 'AutoLumiku'})}"


def _safe(request: HttpRequest, address: str) -> str:
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if address and ours else reverse("admin:index")
