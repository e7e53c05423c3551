"""One more kind of run: somebody is erased."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("work", "0001_runs")]

    operations = [
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("refresh", "refresh"),
                    ("read", "read a file"),
                    ("take back", "take a file back"),
                    ("check", "look for damage"),
                    ("mail", "the morning's mail"),
                    ("forget", "erase somebody"),
                ],
                max_length=12,
            ),
        ),
    ]
