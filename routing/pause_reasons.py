"""The reasons for a pause that agents may choose from, as the plan names them."""

from dataclasses import dataclass

from routing.languages import LocalizedText

MAX_PAUSE_REASONS = 8


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Why an agent takes no calls for a while. Colleagues read `title`; `name` is what is stored."""

    name: str
    title: LocalizedText
