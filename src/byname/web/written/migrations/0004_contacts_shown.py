"""Few of many contacts are laid over a snapshot: found by an index."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module."""

    dependencies: ClassVar = [("written", "0003_referrals")]

    operations: ClassVar = [
        migrations.AddIndex("contact", models.Index(fields=["action", "drained_at"], name="contacts_shown_drained")),
        migrations.AddIndex("contact", models.Index(fields=["action", "occurred_at"], name="contacts_shown_occurred")),
    ]
