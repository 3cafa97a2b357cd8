"""How we log in to Asterisk's manager interface."""

from ami.connection import AmiLogin
from standardiste.settings import Settings
from standardiste.switchboard.asterisk_config import AMI_USER


def ami_login(settings: Settings) -> AmiLogin:
    """Port, user and password; the password exists once the installation is prepared. Raises OSError."""
    return AmiLogin(settings.ami_port, AMI_USER, settings.ami_secret_file.read_text())
