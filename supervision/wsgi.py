"""Entry point of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supervision.settings")

application = get_wsgi_application()

# Views, forms and the API are loaded before the first request, which need not wait for them.
import supervision.urls  # noqa: E402, F401
