"""How far other systems were told."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """See the module."""

    initial = True

    operations: ClassVar = [
        migrations.CreateModel(
            name="Reached",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table", models.CharField(max_length=40, unique=True)),
                ("last", models.BigIntegerField()),
            ],
        ),
    ]
