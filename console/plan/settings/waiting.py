"""What callers hear while they wait, in the queue and before a key."""

from console.plan.labels import WHILE_CHOOSING
from console.plan.settings.fields import ChoiceField, FieldGroup, NumberField
from console.plan.settings.form import SettingsForm
from routing.key_wait import WhileChoosing
from routing.plan import bounds
from routing.plan.model import Plan, QueueAnnouncements
from translations.message import translatable

_DEFAULTS = QueueAnnouncements()


def waiting_form(plan: Plan) -> SettingsForm:
    """How often a waiting caller is spoken to, and what is heard while a key is awaited."""
    queue = FieldGroup(
        translatable("In the queue"),
        (
            NumberField(
                "waiting.announce_every_s",
                translatable("The caller hears their place in the queue every"),
                bounds=bounds.WAITING["announce_every_s"],
                default=_DEFAULTS.announce_every_s,
            ),
            NumberField(
                "waiting.offer_every_s",
                translatable("The caller is offered a callback every"),
                translatable("They press 2, are called back, and keep their place."),
                bounds=bounds.WAITING["offer_every_s"],
                default=_DEFAULTS.offer_every_s,
            ),
        ),
        translatable("Between the announcements callers hear music. Below 20 seconds they are hardly left in peace."),
    )
    keys = FieldGroup(
        translatable("Before a key is pressed"),
        (
            ChoiceField(
                "while_choosing",
                translatable("What the caller hears after the choices"),
                options=WHILE_CHOOSING,
                default=str(WhileChoosing.SOUND),
            ),
        ),
        translatable("Silence makes some callers believe that the line is dead."),
    )
    return SettingsForm(
        translatable("While callers wait"),
        translatable("What callers hear in the queue, and while they choose a key."),
        (queue, keys),
        plan,
    )
