from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0013_answers_of_a_version")]

    operations = [
        migrations.AddIndex(
            model_name="whatsappmessage",
            index=models.Index(fields=["tenant", "created_at"], name="message_recent"),
        ),
        migrations.AddIndex(
            model_name="conversationevent",
            index=models.Index(fields=["tenant", "created_at"], name="event_recent"),
        ),
    ]
