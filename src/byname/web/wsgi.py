"""The application, for any WSGI server; BYNAME_FOLDER names the company's folder."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "byname.web.settings")
application = get_wsgi_application()
