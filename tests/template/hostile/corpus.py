"""Templates that try to get out of the sandbox, or to use up time and memory."""

from dataclasses import dataclass, field

from promptrec.data.item import Item
from promptrec.data.query import Query

CANARY = "the-canary-7f3a"
HEADER = "---\nkind: yes-no\ndomain: wine\nlanguage: en\nabout: x\nfields: [note]\ntruncate: [query.preferences]\n---\n"
WITH_EXAMPLES = HEADER.replace("kind", "examples: e.jsonl\nkind")
LISTWISE = HEADER.replace("yes-no", "listwise-labels")
LETTERS = "x" * 20_000
ITEM = Item(item_id="1", title="Muscadet", fields={"note": LETTERS, "price": "1e999999999", "tags": ("a",) * 3_000})
QUERY = Query(preferences="oysters", history=("Heidi",) * 50, attributes={"age": "40"})


@dataclass(frozen=True)
class Case:
    """A hostile pack. said: a pattern of the error; None where it is harmless and renders."""

    name: str
    body: str
    said: str | None
    header: str = HEADER
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    blocks: bool = False
    item: Item = ITEM


LOOPS = "{% for a in item.note %}" * 4 + "%s" + "{% endfor %}" * 4
UNDERSCORES, CALLS, NODES = "start with _", "may not use", "may not use"
STEPS, TEXTS = "more than 1,000,000 steps", "more than 4,000,000 characters"
NOT_HERE = "no part of this pack"
PYTHONS = "is Python's and cannot be"
DOUBLING = "{% set x = item.note %}" + "{% set x = x ~ x %}" * 60
NAMES = "".join(f"{{% set a{n} = 1 %}}" for n in range(900))
DEEP = "{% set x = [1] %}{% set y = [1] %}" + "{% set x = [x, x] %}{% set y = [y, y] %}" * 60


def twice(name: str) -> str:
    return f"{{% include '_{name}.jinja' %}}" * 2


ESCAPES = [
    Case("class", "{{ item.__class__ }}", UNDERSCORES),
    Case("mro", "{{ ''.__class__.__mro__[1].__subclasses__() }}", f"{UNDERSCORES}|{CALLS}"),
    Case("class by key", "{{ item['__class__'] }}", "unsafe"),
    Case("class by key put together", "{{ item['__cla' ~ 'ss__'] }}", "unsafe"),
    Case("class by escapes", r"{{ ''['\x5f\x5fclass\x5f\x5f'] }}", "unsafe"),
    Case("method by key", "{{ ''['format'] }}", "has no attribute 'format'"),
    Case("attr", "{{ item | attr('__class__') }}", "No filter named 'attr'"),
    Case("attr by map", "{{ [item] | map('attr', '__class__') | join }}", "No filter named 'attr'"),
    Case("attribute of map", "{{ [item.title] | map(attribute='__class__') | join }}", "unsafe"),
    Case("attribute of join", "{{ [item.title] | join('', '__class__.__mro__') }}", "unsafe"),
    Case("attribute of sort", "{{ [item.title, ''] | sort(attribute='__class__') | join }}", "unsafe"),
    Case("attribute of selectattr", "{{ [''] | selectattr('__class__.x') | list | length }}", "unsafe|undefined"),
    Case("format", "{{ '{0.__class__}'.format(item) }}", CALLS),
    Case("format_map", "{{ '{a.__class__}'.format_map({'a': item}) }}", CALLS),
    Case("format filter", "{{ '%s' | format(item) }}", "No filter named 'format'"),
    Case("percent", "{{ '%(__class__)s' % item }}", "is for numbers"),
    Case("method printed", "{{ item.title.upper }}", PYTHONS),
    Case("method in a text", "{{ item.title.upper ~ '' }}", PYTHONS),
    Case("address of a loop", "{% for a in [1] %}{{ loop ~ '' }}{% endfor %}", "cannot be printed"),
    Case("cycler", "{{ cycler }}", "'cycler' is undefined"),
    Case("joiner", "{{ joiner.__init__.__globals__ }}", UNDERSCORES),
    Case("lipsum", "{{ lipsum['__globals__'] }}", "'lipsum' is undefined"),
    Case("namespace", "{% set n = namespace() %}", CALLS),
    Case("namespace assigned", "{% set item.title = 'x' %}", CALLS),
    Case("range", "{% for a in range(999999999) %}{% endfor %}", CALLS),
    Case("self", "{{ self['user'] }}", "has no attribute 'user'"),
    Case("self walked", "{{ self._TemplateReference__context }}", UNDERSCORES),
    Case("self called", "{{ self.user() }}", CALLS),
    Case("super", "{{ super() }}", CALLS),
    Case("caller", "{{ caller }}", "'caller' is undefined"),
    Case("loop walked", "{% for a in [1] %}{{ loop.__init__ }}{% endfor %}", UNDERSCORES),
    Case("loop by key", "{% for a in [1] %}{{ loop['_iterator'] }}{% endfor %}", PYTHONS),
    Case("loop called", "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}", f"{CALLS}"),
    Case("dictionary's method", "{{ item.items }}{{ item['items'] }}", "unknown name"),
    Case("budget by name", "{{ _budget }}", UNDERSCORES),
    Case("budget set anew", "{% set _budget = 1 %}", UNDERSCORES),
    Case("budget filled up", "{{ 1 | _pay(-999999999, 0) }}", "No filter named '_pay'"),
    Case("budget filled up by map", "{{ [1] | map('_pay', -999999999, 0) | join }}", "No filter named '_pay'"),
    Case("budget by name put together", "{{ [1] | map('_p' ~ 'ay', -9, 0) | join }}", "No filter named '_pay'"),
    Case("import", "{% import '_a.jinja' as a %}", "import"),
    Case("import from", "{% from '_a.jinja' import a %}", "import"),
    Case("macro", "{% macro m() %}{{ m() }}{% endmacro %}", "macros|calls"),
    Case("filter block", "{% filter upper %}x{% endfilter %}", "filter blocks"),
    Case("autoescape", "{% autoescape false %}x{% endautoescape %}", "autoescape"),
    Case("do", "{% do item.clear() %}", "unknown tag 'do'"),
    Case("debug", "{% debug %}", "unknown tag 'debug'"),
    Case("break", "{% for a in [1] %}{% break %}{% endfor %}", "unknown tag 'break'"),
    Case("trans", "{% trans %}x{% endtrans %}", "unknown tag 'trans'"),
    Case("line statement", "# for a in item.__class__\nx\n# endfor\n", None),
    Case("template in a value", "{{ item.title }}", None, item=ITEM.model_copy(update={"title": "{{ 7 - 1 }}"})),
    Case("keywords taken apart", "{{ 'x' | replace(**item) }}", "within brackets"),
    Case("full-width name", "{{ item.＿＿class＿＿ }}", "Invalid character"),
    Case("full-width letters", "{% set ｉｔｅｍ = 1 %}", "another width"),
    Case("ligature", "{% set ﬁeld = 1 %}{{ field }}", "another width"),
    Case("half of a character", r"{{ '\ud800' }}", "half of a character"),
    Case("marks in the text", "a\ufdd1{{ item.title }}\ufdd0b", None),
    Case("marks in a value", r"{{ '\ufdd1<|im_end|>\ufdd0' }}", None),
    Case("include of an absolute path", "{% include '/etc/passwd' %}", NOT_HERE),
    Case("include of a parent", "{% include '../secret.jinja' %}", NOT_HERE),
    Case("include of a parent, hidden", "{% include '_a.jinja/../../secret.jinja' %}", NOT_HERE),
    Case("include that is worked out", "{% include '/etc/' ~ 'passwd' %}", "worked out"),
    Case("include of several", "{% include ['/etc/passwd', '_a.jinja'] %}", "worked out"),
    Case("include without context", "{% include '_a.jinja' without context %}", CALLS, files={"_a.jinja": "x"}),
    Case("link to a secret", "{% include '_a.jinja' %}", "own folder only", links={"_a.jinja": "../secret.jinja"}),
    Case("link to itself", "{% include '_a.jinja' %}", "own folder only", links={"_a.jinja": "_a.jinja"}),
    Case("link to a device", "{% include '_a.jinja' %}", "own folder only", links={"_a.jinja": "/dev/zero"}),
    Case("pipe", "{% include '_a.jinja' %}", "not a file", links={"_a.jinja": "PIPE"}),
    Case("settings elsewhere", "x", "own folder only", links={"pack.yaml": "../secret.jinja"}),
    Case("examples elsewhere", "x", "own folder only", header=WITH_EXAMPLES.replace("e.jsonl", "../secret.jinja")),
    Case("examples, no name", "x", "own folder only", header=WITH_EXAMPLES.replace("e.jsonl", r'"a\0b"')),
    Case("extends of a secret", "{% extends '../secret.jinja' %}", NOT_HERE, blocks=True),
    Case(
        "extends itself",
        "{% extends '_a.jinja' %}",
        "uses itself",
        files={"_a.jinja": "{% extends '_a.jinja' %}"},
        blocks=True,
    ),
    Case("part walks", "{% include '_a.jinja' %}", UNDERSCORES, files={"_a.jinja": "{{ item.__class__ }}"}),
    Case(
        "yaml tag",
        "x",
        "not YAML|header field",
        header=HEADER.replace("about: x", "about: !!python/object/apply:os.getcwd []"),
    ),
]
BOMBS = [
    Case("loops without text", LOOPS.replace("%s", ""), STEPS),
    Case("loops with a condition", "{% for a in item.note if a == 'y' %}{% endfor %}" * 200, STEPS),
    Case("many loops", "{% for a in item.note if a == 'y' %}{% endfor %}" * 400, "too long: more than 5,000"),
    Case("loops with text", LOOPS.replace("%s", "{{ a }}"), STEPS),
    Case("loops with much text", LOOPS.replace("%s", "{{ item.note }}"), "2,000,000 characters"),
    Case("loops with typed text", LOOPS.replace("%s", LETTERS), "characters"),
    Case("loops with blanks", "{% for a in item.note %}{{ ' ' }}" * 2 + "{% endfor %}" * 2, STEPS),
    Case("loops of lists", LOOPS.replace("%s", "{% set b = item.tags | list %}"), STEPS),
    Case("loops in an open set", "{% set x %}" + LOOPS.replace("%s", LETTERS) + "{% endset %}", TEXTS),
    Case("doubling", DOUBLING, TEXTS),
    Case("doubling in sets", "{% set x = item.note %}" + "{% set x %}{{ x }}{{ x }}{% endset %}" * 60, TEXTS),
    Case("doubling with +", "{% set x = item.note %}" + "{% set x = x + x %}" * 60, "put texts together"),
    Case("doubling lists with +", "{% set x = item.tags %}" + "{% set x = x + x %}" * 60, "is for numbers"),
    Case("many in one", "{{ " + "item.note ~ " * 800 + "'' }}", TEXTS),
    Case("replaced by more", "{% set x = item.note %}" + "{% set x = x | replace('x', 'xxxxxxxxxx') %}" * 20, TEXTS),
    Case("replaced between all", "{{ item.note | replace('', item.note) }}", TEXTS),
    Case("joined by much", "{{ item.note | join(item.note) }}", TEXTS),
    Case("trimmed of much", "{% set b = item.note ~ 'b' %}{{ item.note | trim(b) }}", TEXTS),
    Case("padded", "{{ '%999999999d' % 1 }}", "is for numbers"),
    Case("padded by a test", "{% if '%999999999d' is even %}x{% endif %}", "numbers only"),
    Case("padded by a test of select", "{{ ['%999999999d'] | select('odd') | join }}", "numbers only"),
    Case("rounded far", "{{ 5 | round(-1000000000) }}", "round takes"),
    Case("rounded near", "{{ 5 | round(1000000000, 'ceil') }}", "round takes"),
    Case("times", "{{ 'x' * 999999999 }}", r"may not use \*"),
    Case("power", "{{ 9 ** 9 ** 9 }}", r"may not use \*\*"),
    Case("large number", "{{ 0x" + "f" * 20_000 + " // 3 }}", "numbers go up to"),
    Case("long number", "{{ " + "9" * 5_000 + " }}", "number that is too long"),
    Case(
        "large numbers added", "{% set n = 999999999999999999 %}" + "{% set n = n + n %}" * 400, "takes numbers up to"
    ),
    Case("large number read", "{{ ('f' ~ item.note | replace('x', 'f')) | int(0, 16) + 1 }}", "takes numbers up to"),
    Case("price of many digits", "{{ item.price | price }}", None),
    Case("cut again and again", LOOPS.replace("%s", "{% set y = item.note[1:] %}"), TEXTS),
    Case("upper again and again", LOOPS.replace("%s", "{% set y = item.note | upper %}"), TEXTS),
    Case("sorted again and again", LOOPS.replace("%s", "{% set y = item.note | sort %}"), STEPS),
    Case("compared again and again", LOOPS.replace("%s", "{% set y = item.note ~ 'a' == item.note ~ 'b' %}"), TEXTS),
    Case("sought again and again", LOOPS.replace("%s", "{% if 'y' in item.tags %}{% endif %}"), STEPS),
    Case("prices again and again", LOOPS.replace("%s", "{% set y = 12.5 | price('CHF') %}"), STEPS),
    Case("dates again and again", LOOPS.replace("%s", "{% set y = '2024-05-01' | date %}"), STEPS),
    Case("years again and again", LOOPS.replace("%s", "{% set y = 'in 2024' | year | int + 1 %}"), STEPS),
    Case("parts again and again", LOOPS.replace("%s", "{% include '_a.jinja' %}"), STEPS, files={"_a.jinja": ""}),
    Case("small texts", LOOPS.replace("%s", "{{ '葡' }}{{ '萄' }}"), STEPS),
    Case("small lists", LOOPS.replace("%s", "{% set y = [a, [a, a], {'a': a}] %}"), STEPS),
    Case(
        "list of letters",
        "{% set x = item.note | replace('x', '葡') %}" + "".join(f"{{% set x{n} = x | list %}}" for n in range(99)),
        STEPS,
    ),
    Case("words", "{{ (item.note | replace('x', 'x ')) | wordcount }}" * 90, TEXTS),
    Case("escaped", "{% set x = item.note | replace('x', '&') %}" + "{% set x = x | escape | string %}" * 40, TEXTS),
    Case("map of map", "{{ item.note" + " | map('upper')" * 45 + " | join }}", STEPS),
    Case("long attribute", "{{ item.note | map(attribute='0" + ".0" * 9_000 + "') | join }}", STEPS),
    Case("long attribute of a slice", "{{ item.note[:1600] | map(attribute='0" + ".0" * 8_900 + "') | join }}", STEPS),
    Case("long attribute of join", "{{ item.tags | join('', '0" + ".0" * 8_900 + "') }}", STEPS),
    Case("sorted by many", "{{ item.tags | sort(attribute='0" + ",0" * 4_000 + "') | join }}", STEPS),
    Case("shorten again and again", LOOPS.replace("%s", "{% set y = item.note | shorten(5) %}"), TEXTS),
    Case("deep lists compared", DEEP + "{{ x == y }}", STEPS),
    Case("deep lists printed", DEEP + "{{ x | string }}", STEPS),
    Case("deep tuples as keys", DEEP.replace("[", "(").replace("]", ",)") + "{{ item[x] }}", STEPS),
    Case("deep dictionaries", "{% set x = {'a': 1} %}" + "{% set x = {'a': x, 'b': x} %}" * 60, STEPS),
    Case(
        "parts that double",
        twice("p0"),
        STEPS,
        files={f"_p{n}.jinja": twice(f"p{n + 1}") for n in range(30)} | {"_p30.jinja": "x"},
    ),
    Case(
        "parts in loops",
        LOOPS.replace("%s", "{% include '_a.jinja' %}"),
        STEPS,
        files={"_a.jinja": "{% for a in item.note %}{% endfor %}"},
    ),
    Case(
        "typed text of a part",
        "{% set x %}" + LOOPS.replace("%s", "{% include '_a.jinja' %}") + "{% endset %}",
        TEXTS,
        files={"_a.jinja": LETTERS},
    ),
    Case(
        "many names for a part",
        "{% set a %}{% endset %}" + LOOPS.replace("%s", NAMES + "{% include '_a.jinja' %}"),
        STEPS,
        files={"_a.jinja": "x"},
    ),
    Case(
        "many parts",
        "".join(f"{{% include '_{n}.jinja' %}}" for n in range(60)),
        "up to 50 parts",
        files={f"_{n}.jinja": "x" for n in range(60)},
    ),
    Case(
        "blocks in loops",
        "{% for a in item.note %}" * 3 + "{% block b scoped %}{{ a }}{% endblock %}" + "{% endfor %}" * 3,
        STEPS,
    ),
    Case("deep brackets", "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", "nested too deeply"),
    Case("deep lists typed", "{{ " + "[" * 90 + "]" * 90 + " | length }}", "nested too deeply"),
    Case("deep conditions", "{% if 1 %}" * 400 + "{% endif %}" * 400, "nested too deeply"),
    Case("deep loops", "{% for a in [1] %}" * 30 + "{% endfor %}" * 30, "nested too deeply"),
    Case("deep negation", "{{ " + "not " * 900 + "1 }}", "nested too deeply"),
    Case("long sum", "{{ 1" + " + 1" * 9_000 + " }}", "nested too deeply"),
    Case("long body", "x" * 10_000_000, "longer than"),
    Case("body of braces", "{{a}}" * 9_900, "too long: more than 5,000"),
    Case("body of list", "{{ [" + "1," * 24_000 + "] | length }}", "too long: more than 5,000"),
    Case("tags that never end", "{%" * 24_000, "tag name expected"),
    Case("comments that never end", "{#" * 12_000 + "{%" * 12_000 + "%}", "comment"),
    Case(
        "header of aliases",
        "x",
        ":5: .*sign to the computer",
        header=HEADER.replace("about: x", "about: &a [x]\nanswers: [*a, *a]"),
    ),
    Case(
        "pack of aliases",
        "x",
        "sign to the computer",
        files={"pack.yaml": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))},
    ),
    Case("long header", "x", "header is longer", header=HEADER.replace("about: x", "about: [" + "a, " * 30_000 + "]")),
    Case(
        "deep header of lines",
        "x",
        "nested too deeply",
        header=HEADER.replace("about: x", "about:\n  " + "- " * 9_000),
    ),
    Case(
        "deep header",
        "x",
        ":5: .*more than 20 brackets",
        header=HEADER.replace("about: x", "about: " + "[" * 19_000),
    ),
    Case("long pack", "x", "header is longer", files={"pack.yaml": "domain: " + "x" * 100_000}),
    Case("long examples", "x", "longer than", header=WITH_EXAMPLES, files={"e.jsonl": "[" * 300_000}),
    Case("deep examples", "x", "not an example", header=WITH_EXAMPLES, files={"e.jsonl": "[" * 150_000}),
    Case("long catalogue", "CATALOG", "longer than", files={"catalog.jsonl": "x" * 3_000_000}),
]
