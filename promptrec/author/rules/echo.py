"""Words of the template that would be read as an answer if the model repeated them."""

from collections.abc import Iterator

from promptrec.answer.table import answer_format
from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.rank.slots import label_names
from promptrec.rank.windows import WINDOW


def is_no_answer_itself(draft: Draft) -> Iterator[Finding]:
    """The template's own lines, read by the parser of its answers, must name nothing."""
    header = draft.header
    if header.ranks != "listwise-text":
        return
    answer = answer_format(header.answer, header.language)
    if header.answer == "titles":
        choices = tuple(dict.fromkeys(item.title for item in draft.catalog or ()))
    else:
        # Labels are letters; a model that is shown numbers writes numbers.
        choices = (*label_names(WINDOW), *map(str, range(1, WINDOW + 1)))
    for line in draft.lines():
        read = answer.parse(line.text, choices).order
        if read:
            yield fault("reads-as-answer", line.place, line=repr(line.text.strip()), answer=tuple(read[:5]))
