"""The folders of one installation."""

from standardiste.settings import Settings


def create_folders(settings: Settings) -> None:
    """Makes every folder; other users of the machine cannot read them: they hold people's numbers and voices."""
    asterisk = settings.var / "asterisk"
    for folder in (
        settings.var,
        asterisk,
        settings.asterisk_etc,
        *(asterisk / name for name in ("data", "lib", "run", "spool")),
        settings.music_on_hold,
        settings.sounds,
        settings.messages,
        settings.voicemail,
        settings.satisfaction,
        settings.imports,
        settings.ami_secret_file.parent,
        settings.asterisk_spool,
        settings.asterisk_spool / "voicemail",
        settings.asterisk_spool / "satisfaction",
        settings.asterisk_spool / "staff-line",
        settings.log,
        settings.log / "asterisk",
        # Asterisk writes channel events relative to this folder, and does not make it.
        settings.log / "asterisk" / "cel-custom",
    ):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
