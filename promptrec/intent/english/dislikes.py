"""What English requests refuse, by cues: "curry, but not Indian" refuses "Indian"."""

from collections.abc import Iterable, Sequence

from promptrec.intent.english.cues import added_cues, cues
from promptrec.intent.english.patterns import Match, PatternSet
from promptrec.intent.english.phrases import Phrases, Place
from promptrec.intent.english.shortages import is_lack, listed_before, listed_behind, read_lack
from promptrec.intent.english.verdicts import (
    is_circumstance,
    is_closed,
    is_narrated,
    known_antecedent,
    read_find,
    read_verdict,
)
from promptrec.intent.english.words import BREAKS, PEOPLE, Words, read_words
from promptrec.intent.refusal import Refusal, Span

_PRONOUNS = frozenset("it them these those that this they which".split())
_SUBJECT = PEOPLE | frozenset("really just also simply 's have has had am are".split())
_NEGATIONS = frozenset("not no never nothing without too".split())
_RELATIVE = frozenset("where whose when which that who if with".split())
_ADVERBS = frozenset("just always really still only usually often totally completely also".split())
_AUXILIARIES = frozenset("is are was were does do did will would".split())
_NEGATED = _AUXILIARIES | frozenset("can could should have has had must might need may shall am".split())
_PERSONS = frozenset("me us them you him her".split())
_KINDS_OF_PEOPLE = frozenset("person guy girl gal lover eater drinker fan type people".split())
_TITLE_VERBS = frozenset(
    "is was has had made wrecked broke blew got left changed ruined kept remains did hooked taught ' 's".split()
)
_ACTIVITIES = frozenset("reading watching eating driving flying cooking shopping".split())
_ADJECTIVES_END = frozenset(". , ! ? ; : ) and but".split())


def refusals(text: str, taken: Iterable[Span] = (), added: tuple[str, ...] = ()) -> list[Refusal]:
    """Find what an English request refuses.

    Args:
        text: The person's words.
        taken: Places that are conditions already ("nothing over two hours"): cues in them refuse nothing, and no
            phrase contains them.
        added: Further phrases that refuse what follows them.

    Returns:
        In the order of the cues; the phrases have no articles. A phrase belongs to the first cue that refuses it.
    """
    words = read_words(text)
    masked = _words_of(words, taken)
    matches = _cues_of(words, masked, (cues().patterns, *([added_cues(added)] if added else [])))
    phrases = Phrases(
        words, masked, {match.first: match.last for match in matches if match.kind not in ("after", "harmless")}
    )
    refused: list[Refusal] = []
    behind = 0
    for match in matches:
        if match.kind == "harmless" or match.first < behind or is_narrated(words, match.first):
            continue
        found = _READERS[match.kind](words, phrases, match)
        if match.kind in ("after", "verb"):
            found = [place for place in found if phrases.found.isdisjoint(range(*place))]
        for place in found:
            phrases.found.update(range(*place))
        if found:
            refused.append(_refusal(words, match, found))
        behind = max([behind, *(last for _, last in found)])
    return refused


def _refusal(words: Words, match: Match, places: list[Place]) -> Refusal:
    phrases = [(words.starts[first], words.ends[last - 1]) for first, last in sorted(places)]
    cue = words.starts[match.first]
    end = max(words.ends[match.last - 1], phrases[-1][1])
    return Refusal(cue, min(cue, phrases[0][0]), end, tuple(phrases))


def _words_of(words: Words, taken: Iterable[tuple[int, int]]) -> set[int]:
    """Numbers of the words that lie in places of the text."""
    masked: set[int] = set()
    places = sorted(taken)
    number = 0
    for start, end in places:
        while number < len(words.forms) and words.ends[number] <= start:
            number += 1
        at = number
        while at < len(words.forms) and words.starts[at] < end:
            masked.add(at)
            at += 1
    return masked


def _cues_of(words: Words, masked: set[int], patterns: Sequence[PatternSet]) -> list[Match]:
    """The cues of a text, in its order, none within another."""
    found: list[Match] = []
    lists = cues()
    behind = 0
    for number in words.find({*lists.titles.firsts, *(first for each in patterns for first in each.firsts)}):
        if number < behind:
            continue
        title = lists.titles.match(words, number)
        match = None if title or number in masked else _longest(words, number, patterns)
        if title:
            behind = title.last
        elif match and not _in_title(words, match):
            found.append(match)
            behind = match.last
    return found


def _longest(words: Words, number: int, patterns: Sequence[PatternSet]) -> Match | None:
    """The cue that begins at a word; one that begins within it and goes on behind it says more and takes its place."""
    match = _begun(words, number, patterns)
    if match is None:
        return None
    best = match
    for first in range(match.first + 1, match.last):
        inner = _begun(words, first, patterns)
        if inner is None or inner.last <= best.last:
            continue
        if match.kind in ("after", "end", "verdict") and inner.kind == "harmless":
            continue
        if match.kind != "harmless" or inner.kind == "harmless" or words.forms[first] in _NEGATIONS:
            best = inner
    return best


def _begun(words: Words, number: int, patterns: Sequence[PatternSet]) -> Match | None:
    """The longest cue that begins at a word; of equal ones, that of the last patterns."""
    found = [match for each in reversed(patterns) if (match := each.match(words, number))]
    return max(found, key=lambda match: match.last, default=None)


def _in_title(words: Words, match: Match) -> bool:
    """Whether a cue is part of a name, by its capital: "I loved No Country for Old Men"."""
    first = match.first
    if not words.is_capital(first) or words.is_shouted(first) or words.forms[first] in ("i",):
        return False
    if not words.begins_sentence(first):
        return (
            words.is_capital(first + 1)
            or words.is_capital(first - 1)
            or (words.form(first + 1) in ("to", "for") and words.is_capital(first + 2))
            or words.form(first - 1) in ('"', "“", "„", "«")
        )
    if match.kind not in ("noun", "verb") or not words.is_capital(first + 1):
        return False
    last = first + 1
    linked = False
    while words.is_capital(last) or (words.form(last) in ("for", "to") and words.is_capital(last + 1)):
        linked |= words.form(last) in ("for", "to")
        last += 1
    return linked or words.form(last) in _TITLE_VERBS


def _noun(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    form = words.forms[match.first]
    bare = match.last - match.first == 1
    if form == "not" and bare and words.form(match.first - 1) in _NEGATED:
        return []  # A negated verb that is no cue: "I can't put it down".
    if words.behind(match.first + 1, 1) in ("so", "neither", "nor") and not phrases.refused_in_sentence(match.first):
        return []  # "and so is soft cheese" refuses only where something is refused in front of it.
    if form in ("no", "non") and words.form(match.first + 1) == "-":
        at = match.first + 2
        return [(at, at + 1)] if at < len(words.forms) and not phrases.breaks(at) else []
    if words.forms[match.first] == "without" and _denied(words, match.first):
        return []
    if (
        match.last - match.first == 1
        and words.forms[match.first] in ("too", "less", "fewer")
        and not _is_content(words, match.last)
    ):
        return []
    if words.forms[match.first] == "no" and words.form(match.last) == "." and words.form(match.last + 1).isdecimal():
        return []
    if (
        words.form(match.first) in ("no", "nope", "not")
        and match.last - match.first == 1
        and phrases.breaks(match.last)
    ):
        return (
            phrases.subject_before(match.first)
            if words.forms[match.first] == "no" and not phrases.breaks(match.first - 1)
            else []
        )
    if words.forms[match.first] == "than" and not {"rather", "sooner"}.intersection(
        words.forms[max(0, match.first - 14) : match.first]
    ):
        return []
    if form == "too" and (_is_own(words, match.first) or _in_question(words, match.first)):
        return []
    if words.forms[match.last - 1].endswith("ing") and form in ("nobody", "no", "none"):
        return phrases.list_behind(match.last - 1)
    found = phrases.list_behind(match.last, predicate=words.forms[match.last - 1] in ("that", "which"))
    if words.forms[match.last - 1] == ":":
        return listed_behind(words, phrases, found)
    if form == "please" and not found and words.forms[match.last - 1] == "not":
        return phrases.subject_before(match.first)  # "tango please not"
    if form == "not" and found and words.forms[found[-1][1] - 1] in _KINDS_OF_PEOPLE:
        found[-1] = (found[-1][0], max(found[-1][0] + 1, found[-1][1] - 1))
    return [] if form == "no" and found and _is_fine(words, found[-1][1]) else found


def _in_question(words: Words, number: int) -> bool:
    """Whether a word stands in a question of yes or no: "is a cast iron pan too heavy for me?"."""
    first = number
    while first > max(0, number - 12) and not words.begins_sentence(first):
        first -= 1
    return first < number and words.form(first) in ("is", "are", "was", "were", "am", "would", "will")


def _is_own(words: Words, number: int) -> bool:
    """Whether what is judged in front of a word is the person's: "my chili is too tame"."""
    at = number - 1
    while at >= max(0, number - 5) and words.forms[at] not in BREAKS:
        if words.forms[at] in ("my", "our"):
            return not {"last", "old", "current", "previous"}.intersection(words.forms[at:number])
        at -= 1
    return False


def _is_fine(words: Words, number: int) -> bool:
    """Whether what stands in front of a word does not matter: "no wifi is no problem"."""
    if words.form(number) in ("needed", "necessary") or words.form(number - 1) in ("needed", "necessary"):
        return True
    at = number + (words.form(number) in ("at", "whatsoever")) + (words.form(number + 1) == "all")
    if words.form(at) not in ("is", "'s", "are", "would"):
        return False
    at += 1
    while words.form(at) in ("be", "totally", "absolutely", "completely", "perfectly", "also", "just", "a"):
        at += 1
    following = words.behind(at, 3)
    return words.form(at) in ("fine", "ok", "okay") or following.startswith(
        ("no problem", "no issue", "no biggie", "not a problem", "not an issue", "no deal", "no big", "alright")
    )


def _denied(words: Words, number: int) -> bool:
    """Whether a negated verb stands in front of a word in its clause: "it wouldn't be summer without reggae"."""
    at = number - 1
    while at >= 0 and number - at < 7 and words.forms[at] not in BREAKS:
        if words.forms[at] == "never" or (
            words.forms[at] == "not"
            and (words.form(at - 1) in ("would", "could", "can", "will") or words.form(at + 1) in ("a", "one"))
        ):
            return True
        at -= 1
    return False


def _is_content(words: Words, number: int) -> bool:
    form = words.form(number)
    return form[0].isalnum() and form not in cues().stop


def _verb(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """What a verb refuses: behind it, or in front of it ("pork I don't eat"), or what its pronoun stands for."""
    last = match.last
    start = match.first
    if words.form(last) == "?" and "what" in words.forms[max(0, start - 3) : last] and not phrases.breaks(last + 1):
        return phrases.list_behind(last + 1)  # "You know what I'm tired of? Prequels."
    while match.first - start < 5 and words.form(start - 1) in _SUBJECT:
        start -= 1
    if words.form(last) in ("the", "that") and words.form(last + 1) in ("stuff", "thing", "things"):
        return phrases.antecedent(start)
    if words.form(last) in _PRONOUNS and (phrases.breaks(last + 1) or words.form(last + 1) in cues().stop):
        return phrases.antecedent(start)
    if is_lack(words, match):
        return read_lack(words, phrases, match)
    if words.form(start - 1) == "which" and words.form(start - 2) == "," and phrases.breaks(last):
        return phrases.antecedent(start - 1)  # "oily dishes, which I don't like"
    if words.forms[match.first] == "who" and not words.begins_sentence(match.first):
        return []
    if words.forms[last - 1] in _ACTIVITIES and phrases.breaks(last) and last - 1 > match.first:
        return [(last - 1, last)]  # "hates reading"
    if words.form(last) in ("my", "our"):
        return []  # What is the person's own is no choice.
    if words.forms[last - 1].endswith("ing") and words.forms[last - 1] not in cues().consuming:
        last -= 1
    if words.form(last) in _PERSONS and words.form(match.first - 1) in ("that", "which", "who"):
        return phrases.list_behind(last - 1, predicate=True)
    if words.forms[last - 2 : last] == ["out", "of"] and words.is_capital(last) and words.is_capital(last + 1):
        return []  # Who has run out of an author wants more of the kind.
    if words.form(last) in ("chapter", "page", "episode", "season", "halfway"):
        return known_antecedent(phrases, words, start)
    found = [] if phrases.breaks(last) and words.form(last) not in ('"', "“") else phrases.list_behind(last)
    if found:
        return [] if _is_overcome(words, start, found[-1][1]) else _with_where(words, phrases, found)
    if (start < match.first or words.form(match.first) in PEOPLE) and phrases.breaks(last):
        if words.form(start - 1) in (".", ",", "!", ";", "and", "but", "?") and words.form(start - 1) != "?":
            return []
        return phrases.subject_before(start)
    return []


def _is_overcome(words: Words, first: int, last: int) -> bool:
    """Whether a refusal holds no longer: "I never liked Coldplay until", "I usually avoid crime but"."""
    behind = words.form(last) if words.form(last) != "," else words.form(last + 1)
    usual = {"usually", "normally", "generally", "typically"}.intersection(words.forms[max(0, first - 2) : first + 4])
    return behind in ("until", "till") or (behind == "but" and bool(usual))


def _with_where(words: Words, phrases: Phrases, found: list[Place]) -> list[Place]:
    """With the place of an activity: "I hate driving at night"."""
    first, last = found[-1]
    where = (
        last - first == 1 and words.forms[first].endswith("ing") and words.form(last) in ("at", "on", "in", "through")
    )
    behind = phrases.phrase(last + 1) if where and not phrases.breaks(last) and last + 1 not in phrases.found else None
    return [*found[:-1], (first, behind[1])] if behind and behind[1] - first < 6 else found


def _clause(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """What a negated clause says; nothing where it says that something is not enough."""
    if words.form(match.last + 1) == "enough":
        return []
    subject = words.forms[match.first]
    obliged = words.form(match.first + 1) in ("should", "must") or words.behind(match.first + 1, 3) == "can not be"
    if (
        not obliged
        and subject in ("it", "they", "this", "those")
        and words.form(match.first - 1)
        not in (
            "if",
            "that",
            "so",
            "long",
            "as",
            "sure",
            "hope",
            "provided",
            "unless",
        )
    ):
        return []
    return phrases.list_behind(match.last, predicate=True)


def _noun_clause(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """What "is not", "does not" … say of a noun, in a relative clause; at the end of a clause they refuse the noun."""
    if phrases.breaks(match.last):
        return _after(words, phrases, match)
    at = match.first - 1
    while at >= 0 and match.first - at < 12 and words.forms[at] not in BREAKS:
        if words.forms[at] in _RELATIVE and not (
            words.begins_sentence(at) and words.form(at) == "which" and words.forms[match.last - 1] != "too"
        ):
            return phrases.list_behind(match.last, predicate=True)
        at -= 1
    return []


def _after(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """What stands in front of a cue, or what its pronoun stands for."""
    start = match.first
    while words.form(start - 1) in _ADVERBS:
        start -= 1
    before = words.form(start - 1)
    form = words.forms[match.first]
    if before in ("not", "never", "or", "if"):
        return []
    if form in _AUXILIARIES and words.forms[match.last - 1] == "not" and not phrases.breaks(match.last):
        return []
    if words.forms[match.last - 1] in ("no", "not", "never", "nope", "nah", "pass") and not phrases.breaks(match.last):
        return phrases.list_behind(match.last) if form not in (",", "pass", "hard") else []
    if before in _PRONOUNS:
        return phrases.antecedent(start - 1)
    if words.forms[match.last - 1] == "off" and form != "go" and not phrases.breaks(match.last):
        return phrases.list_behind(match.last)  # "my teacher put me off poetry"
    if before in PEOPLE:
        return []
    if form == "?" or (form == "." and words.form(match.first + 1) != "."):
        found = phrases.subject_before(match.first)
        short = len(found) == 1 and found[0][1] - found[0][0] <= 3 and words.begins_sentence(found[0][0])
        named = short and not cues().stop.intersection(words.forms[slice(*found[0])])
        return listed_before(words, phrases, found) if named else []
    places = [place for place in phrases.subject_before(match.first) if not is_circumstance(words, place)]
    return listed_before(words, phrases, places) if form in (":", ".", "…") else places


def _end(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    return _after(words, phrases, match) if is_closed(words, phrases, match.last) else []


def _free(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """The word in front of "free": "ad-free", "fragrance free"."""
    first = match.first - 1 if words.forms[match.first] == "-" else match.first
    if first < 0 or phrases.breaks(first):
        return []
    return [(first, first + 1)]


def _between(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """What stands between two words that refuse it together: "leave cheese out"."""
    first = match.last
    if words.form(first).endswith("ing") and words.form(first - 1).startswith("keep"):
        return []  # "they keep falling out"
    while words.form(first) in cues().filler:
        first += 1
    for at in range(first + 1, min(first + 6, len(words.forms))):
        if phrases.breaks(at - 1) or (words.forms[at - 1] in cues().stop):
            break
        if words.forms[at - 1] in ("and", "or"):
            break  # "keep the kids busy and out of my way"
        if cues().closers.match(words, at):
            return [(a, min(b, at)) for a, b in phrases.list_behind(first) if a < at] or [(first, at)]
    return []


def _condition(words: Words, phrases: Phrases, match: Match) -> list[Place]:
    """Read "if the dog dies I'm suing": what stands between "if" and a consequence that refuses it."""
    more = words.forms[match.first] in ("another", "one", "yet")
    for at in range(match.last, min(match.last + 16, len(words.forms))):
        if words.forms[at] in ".!?":
            break
        if more and words.forms[at - 1] != "and":
            continue
        if cues().consequences.match(words, at) and at > match.last:
            place = phrases.phrase(match.last, predicate=True)
            if place and place[1] + 2 == at and words.form(place[1]) in ("is", "are", "'s"):
                return [(at - 1, at)]  # "if the rice is dry I send it back"
            return [(place[0], min(place[1], at))] if place and place[0] < at else []
    return []


_READERS = {
    "noun": _noun,
    "verb": _verb,
    "lack": read_lack,
    "clause": _clause,
    "noun clause": _noun_clause,
    "after": _after,
    "free": _free,
    "find": read_find,
    "end": _end,
    "verdict": read_verdict,
    "between": _between,
    "condition": _condition,
}
