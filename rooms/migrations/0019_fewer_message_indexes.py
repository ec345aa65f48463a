"""Two indexes fewer a message: by room alone, which begins others, and by sender alone, which nothing asks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _drop(apps, schema_editor):
    message = apps.get_model("rooms", "Message")
    for column in ("room_id", "sender_id"):
        for name in schema_editor._constraint_names(message, [column], index=True, unique=False):
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


def _make(apps, schema_editor):
    message = apps.get_model("rooms", "Message")
    for name in ("room", "sender"):
        schema_editor.execute(schema_editor._create_index_sql(message, fields=[message._meta.get_field(name)]))


class Migration(migrations.Migration):
    dependencies = [("rooms", "0018_order")]

    operations = [
        # As altered fields, SQLite would copy the whole table.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(_drop, _make)],
            state_operations=[
                migrations.AlterField(
                    "message",
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="rooms.room",
                    ),
                ),
                migrations.AlterField(
                    "message",
                    "sender",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        )
    ]
