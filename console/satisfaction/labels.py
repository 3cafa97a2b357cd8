"""The words of the page about satisfaction."""

from collections.abc import Mapping

from routing.satisfaction_figures import Dimension
from translations.message import Message, translatable

PERIODS: Mapping[int, Message] = {
    13: translatable("13 weeks"),
    4: translatable("4 weeks"),
    53: translatable("a year"),
}
DIMENSIONS: Mapping[Dimension, Message] = {
    Dimension.WEEK: translatable("by week"),
    Dimension.TOPIC: translatable("by topic"),
    Dimension.LEVEL: translatable("by level"),
    Dimension.CENTRE: translatable("by overflow centre"),
}
EXPORT_TITLES = (
    *(translatable("Week from"), translatable("Topic"), translatable("Level"), translatable("Overflow centre")),
    *(translatable("Asked"), translatable("Have answered"), translatable("Have refused"), translatable("Question")),
    *(translatable("Answers"), translatable("Mean (1 to 5)"), translatable("Satisfied (4 or 5)")),
)
