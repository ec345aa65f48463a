from typing import Any

from django.db import migrations, models

# Of each room the latest moment that an earlier one was written behind.
_DISORDER = """
    SELECT MAX(before), room_id FROM (
        SELECT room_id, created_at, MAX(created_at) OVER (
            PARTITION BY room_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
        FROM rooms_message WHERE moved_at IS NULL
    ) AS placed WHERE created_at < before GROUP BY room_id
"""


def find_disorder(apps: Any, schema_editor: Any) -> None:
    """Rooms that old messages were imported into behind newer ones."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_DISORDER)
        cursor.executemany("UPDATE rooms_room SET ordered_since = %s WHERE id = %s", cursor.fetchall())


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0017_newcomers"),
    ]

    operations = [
        migrations.AddField(
            model_name="room",
            name="ordered_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("moved_at__isnull", False)), fields=["room", "moved_at"], name="message_moved"
            ),
        ),
        migrations.RunPython(find_disorder, migrations.RunPython.noop),
    ]
