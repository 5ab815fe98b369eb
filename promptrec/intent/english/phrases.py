"""Bounds of noun phrases and predicates in English text, by lists of words: what a cue refuses."""

from promptrec.intent.english.cues import cues
from promptrec.intent.english.words import BREAKS, Words

Place = tuple[int, int]
"""Number of the first word, and of the word behind the last."""

_MOST_WORDS = 6
_MOST_ITEM_WORDS = 5
_MOST_BACK = 14
_MOST_SENTENCE = 40
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»"}
_JOINTS = frozenset({"and", "or", "nor", "&", "/"})
_TITLE_LINKS = frozenset({"of", "the", "de", "la", "du", "von", "van", "del"})
_MORE_TITLE_LINKS = _TITLE_LINKS | frozenset("on in to and for with at from by".split())
_ARTICLES = frozenset("the a an".split())
_NEW_PHRASE = frozenset("the a an my our his her their any every all".split())
_LINKS = _MORE_TITLE_LINKS | frozenset("as about like into over - '".split())
_DETERMINERS = frozenset(
    "and but or so because the a an any some my his her their our those these that all just also sorry though "
    "tbh imo imho ngl oh ugh meh yeah hmm even both most many anything with well yes then now honestly please "
    "including still".split()
)
# Behind the last of these, a clause begins anew: what stands in front of them is not its subject.
_CLAUSE_WORDS = frozenset(
    "but because so when which that where if as since with while though although for about and than how like "
    "whose".split()
)
_PARTICIPLES = (
    "ed",
    "ritten",
    "riven",
    "taken",
    "eaten",
    "given",
    "roken",
    "poken",
    "hosen",
    "tolen",
    "rozen",
    "idden",
    "wn",
    "made",
    "set",
    "run",
    "read",
    "full",
    "led",
    "shot",
    "built",
    "sung",
)
_PARTICIPLE_LINKS = frozenset("by of from with in for at on to around like".split())
_OPINIONS = frozenset(
    "say says think thinks find finds feel feels admit guess confess believe believes reckon reckons afraid".split()
)
# Words within what a clause says, by their number from its verb: "shout at me", "scream at every jump scare".
_OBJECTS = {
    1: frozenset("at me us on them you over your my every".split()),
    2: frozenset("me us a every the my your you them".split()),
}
# Verbs that say nothing by themselves: "does not look like one".
_PARTICLES = frozenset("in out up down off over apart away around about through".split())
_NO_THINGS = _PARTICLES | frozenset("well properly much now".split())
_FIRST_VERBS = frozenset("makes make gets goes keeps takes".split())
_PLACES = frozenset("about around everywhere out up in on at over down through off".split())
_OWNERS = frozenset("the this that my our his her their your".split())
_ORDINALS = frozenset("last first second third old other new same next latest previous".split())
_TURNING = frozenset("get gets go goes become becomes turn turns".split())
_NO_STATES = ("ed", "en", "in", "out", "up", "down", "off", "over", "away")
_PREDICATES = frozenset("will would is are does do sounds sound works work".split())
_LIGHT = frozenset("look get have do go be make come take need feel sound seem give let keep".split())
_CONJUNCTIONS = frozenset("and but so because though as".split())
_EMPTY_ENDS = frozenset(
    "based flavoured flavored related themed obviously clearly seriously "
    "definitely absolutely usually generally basically honestly either right "
    "- & ' 's the a of one ones stuff thing things kind sort type variety required needed necessary allowed "
    "involved wanted whatsoever even much altogether downstairs upstairs back garbage malarkey".split()
)
_TRAILING = frozenset(
    "thing things stuff really just always only too all please also still honestly simply both usually often "
    "sadly that which though would will could can might may do does did is are was were what one ones "
    "obviously clearly".split()
)


class Phrases:
    """Phrases of one text. `masked` are the words that belong to conditions or to titles whose words are no cues."""

    def __init__(self, words: Words, masked: set[int], cue_at: dict[int, int]) -> None:
        """Take the words, those that a phrase must not contain, and where cues begin and end."""
        self._words = words
        self._masked = masked
        self._cue_at = cue_at
        self.found: set[int] = set()
        """Numbers of the words that have been read as refused so far."""

    def breaks(self, number: int) -> bool:
        """Whether a phrase ends in front of a word: a mark, a condition, the end of the line or of the text."""
        form = self._words.form(number)
        return (
            number in self._masked
            or not (form[0].isalnum() or form in ("-", "&", "/", "'s", "'", "+", "%"))
            or (number > 0 and "\n" in self._words.text[self._words.ends[number - 1] : self._words.starts[number]])
        )

    def list_behind(self, number: int, predicate: bool = False) -> list[Place]:
        """The phrase behind a cue, and what is listed behind it: "violence, gore or clowns".

        Args:
            number: The word behind the cue.
            predicate: Whether it is what a clause says ("shout at me"), of which only the first phrase counts.
        """
        words = self._words
        first = self.phrase(number, predicate)
        if first is None:
            return []
        linked = words.form(first[1]) in _PARTICIPLE_LINKS and not self.breaks(first[1])
        if (
            first[1] - first[0] == 1
            and linked
            and not words.is_capital(first[0])
            and words.form(first[0]).endswith(_PARTICIPLES)
        ):
            # "not written by a robot": the robot is refused.
            first = self.phrase(first[1] + 1) or first
        found = [first]
        while (at := self._next_item(found[-1][1])) and len(found) < 12:
            item = self.phrase(at)
            # "rap and the other half hate rock": the subject of the next cue is no item.
            if item is None or item[1] - item[0] > _MOST_ITEM_WORDS or self._cue_at.get(item[1]):
                break
            if "," in words.forms[first[1] : at] and words.form(item[1]) in _PREDICATES:
                return [first]  # "nothing posh, soup and a roll will do"
            found.append(item)
        return found

    def phrase(self, number: int, predicate: bool = False) -> Place | None:
        """The phrase that begins at a word, without the words in front that name nothing."""
        words, lists = self._words, cues()
        if words.form(self._skip(number)) in _QUOTES:
            return self._quoted(self._skip(number))
        first = last = self._skip(number)
        while last - first < _MOST_WORDS + 2 * (first < last and words.is_capital(last)):
            form = words.form(last)
            if self.breaks(last) or form == "/" or (form in _JOINTS and not self._is_pair(last)):
                break
            if form in ("one", "ones") and last > first:
                break
            if form in _NEW_PHRASE and last > first and not predicate and words.form(last - 1) not in _LINKS:
                break
            if form == "'s":
                if (words.is_capital(last - 1) and words.is_capital(last + 1)) or self.breaks(last + 1):
                    last += 1
                    continue
                if words.is_capital(last - 1) or words.form(first - 1) in _OWNERS:
                    first = last + 1  # "my sister's cooking"; but "cow's milk"
                last += 1
                continue
            linked = self._is_linked(first, last, predicate)
            linked |= form == "us" and words.is_shouted(last)
            linked |= predicate and last == first and form in _FIRST_VERBS
            if form in lists.stop and not linked and not (predicate and self._is_object(first, last)):
                break
            if last > first and last in self._cue_at and not linked:
                break
            last += 1
            # "plain recipe on the packaging" is the recipe; "scary films about clowns" are the clowns.
            modified = last - first == 2 and words.form(last) in ("in", "on", "for", "at")
            if self._is_generic(last - 1) and last - first <= 2 and not modified:
                predicate |= words.form(last) in ("that", "which") and words.form(last + 1) in _FIRST_VERBS
                first = last = self._skip(last + (words.form(last) not in lists.filler))
        while last > first and words.form(last - 1) in _EMPTY_ENDS:
            last -= 1
        if last - first > 2 and words.forms[last - 1].endswith("ing") and words.form(last) in _PLACES:
            last -= 1  # "no monsters jumping about"
        if (
            predicate
            and last - first > 1
            and words.form(first) in _TURNING
            and not words.form(last - 1).endswith(_NO_STATES)
        ):
            first += 1  # "doesn't get rowdy"
        last -= self._is_named_kind(first, last)
        if last - first == 1 and words.forms[first] in (_LIGHT if predicate else _NO_THINGS):
            return None
        return (first, last) if last > first else None

    def _is_linked(self, first: int, number: int, predicate: bool) -> bool:
        """Whether a word that could end a phrase belongs to it: the "of" of "rewatch of Frasier"."""
        words = self._words
        form, inside, goes_on = words.form(number), number > first, not self.breaks(number + 1)
        if inside and form in self._title_links(first) and words.is_capital(number - 1) and self._title_goes_on(number):
            return True
        named = words.is_capital(number - 1) and words.is_capital(number + 2) and words.form(number + 1) in _ARTICLES
        if inside and named and form in ("for", "on", "in", "to"):
            return True  # "Requiem for a Dream"
        if form == "of" and inside and goes_on and words.form(number + 1) not in cues().stop and not predicate:
            return True
        if form == "as" and predicate and inside and words.form(first - 1) != "as" and goes_on:
            return True
        if predicate and form in ("get", "gets", "got"):
            return True
        named = form in ("can", "will", "so", "like", "over", "up", "now") and words.form(number - 1) in ("a", "the")
        return (named and not inside) or (inside and words.form(number - 1) == "-")

    def _is_named_kind(self, first: int, last: int) -> bool:
        """Whether a phrase is a name with a word like "movie" behind it: "another Adam Sandler movie"."""
        words = self._words
        names = words.is_capital(last - 2) and words.is_capital(last - 3)
        kind = words.form(last - 1)
        one = last - first == 2 and words.is_capital(first) and not words.begins_sentence(first)
        return kind in cues().generic and ((last - first > 2 and names) or (one and not kind.endswith("s")))

    def _is_object(self, first: int, number: int) -> bool:
        """Whether a word is an object that belongs to the verb in front of it: "shout at me", "punish me"."""
        particle = number - first == 1 and self._words.form(number) in _PARTICLES and self.breaks(number + 1)
        return particle or self._words.form(number) in _OBJECTS.get(number - first, ())

    def _is_generic(self, number: int) -> bool:
        """Whether a word names nothing by itself, as in "songs by Drake" and "the smell of fish"."""
        words = self._words
        lower = not words.is_capital(number) or (words.begins_sentence(number) and not words.is_capital(number + 2))
        return words.form(number) in cues().generic and words.form(number + 1) in cues().generic_links and lower

    def _title_links(self, first: int) -> frozenset[str]:
        """The words that may join capitals; those of a title with an article are more: "The Girl on the Train"."""
        words = self._words
        article = first if words.form(first) in _ARTICLES else first - 1
        is_title = words.form(article) in _ARTICLES and words.is_capital(article) and not words.begins_sentence(article)
        return _MORE_TITLE_LINKS if is_title else _TITLE_LINKS

    def _title_goes_on(self, number: int) -> bool:
        """Whether a capital follows a link of a title, perhaps behind another one: "Lord of the Rings"."""
        words = self._words
        return words.is_capital(number + 1) or (words.form(number + 1) in _TITLE_LINKS and words.is_capital(number + 2))

    def _skip(self, number: int) -> int:
        """The first word at or behind a word that is not filler; a title keeps its article."""
        words = self._words
        while words.form(number) in cues().filler and number not in self._masked:
            names = words.is_capital(number) and not words.begins_sentence(number) and words.is_capital(number + 1)
            if (names and words.form(number) in ("the", "all")) or words.form(number + 1) == "-":
                break  # "The Wire", "all-inclusive"
            number += 1
        return number

    def _quoted(self, number: int) -> Place | None:
        closing = _QUOTES[self._words.form(number)]
        for last in range(number + 1, min(number + 12, len(self._words.forms))):
            if self._words.forms[last] == closing:
                return (number + 1, last) if last > number + 1 else None
        return None

    def _is_pair(self, number: int) -> bool:
        return self._words.behind(number - 1, 3) in cues().pairs or self._words.form(number - 1)[0].isdecimal()

    def _next_item(self, number: int) -> int:
        """Number of the word where the next item of a list begins; 0 where the list has ended."""
        words = self._words
        joint = words.form(number)
        if joint == "," and words.form(number + 1) in _JOINTS:
            number += 1
        elif joint == ",":
            if not self._list_goes_on(number + 1):
                return 0
        elif joint not in _JOINTS:
            return 0
        at = number + 1
        while words.form(at) in ("the", "a", "an", "any", "other", "too", "all", "very", "much"):
            if words.is_capital(at) and words.is_capital(at + 1):
                break  # "All Along the Watchtower"
            at += 1
        form = words.form(at)
        refused = form in cues().no_item or form in cues().stop or self.breaks(at) or at in self._cue_at
        return 0 if refused else at

    def _list_goes_on(self, number: int) -> bool:
        """Whether short items with commas follow, the last one behind "and" or "or"."""
        length = 0
        for at in range(number, min(number + 24, len(self._words.forms))):
            form = self._words.forms[at]
            if form in ("and", "or", "nor", "&"):
                return self._words.form(at + 1) not in cues().no_item and (
                    length > 0 or self._words.forms[at - 1] == ","
                )
            if form == ",":
                length = 0
            elif self.breaks(at) or at in self._cue_at or form in cues().no_item or length >= 4:
                return False
            else:
                length += 1
        return False

    def subject_before(self, number: int) -> list[Place]:
        """What stands in front of a cue, in its clause: "lyrics distract me", "truck songs and beer songs can stay"."""
        words = self._words
        last = number
        while (
            last > 0
            and words.form(last - 1) in (",", ":", ";", "?", "–", "(", "!", "…", ".")
            and last not in self._masked
        ):
            last -= 1
        first = last
        while first > 0 and last - first < _MOST_BACK and not self.breaks(first - 1):
            first -= 1
        if "with" in words.forms[first + 1 : last - 1]:
            at = words.forms.index("with", first + 1)
            if at - first <= 5 and not any(
                form in cues().stop and form not in _DETERMINERS for form in words.forms[at + 1 : last]
            ):
                clause = max([first, *(n + 1 for n in range(first, at) if words.forms[n] in _CLAUSE_WORDS)])
                return [*self._items(clause, at), *self._items(at + 1, last)]
        for at in range(last - 1, first - 1, -1):
            if words.forms[at] in _CLAUSE_WORDS and not (
                words.forms[at] in ("and", "that") and (self._is_pair(at) or self._joins_subjects(first, at, last))
            ):
                first = at + 1
                break
        for at in range(last - 1, first - 1, -1):
            if words.forms[at] in _OPINIONS:
                first = at + 1
                break
        return self._items(first, last)

    def _joins_subjects(self, first: int, joint: int, last: int) -> bool:
        """Whether an "and" stands between two short subjects, and not between clauses."""
        lists = cues()
        for at in range(joint - 1, first - 1, -1):
            if self._words.forms[at] in _CLAUSE_WORDS and self._words.forms[at] != "and":
                first = at + 1
                break
        if self._words.forms[joint] == "that":
            return joint == first or joint == last - 1
        return (
            last - joint <= 4
            and joint - first <= 4
            and not any(form in lists.stop for form in self._words.forms[first:joint])
        )

    def _items(self, first: int, last: int) -> list[Place]:
        """The items of a subject, without articles and adverbs; nothing where it is too long to be one."""
        words = self._words
        found: list[Place] = []
        start = first
        for at in range(first, last + 1):
            if at == last or (words.forms[at] in ("and", "or", "&") and not self._is_pair(at)):
                a, b = start, at
                while b > a and words.forms[b - 1] in _TRAILING:
                    b -= 1
                if "'s" in words.forms[a : b - 1]:
                    a = words.forms.index("'s", a) + 1
                while a < b and (
                    (words.forms[a] in _DETERMINERS and words.form(a + 1) != "-")
                    or (words.forms[a] in ("it", "'s", "is") and b - a > 1)
                ):
                    a += 1
                if b - a > 2 and self._is_generic(a):
                    a += 2
                b -= self._is_named_kind(a, b)
                if b > a and not _ORDINALS.issuperset(words.forms[a:b]):
                    found.append((a, b))
                start = at + 1
        if any(b - a > _MOST_ITEM_WORDS or self._is_no_subject(a) for a, b in found):
            return []
        return found

    def _is_no_subject(self, number: int) -> bool:
        """Whether no subject begins with a word: "of", "what", "ideally"; names may ("It", "Up")."""
        return self._words.form(number) in cues().stop and not self._words.is_capital(number)

    def refused_in_sentence(self, number: int) -> bool:
        """Whether something in front of a word in its sentence is refused already."""
        first = number
        while first > max(0, number - _MOST_SENTENCE) and not self._words.begins_sentence(first):
            first -= 1
        return not self.found.isdisjoint(range(first, number))

    def antecedent(self, number: int) -> list[Place]:
        """What a pronoun in a clause that begins at a word stands for: the last noun phrase in front of it."""
        words, lists = self._words, cues()
        nearest = max(0, number - _MOST_BACK)
        while number > nearest and not self.breaks(number - 1) and words.form(number - 1) not in _CONJUNCTIONS:
            number -= 1
        last = number
        while last > 0 and (
            words.form(last - 1) in BREAKS
            or words.form(last - 1) in ("and", "but", "so", "because", "though", "please", "honestly")
        ):
            last -= 1
        if self.refused_in_sentence(number):
            return []
        first = last
        while first > 0 and last - first < 4 and not self.breaks(first - 1):
            form = words.form(first - 1)
            if (
                form in lists.stop
                or form in _DETERMINERS
                or form in lists.no_item
                or form in ("bought", "tried", "watched", "read", "saw", "started", "got")
            ):
                break
            first -= 1
        return [(first, last)] if last > first else []
