"""Of a sentence that was kept twice the first stays."""

from hashlib import sha256

from django.db import migrations


def keep_once(apps, schema_editor):
    """Fill the digests, and drop what a second press had doubled."""
    known = set()
    phrases = apps.get_model("postmortems", "KeptPhrase").objects.order_by("pk")
    for phrase in phrases.iterator():
        phrase.digest = sha256(f"{phrase.rule}\0{phrase.quote}".encode()).hexdigest()
        if (phrase.section_id, phrase.digest) in known:
            phrase.delete()
            continue
        known.add((phrase.section_id, phrase.digest))
        phrase.save(update_fields=["digest"])


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0002_kept_phrase_digest")]

    operations = [migrations.RunPython(keep_once, migrations.RunPython.noop)]
