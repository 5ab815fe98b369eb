"""The answer formats by name. A new one is a file and a line here."""

from promptrec.answer.base import AnswerFormat
from promptrec.answer.json_list import JsonList
from promptrec.answer.labels import Labels
from promptrec.answer.titles import Titles
from promptrec.answer.yes_no import YesNo
from promptrec.errors import UnknownName

ANSWERS: dict[str, type[Labels] | type[YesNo] | type[Titles] | type[JsonList]] = {
    "labels": Labels,
    "yes-no": YesNo,
    "titles": Titles,
    "json": JsonList,
}


def answer_format(name: str, language: str = "en") -> AnswerFormat:
    """The answer format of this name, in a language ("en" or "zh").

    Raises:
        UnknownName: no such format; the message lists those there are.
    """
    if name not in ANSWERS:
        raise UnknownName("answer format", name, ANSWERS)
    return ANSWERS[name](language)
