"""The addresses of the second factor, below /masuk/."""

from django.urls import path

from tenants import factor

app_name = "factor"
urlpatterns = [
    path("kode/", factor.code, name="code"),
    path("pasang/", factor.enrol, name="enrol"),
    path("keamanan/", factor.safety, name="safety"),
    path("kode-cadangan/", factor.recovery, name="recovery"),
    path("ganti-ponsel/", factor.change_phone, name="change-phone"),
    path("perangkat/", factor.devices, name="devices"),
]
