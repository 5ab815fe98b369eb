from .base import AnswerFormat as AnswerFormat
from .base import Parsed as Parsed
from .base import ParseReport as ParseReport
from .base import literal as literal
from .registry import ANSWERS as ANSWERS
from .registry import answer_format as answer_format
