"""The car that a model saw on a customer's photo."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0017_personal_data"),
    ]

    operations = [
        migrations.AddField(
            model_name="whatsappmessage",
            name="seen",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="Mobil yang dilihat model di foto pelanggan.",
                max_length=80,
                verbose_name="terlihat di foto",
            ),
        ),
    ]
