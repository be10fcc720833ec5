"""Whether the assistant may answer in English; until somebody says so, it does not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("aiconfig", "0016_hours_known"),
    ]

    operations = [
        migrations.AddField(
            model_name="whatsappaiconfig",
            name="answer_english",
            field=models.BooleanField(
                default=False,
                help_text="Hanya untuk pelanggan yang menulis bahasa Inggris. Mati: semua dijawab dalam bahasa "
                "Indonesia. Yang belum bisa dipastikan benar dalam bahasa Inggris tetap dijawab dalam bahasa Indonesia.",
                verbose_name="boleh menjawab dalam bahasa Inggris",
            ),
        ),
    ]
