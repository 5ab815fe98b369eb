"""Values of cells, as catalogues write them."""

from math import inf, isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.intent import cells

AMOUNTS = {
    "17,5 €": (17.5, 17.5),
    "1.299,00": (1299, 1299),
    "1,299.50": (1299.5, 1299.5),
    "1'299.00": (1299, 1299),
    "1 299": (1299, 1299),
    "$1,299": (1299, 1299),
    "1,299,000": (1299000, 1299000),
    "0,99": (0.99, 0.99),
    "0.999": (0.999, 0.999),
    "12345.678": (12345.678, 12345.678),
    "1e3": (1000, 1000),
    "-5": (-5, -5),
    "12–18 €": (12, 18),
    "£5-£10": (5, 10),
    "18 to 12": (12, 18),
    "45元起": (45, inf),
    "from 12 €": (12, inf),
    "12+": (12, inf),
    "8 and up": (8, inf),
    "≥ 4": (4, inf),
    "under $10": (0, 10),
    "up to 20": (0, 20),
    "50以下": (0, 50),
    "20€/night": (20, 20),
    "人均: 85元": (85, 85),
    "1.5万": (15000, 15000),
    "10-20k": (10000, 20000),
    "free": (0, 0),
    "Free entry!": (0, 0),
    "免费": (0, 0),
    "免费开放": (0, 0),
    "free shipping over 20": (20, 20),
}
NO_AMOUNT = ("", " ", "$$", "€", "-", "–", "NaN", "nan", "inf", "∞", "n/a", "?", "ask us", "½")
CURRENCIES = {
    ("17,5 €", "EUR"): (17.5, 17.5),
    ("17,5", "EUR"): (17.5, 17.5),
    ("$20", "EUR"): None,
    ("A$20", "USD"): None,
    ("$20", "AUD"): (20, 20),
    ("¥ 1200", "JPY"): (1200, 1200),
    ("¥ 1200", "CNY"): (1200, 1200),
    ("¥ 1200", "EUR"): None,
    ("€20/£18", "GBP"): (18, 18),
    ("USD 20 (EUR 18)", "EUR"): (18, 18),
    ("45元起", "CNY"): (45, inf),
    ("free", "EUR"): (0, 0),
    ("Europe 20", "USD"): (20, 20),
}
LENGTHS = {
    "1h 45": 105,
    "1h45": 105,
    "1 hour 45": 105,
    "1 hr. 45 min.": 105,
    "105 min": 105,
    "105": 105,
    "PT1H45M": 105,
    "P1DT2H": 1560,
    "1:45:00": 105,
    "1:45": 105,
    "1,5 h": 90,
    "30'": 30,
    "1小时45分钟": 105,
    "约2小时": 120,
    "2 days": 2880,
    "90-120 min": (90, 120),
    "2-3 hours": (120, 180),
    "3-4小时": (180, 240),
    "3小时 - 4小时": (180, 240),
    "1h30-2h": (90, 120),
    "2+ hours": (120, inf),
    "over 2 hours": (120, inf),
    "30 min or less": (0, 30),
}
NO_LENGTH = ("", "-", "P", "PT", "full day", "半天", "2 seasons", "3 months", "long", "NaN")
YEARS = {
    "1994": 1994,
    "1994-05-01": 1994,
    "1994-05-01T10:00:00": 1994,
    "19940501": 1994,
    "01/05/1994": 1994,
    "2024年5月": 2024,
    "c. 1850": 1850,
    "850": 850,
    "2011-12": 2011,
    "1990s": (1990, 1999),
    "the '90s": (1990, 1999),
    "90年代": (1990, 1999),
    "1990年代": (1990, 1999),
    "1980s-1990s": (1980, 1999),
    "1990-1999": (1990, 1999),
    "1994-95": (1994, 1995),
    "1994–": (1994, inf),
    "since 1994": (1994, inf),
    "before 1950": (-inf, 1950),
}
NO_YEAR = ("", "NV", "44 BC", "new", "10年代", "5", "123456")
RATINGS = {
    "8.1/10": (8.1, 10),
    "4 of 5": (4, 5),
    "4 out of 5": (4, 5),
    "85%": (85, 100),
    "4.5 stars": (4.5, 5),
    "★★★★☆": (4, 5),
    "8.125": (8.125, None),
    "7,5": (7.5, None),
    "9分": (9, None),
    "4.5 (1,200 reviews)": (4.5, None),
}
NO_RATING = ("", "PG-13", "R", "1,200 votes", "7/0", "12/5", "good")
HOURS = {
    "10:00-22:00": ((600, 1320),),
    "10am – 10pm": ((600, 1320),),
    "9-5": ((540, 1020),),
    "9h-18h": ((540, 1080),),
    "09.00-18.00": ((540, 1080),),
    "18:00-02:00": ((1080, 1560),),
    "11:30-14:00, 17:30-22:00": ((690, 840), (1050, 1320)),
    "周一至周日 10:00-21:00": ((600, 1260),),
    "24 hours": ((0, 1440),),
    "全天": ((0, 1440),),
    "closed": (),
    "2016-2017": (),
    "": (),
}


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


@pytest.mark.parametrize("text", AMOUNTS)
def test_amounts_are_read_with_their_marks_and_ranges(text):
    assert cells.interval(text) == AMOUNTS[text]


@pytest.mark.parametrize("text", NO_AMOUNT)
def test_a_text_without_a_number_has_no_amount(text):
    assert cells.interval(text) is None


@pytest.mark.parametrize(("text", "currency"), CURRENCIES)
def test_another_currency_than_the_wanted_one_has_no_amount(text, currency):
    assert cells.amount(text, currency) == CURRENCIES[text, currency]


@pytest.mark.parametrize("text", LENGTHS)
def test_lengths_of_time_are_in_minutes(text):
    assert cells.minutes(text) == pytest.approx(pair(LENGTHS[text]))


@pytest.mark.parametrize("text", NO_LENGTH)
def test_a_text_that_is_no_length_of_time_has_none(text):
    assert cells.minutes(text) is None


def test_a_clock_may_be_of_minutes_and_seconds():
    assert cells.minutes("3:45", clock=1) == (3.75, 3.75)
    assert cells.minutes("1:02:30", clock=1) == (62.5, 62.5)


@pytest.mark.parametrize("text", YEARS)
def test_years_are_read_from_dates_decades_and_ranges(text):
    assert cells.years(text) == pair(YEARS[text])


@pytest.mark.parametrize("text", NO_YEAR)
def test_a_text_without_a_year_has_none(text):
    assert cells.years(text) is None


@pytest.mark.parametrize("text", RATINGS)
def test_ratings_have_the_top_of_their_scale_where_it_is_said(text):
    assert cells.rating(text) == RATINGS[text]


@pytest.mark.parametrize("text", NO_RATING)
def test_a_text_that_is_no_rating_has_none(text):
    assert cells.rating(text) is None


@pytest.mark.parametrize("text", HOURS)
def test_opening_hours_are_read_past_midnight_and_twice_a_day(text):
    assert cells.hours(text) == HOURS[text]


def test_words_are_those_of_a_text_a_list_or_a_number():
    assert cells.words("A B") == ("a b",)
    assert cells.words(("A", "B")) == ("a", "b")
    assert cells.words(3) == ("3",)


@given(st.integers(0, 999_999), st.integers(0, 99))
def test_the_same_amount_is_read_in_every_way_of_writing_it(whole, hundredths):
    value = whole + hundredths / 100
    english, german = f"{whole:,}.{hundredths:02}", f"{whole:,}".replace(",", ".") + f",{hundredths:02}"
    swiss = f"CHF {english.replace(',', chr(39))}"
    for text in (english, german, swiss, f"{german} €", f"${english}", f"{whole}.{hundredths:02}"):
        assert cells.interval(text) == pytest.approx((value, value)), text


@given(st.text(max_size=60) | st.text("0123456789.,-–:hHmMPTs €$¥元起岁+/ %★to", max_size=30))
def test_any_text_is_read_or_has_no_value(text):
    for read in (cells.interval, cells.minutes, cells.years):
        found = read(text)
        assert found is None or (found[0] <= found[1] and not any(map(isnan, found)))
    for start, end in cells.hours(text):
        assert 0 <= start < end
    rated = cells.rating(text)
    assert rated is None or rated[0] >= 0
    assert cells.amount(text, "EUR") in (None, cells.interval(text)) or cells.names_currency(text)


def test_prose_is_no_value():
    assert cells.values("1" * 5000) == ()
    assert cells.values(("12", "1" * 5000)) == ("12",)
