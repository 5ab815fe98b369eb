"""Answer formats by name: built-in ones, and those that other packages add (entry point group `promptrec.answers`)."""

from promptrec.answer.base import AnswerFormat
from promptrec.answer.json_list import JsonList
from promptrec.answer.labels import Labels
from promptrec.answer.titles import Titles
from promptrec.answer.yes_no import YesNo
from promptrec.plugins import ANSWERS as GROUP
from promptrec.plugins import find_component

ANSWERS: dict[str, type[Labels] | type[YesNo] | type[Titles] | type[JsonList]] = {
    "labels": Labels,
    "yes-no": YesNo,
    "titles": Titles,
    "json": JsonList,
}


def answer_format(name: str, language: str = "en") -> AnswerFormat:
    """The answer format of this name, in a language ("en" or "zh").

    Raises:
        UnknownName: no such format; the message lists those that exist.
        InputError: a package's format that cannot be imported.
    """
    answer: AnswerFormat = find_component("answer format", name, ANSWERS, GROUP)(language)
    return answer
