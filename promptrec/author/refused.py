"""What promptrec refuses to load or to render, said as findings."""

import re

from rapidfuzz import process

from promptrec.author.finding import Finding
from promptrec.errors import PromptrecError

_PLACE = re.compile(r"(?P<path>.*?):(?P<line>\d+): (?P<said>.*)", re.DOTALL)
_UNKNOWN = re.compile(r"(?P<said>.*?(?P<wrong>'[^']+')[^;]*); (?P<more>.*known: (?P<known>.*))", re.DOTALL)
OTHERWISE = ("", "jinja", "mend this line; every {% if %} and {% for %} needs its {% end… %}, and every {{ its }}")
NEAR = 70
# Jinja's own words, and plainer ones.
PLAIN = (
    (
        r"Encountered unknown tag '(\w+)'.*innermost block that needs to be closed is '(\w+)'\.?",
        r"{% \1 %} comes before the {% end\2 %} of a {% \2 … %} above",
    ),
    (r"Unexpected end of template.*needs to be closed is '(\w+)'\.?", r"a {% \1 … %} has no {% end\1 %}"),
    (r"expected token 'end of (?:print statement|statement block)', got (.*)", r"\1 stands where }} or %} must"),
)
# What a message says, the rule it breaks, and how to mend it.
MENDS = (
    (r"No filter named 'safe'", "unsafe", "leave it out: what people and items say is always read as plain text"),
    (r"may not use calls", "unsafe", "write a name in braces, or a filter behind it: {{ item.year | year }}"),
    (r"may not use names that start with _", "unsafe", "names of a person and of items never do: see `fields`"),
    (r"may not use import", "unsafe", "write {% include '_part.jinja' %} with a file of the same folder"),
    (r"No (?:filter|test) named", "unknown-filter", "use another, or none"),
    (r"may not use", "unsafe", "write the text out, or use a filter or a condition"),
    (r"text outside of the blocks", "jinja", "move it between {% block user %} and {% endblock %}"),
    (r"needs a block named (\w+)", "jinja", r"add {% block \1 %} … {% endblock %}"),
    (r"is no part of this pack|of its own folder only", "unsafe", "name a file _NAME.jinja of the same folder"),
    (r"starts with a YAML header", "header", "begin with ---, the header, and another --- (promptrec template list)"),
    (r"header field (\S+): Field required", "header", r"add a line `\1: …` to the header"),
    (r"not UTF-8", "header", "save the file as UTF-8"),
    (r"header is not YAML", "header", "write `name: value`, one a line, and lists as [a, b]"),
    (r"header field", "header", "change this line of the header"),
    (r"examples?\b.*: |right names|not an example", "examples", "mend this line of the file of examples"),
)


def refused(error: PromptrecError, path: str) -> Finding:
    """The finding that an error amounts to; `path` is the template's, for messages that name no line."""
    place = _PLACE.fullmatch(str(error))
    where, line, said = (
        (place["path"], int(place["line"]), place["said"]) if place else (path, 1, str(error).removeprefix(f"{path}: "))
    )
    for jinja, plain in PLAIN:
        said = re.sub(jinja, plain, said, flags=re.DOTALL)
    words, rule, mend = next((row for row in MENDS if re.search(row[0], said)), OTHERWISE)
    mend = re.sub(rf".*?(?:{words}).*", mend, said, flags=re.DOTALL) if words else mend
    unknown = _UNKNOWN.fullmatch(said)
    if unknown and rule != "unsafe":
        said, mend = unknown["said"], unknown["more"]
        nearest = process.extractOne(unknown["wrong"].strip("'"), unknown["known"].split(", "), score_cutoff=NEAR)
        mend = f"did you mean {nearest[0]!r}? {mend}" if nearest and "it is called" not in mend else mend
    elif unknown:
        said = unknown["said"]
    return Finding(rule=rule, path=where, line=max(line, 1), said=said, suggestion=mend)
