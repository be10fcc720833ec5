"""The inbox's addresses. Each has a row in the table of test_inbox.py that says who may open it."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from conversations.inbox import views

app_name = "inbox"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("masuk/", LoginView.as_view(template_name="inbox/login.html", next_page="inbox:inbox"), name="login"),
    path("keluar/", LogoutView.as_view(next_page="inbox:login"), name="logout"),
    path("showroom/", views.places, name="places"),
    path("daftar/", views.rows, name="rows"),
    path("denyut/", views.beat, name="beat"),
    path("<int:pk>/", views.chat, name="chat"),
    path("<int:pk>/isi/", views.lines, name="lines"),
    path("<int:pk>/langkah/", views.move, name="move"),
    path("<int:pk>/balas/", views.reply, name="reply"),
    path("<int:pk>/catatan/", views.note, name="note"),
    path("<int:pk>/konsep/", views.draft, name="draft"),
    path("<int:pk>/lapor/", views.report, name="report"),
    path("<int:pk>/saran/", views.advise, name="advise"),
    path("<int:pk>/alat/", views.tools, name="tools"),
    path("<int:pk>/berkas/<int:message>/", views.file, name="file"),
    path("mobil/", views.cars, name="cars"),
]
