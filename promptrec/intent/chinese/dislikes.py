"""Dislikes of a Chinese request: what follows or precedes a cue of refusal within its clause."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from promptrec.intent.chinese.characters import OPAQUE, fold, hide, titles
from promptrec.intent.chinese.cues import BREAKS, TAKEN, ChineseCues, load_cues
from promptrec.intent.refusal import Refusal, Span

LONGEST = 20
"""Most characters of one refused phrase; longer ones are no phrases."""

LIST_ITEM = 8
"""Most characters of a further item of a list."""

TOPIC = 6
"""Most characters of a clause that a cue on its own in the next clause refuses ("香菜, 不要")."""

ATTRIBUTE = re.compile(
    r"(?:不想?要|别要|[不别勿](?:要)?[放带含加掺搁配搭讲拍播]|不带有|不用|无需|不必|不需要|代替|替代|取代|没有?|无|怕)$"
)
"""Cues that refuse a part of something: in 不要爱情线的小说 they refuse what stands in front of 的."""
FURTHER = re.compile(r"[,]?(?:尤其是?|特别是|更别提|更不用说|还有|以及)")
"""What joins one more refused phrase to those before it."""
NEXT = re.compile("[、/]")
BREAK = re.compile(rf"[{BREAKS}]")
JOIN = re.compile(
    r"、|/|还是|[啊呀啦](?=.)|以及|还有|或者?|(?<![涉以普波危顾来])及|跟(?!团|拍|风|腱|鞋)|与|(?<![温柔平暖共附饱缓祥随调总中谐])和(?!服|牛|平|弦|风|食|田|谐|尚|美|睦|解)|\+|&"
)
MARKS = "《》「」『』“”\"'〈〉‘’·•*#"
SPACE = re.compile(r"(?<=[^\W\d_\u3400-\u9fff]) (?=[^\W_\u3400-\u9fff])")
"""A blank inside a name in letters ("Sigur Rós"), which ends no clause."""
REASON = re.compile(r"(?P<what>.{2,})太.{1,2}(?:我|他|她|$).*")
"""A thing and why it is refused: 交响乐太长我听不完."""
CROWD = re.compile("(?:全|都|老|总|尽|净|满屏|到处|清一色)是")
"""In front of what there is too much of: 全是情歌, 受够了."""
LOADED = re.compile(r"(.{1,8}?(?:太(?!多).{1,3}|[多差]))的.+")
"""A complaint in front of a noun: in 蚊子多的季节 the complaint is what is refused."""
REQUEST = re.compile(r"(?:我|就|还|也|只)*(?:想|要|求|找|推荐|来|给|希望|有没有|有什么|哪)")
"""In front of what is asked for, which no predicate behind it refuses."""
NEGATED = re.compile(r"(?:没|没有|没怎么|不|不会|不想|不曾|从不|未|未曾|不用|不能|无法)$")
"""In front of a cue that it turns round: 没劝退我."""
RELATIVE = re.compile(r"的(?!是|有|:|东西|类型|就是|像|包括)")
"""Behind a cue that is part of an attribute: 不吃的鱼."""
TITLED = re.compile(rf"[《「『“\"][{OPAQUE}]+[》」』”\"]")
AGAIN = re.compile(r"(?:不|没|别|无|忌|太)(?:要|吃|看|想|有)?")
"""The negation of a further item of a list: 不氪金、不社交."""
TWINS = re.compile(r"([\u4e00-\u9fff]{1,2}(?P<head>[\u4e00-\u9fff]))(?!\1)[\u4e00-\u9fff]{1,2}(?P=head)")
KIND = re.compile(r"(.{2,}?)[这那][种类](?:.{1,6}|(.{7,}))")
"""A thing and what it is one of (游戏本那种砖头), or one thing of a kind (国产那种最后都是精神病的)."""
REPORT = re.compile("[说讲劝骂][我你他她]|觉得[我你他她]")
"""What somebody says of somebody, which refuses nothing."""
OTHERS = re.compile("朋友|别人|人家|大家|他们|同事|老公|老婆|室友|网上|都说|劝")
CONTRAST = re.compile(r"[,;](?:但是?|可是?|不过|偏偏|然而)?(?:偏偏)?[我咱俺](?:倒是?|却|反而|偏|就是?|可)(?!不|没|怕)")
ASKS = re.compile("[吗呢么没哪啥谁几]")
AABB = re.compile(r"(.)\1(.)\2的(?=.{2})")
ONE_OF_THEM = re.compile(r"(?:某|随便)?(?:一|半)(?:条|个|点儿?|口|集|部|首|样|丝|次|粒|滴|眼)(?:儿)?$")


def refusals(text: str, taken: Sequence[Span] = (), added: tuple[str, ...] = ()) -> list[Refusal]:
    """Find what a Chinese request refuses.

    Args:
        text: the request.
        taken: start and end of the spans that are constraints; they are not read.
        added: further words that refuse what follows them.
    """
    return _Reader(text, taken, load_cues(added)).read()


@dataclass
class _Reader:
    """One reading of one request."""

    text: str
    taken: Sequence[Span]
    cues: ChineseCues

    def __post_init__(self) -> None:
        folded = hide(fold(self.text), titles(self.text))
        folded = SPACE.sub("_", folded)
        folded = hide(folded, self.taken, TAKEN)
        self.words = folded
        self.readable = hide(folded, [match.span() for match in self.cues.harmless.finditer(folded)])
        self.breaks = [match.start() for match in BREAK.finditer(folded)]
        self.cursor = 0
        self.found: list[Refusal] = []

    def read(self) -> list[Refusal]:
        matches = list(self.cues.cue.finditer(self.readable))
        for place, match in enumerate(matches):
            if match.start() < self.cursor:
                continue
            following = matches[place + 1] if place + 1 < len(matches) else None
            self._read_cue(match, following)
        return self.found

    def _read_cue(self, match: re.Match[str], following: re.Match[str] | None) -> None:
        kind, end = match.lastgroup, self._clause_end(match.end())
        kind = "before" if kind == "added" else kind
        if following and following.start() == match.end() and kind in ("weak", "degree"):
            following = None
        limit = min(end, following.start()) if following else end
        if kind == "weak" and following and following.lastgroup in ("after", "comment") and following.start() < end:
            return
        if self._turned(kind, match) or self._contradicted(match):
            return
        phrases: list[Span] = []
        if kind not in ("after", "comment"):
            phrases = self._phrases_after(match.end(), limit, kind, kind == "before" and not ATTRIBUTE.search(match[0]))
            if phrases and self._adds(match, phrases[-1][1]):
                self.cursor = phrases[-1][1]
                return
        elif self.cues.additive.match(self.readable, match.start()) or self._adds(match, match.end()):
            return
        if (
            kind == "before"
            and not phrases
            and limit > match.end() + 1
            and self.cues.void.fullmatch(self.words, match.end(), limit)
        ):
            return
        if not phrases and kind in ("before", "after", "comment"):
            if following and following.start() < end and self.words[match.end()] == "的":
                return
            phrases = self._phrases_before(match.start())
        if not phrases and (group := (match["itself"] and "itself") or (match["trait"] and "trait")):
            phrases = [match.span(group)]
        if phrases:
            start, stop = min(match.start(), phrases[0][0]), max(match.end(), phrases[-1][1])
            self.found.append(Refusal(match.start(), start, stop, tuple(phrases)))
            self.cursor = stop

    def _turned(self, kind: str | None, match: re.Match[str]) -> bool:
        """Whether words around a cue make it refuse nothing."""
        if kind == "before":
            return RELATIVE.match(self.words, match.end()) is not None
        if kind not in ("after", "comment"):
            return False
        start = max(self._clause_start(match.start()), self.cursor)
        if kind == "comment" and REQUEST.match(self.words, start, match.start()):
            return True
        if (
            self.words[match.end() : match.end() + 1] == "的"
            and not match[0].startswith(("以外", "之外"))
            and match.end() + 1 < self._clause_end(match.end())
        ):
            return True
        words = self.words[start : match.start()]
        return bool(NEGATED.search(words) or REPORT.search(words))

    def _contradicted(self, match: re.Match[str]) -> bool:
        """Whether others refuse it and the person does not (朋友劝我别去, 可我就是想去)."""
        front = self.words[self._clause_start(match.start()) : match.start()]
        return bool(OTHERS.search(front) and CONTRAST.search(self.words, match.end(), match.end() + 2 * LONGEST))

    def _adds(self, match: re.Match[str], end: int) -> bool:
        """Whether 除了 X or X 以外 adds to X (除了 X, 我还喜欢 …)."""
        return match[0].startswith(("除", "以外", "之外")) and self.cues.additive.match(self.readable, end) is not None

    def _clause_start(self, place: int) -> int:
        before = bisect_left(self.breaks, place)
        return self.breaks[before - 1] + 1 if before else 0

    def _clause_end(self, place: int) -> int:
        after = bisect_left(self.breaks, place)
        return self.breaks[after] if after < len(self.breaks) else len(self.words)

    def _phrases_after(self, start: int, limit: int, kind: str | None, nominal: bool) -> list[Span]:
        """The phrases from `start` on; a property (not `nominal`) ends at 的."""
        while start < limit and (match := self.cues.filler.match(self.words, start, limit)):
            start = match.end()
            nominal = nominal or match[0] in ("那种", "那些", "这种", "这些")
        end = min(limit, start + LONGEST + 4)
        if stop := self.cues.stop.search(self.words[start:end]):
            end = start + stop.start()
        if not nominal and (of := self.words.find("的", start, end)) >= 0:
            end = of
        phrases = self._split(start, end)
        while phrases and end == limit and (more := FURTHER.match(self.words, end) or NEXT.match(self.words, end)):
            start, limit = more.end(), self._clause_end(more.end())
            if again := AGAIN.match(self.words, start, limit):
                start = again.end()
            elif kind in ("weak", "degree"):
                break
            end = limit
            if stop := self.cues.stop.search(self.words[start : min(limit, start + LIST_ITEM + 4)]):
                end = start + stop.start()
            if end - start > LIST_ITEM or self.cues.cue.search(self.readable, start, end):
                break
            phrases += self._split(start, end)
        return phrases

    def _phrases_before(self, end: int) -> list[Span]:
        """The phrases of the clause that ends at `end`, or of the clauses in front of a cue on its own."""
        start = max(self._clause_start(end), self.cursor)
        if end - start > LONGEST + 10:
            return []
        if topic := self.cues.topic_end.search(self.words, start + 1, end):
            end = topic.start()
        phrases = self._split(start, self._without_subject(start, end), reasons=True)
        if not phrases and not self._without_subject(start, end) > start:
            return self._topics(start)
        while start > self.cursor and self.words[start - 1] in "、/" and phrases:
            end, start = start - 1, max(self._clause_start(start - 1), self.cursor)
            more = self._split(start, end) if end - start <= LONGEST else []
            if not more:
                break
            phrases = more + phrases
        return phrases

    def _topics(self, end: int) -> list[Span]:
        """Short clauses in front of one that holds nothing but a cue."""
        phrases: list[Span] = []
        while end - 1 >= self.cursor and self.words[end - 1] in ",!?、: ":
            start = max(self._clause_start(end - 1), self.cursor)
            if not phrases and (crowd := CROWD.search(self.words, max(start, end - LONGEST), end - 1)):
                return self._split(crowd.end(), end - 1)
            most = LONGEST if self.words[end - 2] == "的" and self.words[end - 1] == "," else TOPIC
            if not 0 < end - 1 - start <= most or re.search(
                "想|要|喜欢|爱|求|来|去|找|最|好|谢", self.words[start : end - 1]
            ):
                break
            phrases = self._split(start, end - 1) + phrases
            if self.words[end - 1] == "?" and ASKS.search(self.words, start, end):
                return []
            end = start
        return phrases

    def _without_subject(self, start: int, end: int) -> int:
        while end > start:
            words = self.words[max(start, end - 12) : end]
            match = self.cues.subject.search(words) or ONE_OF_THEM.search(words) or self.cues.tail.search(words)
            if match is None or (words[match.start() - 1 : match.start()] == "的" and match[0] == "中"):
                break
            end -= len(words) - match.start()
        return end

    def _split(self, start: int, end: int, reasons: bool = False) -> list[Span]:
        """The items of a list, each without what does not belong to it."""
        items, place = [], start
        for match in JOIN.finditer(self.words, start, end):
            items.append((place, match.start()))
            place = match.end()
        items = [part for item in (*items, (place, end)) for part in self._parts(*item)]
        return [span for item in items if (span := self._tidy(*item, reasons))]

    def _parts(self, start: int, end: int) -> list[Span]:
        """The titles in an item of a list, or two words of one form (酒精香精), or the item itself."""
        if named := list(TITLED.finditer(self.words, start, end)):
            return [match.span() for match in named]
        twins = TWINS.fullmatch(self.words, start, end)
        if twins and 2 * twins.end(1) == start + end:
            return [(start, twins.end(1)), (twins.end(1), end)]
        return [(start, end)]

    def _tidy(self, start: int, end: int, reasons: bool) -> Span | None:
        start = self._without_head(start, end)
        while end > start:
            words = self.words[start:end]
            if general := self.cues.general.search(words):
                end = start + general.start()
            elif (tail := self.cues.tail.search(words)) and tail.start() > 0:
                end = start + tail.start()
            elif words[-1] in MARKS or words[-1].isspace():
                end -= 1
            else:
                break
        if reasons and self.words[end : end + 1] != "的" and (reason := REASON.fullmatch(self.words, start, end)):
            end = reason.end("what") - (self.words[reason.end("what") - 1] == "的")
        if loaded := LOADED.fullmatch(self.words, start, end):
            end = loaded.end(1)
        if kind := KIND.fullmatch(self.words, start, end):
            start, end = kind.span(2) if kind[2] else kind.span(1)
        if match := AABB.match(self.words, start, end):
            start = match.end()
        words = self.words[start:end]
        if not 0 < len(words) <= LONGEST or self.cues.void.fullmatch(words) or not re.search(rf"\w|{OPAQUE}", words):
            return None
        return start, end

    def _without_head(self, start: int, end: int) -> int:
        while start < end:
            match = self.cues.head.match(self.words, start, end)
            if match and match.end() < end:
                start = match.end()
            elif self.words[start] in MARKS or self.words[start].isspace():
                start += 1
            else:
                break
        return start
