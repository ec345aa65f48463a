from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The index of `one_message_a_client_id` begins with the client_id: a batch is looked up by these alone."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("rooms", "0002_database_life"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="message", name="one_message_a_client_id"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(fields=("client_id", "sender"), name="one_message_a_client_id"),
        ),
    ]
