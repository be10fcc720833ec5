"""The pages' addresses. Those that wait for the gateway or the model lie below tenants.middleware.WAITING."""

from django.contrib import admin
from django.urls import path

from conversations.pages import checklist, connection, figures, operators, simulation, trial

inside = admin.site.admin_view
urlpatterns = [
    path("angka.csv", inside(figures.as_csv), name="figures_csv"),
    path("sambungan/", inside(connection.page), name="connection"),
    path("sambungan/langkah/", inside(connection.move), name="connection_move"),
    path("sambungan/putus/", inside(connection.disconnect), name="connection_disconnect"),
    path("sambungan/webhook/", inside(connection.callback), name="connection_callback"),
    path("operasional/", inside(operators.page), name="operator"),
    path("operasional/kirim/", inside(operators.again), name="operator_again"),
    path("persiapan/", inside(checklist.page), name="checklist"),
    path("coba/", inside(trial.page), name="trial"),
    path("simulasi/", inside(simulation.page), name="simulation"),
]
