"""Entry point of the web server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supervision.settings")

application = get_wsgi_application()

# Views, forms and the API are loaded before the first request, which need not wait for them.
import supervision.urls  # noqa: E402, F401

# What is loaded by now stays: looking through all of it held up every third call of a thousand
# items by a quarter of a second.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
