"""WSGI entry point of the web process (gunicorn autolumiku.wsgi)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "autolumiku.settings")
application = get_wsgi_application()

from conversations import spool, vitals, webhook  # noqa: E402 - Django must be set up

spool.watch(webhook.store_kept, vitals.ring_for_web)
