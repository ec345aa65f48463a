"""As a migration has to be where the version before goes on running (PostgreSQL): the column may be empty, the index is
made while people write, and what is there is filled bit by bit."""

from django.db import migrations

AT_ONCE = 100


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM rooms_message")
        (last,) = cursor.fetchone()
        filled = 1
        while filled:
            cursor.execute(
                "UPDATE rooms_message SET length = length(body) WHERE id IN "
                "(SELECT id FROM rooms_message WHERE length IS NULL AND id <= %s LIMIT %s)",
                [last, AT_ONCE],
            )
            filled = cursor.rowcount


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("rooms", "__first__")]
    operations = [
        migrations.RunSQL("ALTER TABLE rooms_message ADD COLUMN length integer CHECK (length >= 0)"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY later_length ON rooms_message (length)"),
        migrations.RunPython(fill),
    ]
