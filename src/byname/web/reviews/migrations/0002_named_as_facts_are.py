"""What is taken from view is named as everything is that an erasure finds: by the fact's id."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_taken_down")]

    operations = [migrations.RenameField("takendown", "review", "fact_id")]
