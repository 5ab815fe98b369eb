import pytest

from promptrec.data.languages import language_code
from promptrec.errors import InputError


@pytest.mark.parametrize(
    ("code", "tags"),
    [
        ("zh", "zh ZH zh-CN zh_CN zh-Hans zh-Hant-TW zh-Hans-CN zh_CN.UTF-8 zh_CN@pinyin cmn-Hans-CN zho chi zh-yue"),
        ("en", "en EN en-US en_GB en_GB.UTF-8 en-us eng en-US-u-hc-h12 en-Latn-US"),
    ],
)
def test_every_tag_of_a_language_is_its_code(code, tags):
    assert {language_code(tag) for tag in (*tags.split(), f" {code} ")} == {code}


@pytest.mark.parametrize(
    "tag",
    ["fr", "de-DE", "ja", "yue", "english", "Chinese", "中文", "", " ", "en/zh", "en-", "zh--CN", "C", "xx", "und"],
)
def test_every_other_tag_is_refused_with_the_known_ones(tag):
    with pytest.raises(InputError, match=r"language '.*': write 'en' \(English\) or 'zh' \(Chinese\)"):
        language_code(tag)
