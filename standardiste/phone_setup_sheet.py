"""What agents need to set up and use their telephone, on one page in their language."""

from dialplan.names import DESK_PHONE_CODES, PRESENCE_CODES
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from routing.numbers import format_number

_SETTINGS = {
    "fr": """\
TÉLÉPHONE DE {name}

À saisir dans les réglages du téléphone
  serveur       {server}
  port          {port} (UDP)
  compte        {account}   (nom d'utilisateur et d'authentification)
  mot de passe  {password}
  codec         G.722 ou G.711 (PCMA)
  touches       RFC 4733 (parfois nommé RFC 2833)

À composer
  {ready}  je prends des appels
  {paused}  je fais une pause : aucun appel ne m'est proposé
  {out}  je quitte l'équipe pour aujourd'hui
  {staff_line}  j'enregistre le message du jour, avec mon code secret
  02   le poste 02 ; le vôtre est le {desk}
Une voix confirme chaque code.
{outside}
Ce téléphone ne joint que les autres postes : ni l'extérieur, ni les secours (15, 17, 18, 112).
Le compte et le mot de passe sont personnels. S'ils sont perdus ou vus par d'autres, demandez-en d'autres.
""",
    "en": """\
TELEPHONE OF {name}

To be typed into the telephone's settings
  server    {server}
  port      {port} (UDP)
  account   {account}   (user name and authentication name)
  password  {password}
  codec     G.722 or G.711 (PCMA)
  keys      RFC 4733 (sometimes called RFC 2833)

To be dialled
  {ready}  I take calls
  {paused}  I am on a break: no call is offered to me
  {out}  I leave the team for today
  {staff_line}  I record the message of the day, with my PIN
  02   the desk 02; yours is {desk}
A voice confirms each code.
{outside}
This telephone reaches the other desks alone: nothing outside, and not the emergency services (15, 17, 18, 112).
The account and the password are yours alone. When they are lost, or others have seen them, ask for others.
""",
}
SHEET_LANGUAGES = tuple(_SETTINGS)
_OUTSIDE = {
    "fr": "Les appels de l'équipe vous parviennent au {number} : tapez 1 pour les prendre.\n",
    "en": "The team's calls reach you at {number}: press 1 to take them.\n",
}


def render_phone_sheet(agent: Agent, *, server: str, port: int, country: str) -> str:
    """The page as text; it holds the account and the password. `server` is the address as the telephone sees it."""
    codes = {PresenceState(state).value: code for code, state in PRESENCE_CODES.items()}
    codes |= {context.replace("-", "_"): code for code, context in DESK_PHONE_CODES.items()}
    number = agent.outside_number
    outside = _OUTSIDE[agent.language].format(number=format_number(number, country)) if number else ""
    return _SETTINGS[agent.language].format(
        name=agent.name,
        server=server,
        port=port,
        account=agent.sip_account,
        password=agent.password,
        desk=agent.desk,
        outside=outside,
        **codes,
    )
