import re
import sys
import xml.etree.ElementTree as ET

import pytest

from promptrec.errors import MissingExtra
from promptrec.evaluate.report.charts import BASELINE, INK, OURS, SECOND, figure


def _dots(axes):
    axes.plot([1, 2], [1, 2], "o", color=OURS)
    axes.set_xlabel("电影 <b>")


def test_a_picture_is_the_same_bytes_every_time():
    assert figure(_dots, 2, "two dots") == figure(_dots, 2, "two dots")


def test_what_it_shows_can_be_read_out_and_is_escaped():
    drawn = figure(_dots, 2, 'a "b" <script>')
    said = "a &quot;b&quot; &lt;script&gt;"
    assert f"<figcaption>{said}</figcaption>" in drawn and f'role="img" aria-label="{said}"' in drawn
    assert "<script" not in drawn and "<b>" not in drawn


def test_it_is_well_formed_and_its_letters_stay_letters():
    picture = ET.fromstring(figure(_dots, 2, "dots"))  # noqa: S314 - our own
    texts = [element.text for element in picture.iter() if element.tag.endswith("text")]
    assert "电影 <b>" in texts


def test_it_takes_the_colours_of_the_page():
    drawn = figure(_dots, 2, "dots")
    assert "var(--ours)" in drawn and "currentColor" in drawn
    assert not any(stands in drawn for stands in (INK, OURS, BASELINE, SECOND))


def test_nothing_tells_when_or_with_what_it_was_drawn_and_no_group_has_a_name():
    drawn = figure(_dots, 2, "dots")
    assert "<metadata" not in drawn and "<!--" not in drawn and not re.search(r'<g id="', drawn)


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match=r"promptrec\[evaluate\]"):
        figure(_dots, 2, "dots")
