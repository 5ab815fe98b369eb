"""Supported languages, and their codes by any language tag."""

import re
from collections.abc import Mapping

from promptrec.errors import InputError

LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "Chinese"}
# BCP 47 ("zh-Hans-CN"), with the underscores and the encoding of POSIX ("en_GB.UTF-8", "zh_CN@pinyin").
_TAG = re.compile(r"([a-z]{2,3})([-_][a-z0-9]{1,8})*(\.[\w-]+)?(@\w+)?", re.ASCII | re.IGNORECASE)


def language_code(tag: str) -> str:
    """Code of a language by any of its tags: "zh" for "zh-CN", "zh_Hans" and "cmn", "en" for "EN" and "eng".

    >>> language_code("zh-CN")
    'zh'

    Raises:
        InputError: an unsupported language, or not a tag; the message lists the supported ones.
    """
    found = _TAG.fullmatch(tag.strip())
    code = found[1].lower() if found else ""
    if code not in LANGUAGES:
        from babel.core import get_global  # reads a file that most tags do not need

        code = get_global("language_aliases").get(code, code)
    if code not in LANGUAGES:
        known = " or ".join(f"{code!r} ({name})" for code, name in LANGUAGES.items())
        raise InputError("unknown-language", tag=tag, known=known)
    return code
