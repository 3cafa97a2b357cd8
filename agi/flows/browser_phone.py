"""The password of an agent's browser: handed to the dialplan, which puts it into the database of Asterisk."""

from agi.channel import Channel
from dialplan import names
from records.database.engine import Database
from records.staff import browser_phones


def give_browser_password(channel: Channel, database: Database) -> None:
    """Argument: the account. Sets its password, if it has one now, and last the version; nothing for an unknown one."""
    wanted = browser_phones.get_password(database, channel.argument(1))
    if wanted is None:
        return
    version, password = wanted
    given = {names.BROWSER_PASSWORD: password} if password else {}
    channel.set_variables(**given, **{names.BROWSER_VERSION: str(version)})


def confirm_browser_password(channel: Channel, database: Database) -> None:
    """Arguments: the account, and the version that Asterisk has now."""
    browser_phones.mark_applied(database, channel.argument(1), int(channel.argument(2)))
