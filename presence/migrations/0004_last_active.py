from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("presence", "0003_catching_up")]

    operations = [
        migrations.AddField("lastseen", "active_at", models.DateTimeField(null=True)),
        # Until now the one stood for the other.
        migrations.RunSQL("UPDATE presence_lastseen SET active_at = at", migrations.RunSQL.noop),
    ]
