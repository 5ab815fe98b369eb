"""Words of a text as a search index counts them, in languages with and without spaces."""

import re
import unicodedata
from itertools import pairwise

from promptrec.data.clean import clean_text

# English words too common to tell items apart.
STOP_WORDS = frozenset(
    "a about an and any are as at be been but by can did do does for from had has have he her him his how i if in into "
    "is it its just like love me more most my no not of on or our please she so some something than that the their "
    "them then there these they this to us want was we were what when where which who will with would you your".split()
)

# Kana without the middle dot, which parts words; Han; hangul; Han of the later planes.
_UNSPACED = (
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    + "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0002fa1f"
)
_PIECE = re.compile(rf"[{_UNSPACED}]+|[^\W{_UNSPACED}]+")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def words(text: str, *, asked: bool = False) -> list[str]:
    """Lower-cased words without accents; Han, kana and hangul as pairs of neighbours and as single characters.

    Pairs of characters stand in for words where no space parts them (Manning et al. 2008, 2.2.1). Text that is
    `asked` for gives a single character only where it stands alone: 茶 finds 茶馆, but 茶馆 is not looked for in
    pieces, which would make every text with one common character a match.
    """
    folded = unicodedata.normalize("NFKD", clean_text(text).casefold())
    plain = unicodedata.normalize("NFC", "".join(c for c in folded if not _is_accent(c)))
    out: list[str] = []
    for piece in _PIECE.findall(plain):
        if _IS_UNSPACED.match(piece):
            pairs = [a + b for a, b in pairwise(piece)]
            out += pairs if asked and pairs else [*piece, *pairs]
        elif piece not in STOP_WORDS:
            out.append(piece)
    return out


def _is_accent(c: str) -> bool:
    # Kana voicing marks are combining characters too, but they make other letters, not accented ones.
    return unicodedata.category(c) == "Mn" and c not in "\u3099\u309a"
