"""Dataset folders as people have them: read right, or refused with the true reason and a remedy for a folder."""

import codecs
import json

import pytest

from promptrec.errors import InputError
from promptrec.evaluate.datasets.folder import load_dataset

FILES = {
    "catalog.csv": "item_id,title,description\n1,Slow Rain,A widower cooks.\n2,Fast Money,A bank.\n5,Red Sky,Mars.\n",
    "queries.csv": "query_id,preferences,history\nanna,food and families,\nbo,crime,Red Sky\n",
    "qrels.txt": "anna 0 1 1\nbo 0 2 1\n",
}
SHOWN = {"query_id": "anna", "candidates": ["1", "2"]}, {"query_id": "bo", "candidates": ["2", "1"]}


def jsonl(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def with_mark(text):
    return codecs.BOM_UTF8 + text.encode()


def powershell(text):
    return codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le")


def write(folder, changes):
    for name, text in (FILES | changes).items():
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


PLAIN = {
    "catalogue": ["1", "2", "5"],
    "queries": ["anna", "bo"],
    "relevance": {"anna": {"1": 1}, "bo": {"2": 1}},
    "candidates": [],
    "language": "en",
    "training": None,
}
NUMBERS_IN_JSON = {
    "catalog.csv": None,
    "catalog.jsonl": jsonl({"id": 1, "title": "Slow Rain"}, {"id": 2.0, "title": "B"}, {"id": "5", "title": "Red Sky"}),
    "queries.csv": None,
    "queries.jsonl": jsonl({"query_id": 7, "preferences": "x", "history": [5]}, {"query_id": 8.0, "preferences": "y"}),
    "qrels.txt": "7 0 1 1\n8 0 2 1\n",
    "candidates.jsonl": jsonl({"query_id": 7, "candidates": [1, 2.0]}, {"query_id": "8", "candidates": ["1", 2]}),
}
WHOLE = {
    "all with the mark of Notepad": ({name: with_mark(text) for name, text in FILES.items()}, {}),
    "all as PowerShell writes": ({name: powershell(text) for name, text in FILES.items()}, {}),
    "a description with a mark": ({"dataset.toml": with_mark('language = "zh"\n')}, {"language": "zh"}),
    "a description of PowerShell": ({"dataset.toml": powershell('language = "zh"\n')}, {"language": "zh"}),
    "an empty description": ({"dataset.toml": ""}, {}),
    "a description of remarks": ({"dataset.toml": "# to be written\n"}, {}),
    "Chinese by region": ({"dataset.toml": 'language = "zh-CN"\n'}, {"language": "zh"}),
    "Chinese by script": ({"dataset.toml": 'language = "zh_Hant_TW"\n'}, {"language": "zh"}),
    "English as POSIX has it": ({"dataset.toml": 'language = "en_GB.UTF-8"\n'}, {"language": "en"}),
    "English in capitals": ({"dataset.toml": 'language = "EN"\n'}, {"language": "en"}),
    "IDs as numbers of JSON": (
        NUMBERS_IN_JSON,
        {"queries": ["7", "8"], "relevance": {"7": {"1": 1}, "8": {"2": 1}}, "candidates": [["1", "2"], ["1", "2"]]},
    ),
    "IDs in full-width digits": ({"qrels.txt": "anna 0 １ 1\nbo 0 2 1\n"}, {}),
    "IDs with an entity": (
        {"catalog.csv": "id,title\na&amp;b,T\n5,R\n", "qrels.txt": "anna 0 a&amp;b 1\n"},
        {"catalogue": ["a&b", "5"], "relevance": {"anna": {"a&b": 1}}},
    ),
    "grades as pandas writes them": ({"qrels.txt": "anna 0 1 1.0\nbo 0 2 1.0\n"}, {}),
    "judgements by tabs": ({"qrels.txt": "anna\t0\t1\t1\r\nbo\tQ0\t2\t1\r\n"}, {}),
    "interactions with blanks about IDs": (
        {"interactions.csv": "user_id,item_id\nu, 1 \n v ,2\n"},
        {"training": ["1", "2"]},
    ),
    "interactions, the first row short": (
        {"interactions.csv": "user_id,item_id,rating\nu,1\nv,2,4\n"},
        {"training": ["1", "2"]},
    ),
    "interactions with answers among them": (
        {"interactions.csv": "user_id,item_id\nanna,1\nanna,5\nBO,2\nu,2\n"},
        {"training": ["5", "2"], "remarks": ["ANSWERS IN THE TRAINING DATA: 2 interactions of 2 people"]},
    ),
    "interactions of items that are gone": (
        {"interactions.csv": "user_id,item_id\nu,1\nu,9\nv,8\n"},
        {"training": ["1", "9", "8"], "remarks": ["Interactions of items that are not in the catalogue: 2 of 3"]},
    ),
    "interactions with a column of their own": (
        {"interactions.csv": "user_id,item_id,overall\nu,1,5\n"},
        {"training": ["1"], "remarks": ["Columns of the interactions that are passed over: overall."]},
    ),
    "candidates without the answer for one": (
        {"candidates.jsonl": jsonl(SHOWN[0], {"query_id": "bo", "candidates": ["1"]})},
        {"candidates": [["1", "2"], ["1"]], "remarks": ["Nothing right among the candidates of 1 of 2 judged queries"]},
    ),
    "an answer in the history, shown": (
        {
            "candidates.jsonl": jsonl(*SHOWN),
            "queries.csv": FILES["queries.csv"].replace("Red Sky", "Fast Money|Red Sky"),
        },
        {"candidates": [["1", "2"], ["2", "1"]], "remarks": ["ANSWERS IN THE QUESTIONS: 1 of 2 queries"]},
    ),
    "an answer in the words": (
        {"queries.csv": FILES["queries.csv"].replace("crime", "like Fast Money")},
        {"remarks": ["ANSWERS IN THE QUESTIONS: 1 of 2 queries"]},
    ),
    "words with lost apostrophes": (
        {"queries.csv": FILES["queries.csv"].replace("crime", "I don\ufffd\ufffd\ufffdt care")},
        {},
    ),
    "words with mojibake": ({"queries.csv": FILES["queries.csv"].replace("crime", "I donâ€™t mind cafÃ©s")}, {}),
    "words that lost a letter": (
        {"queries.csv": FILES["queries.csv"].replace("crime", "a caf\ufffd")},
        {"remarks": ["Damaged text: characters were lost (U+FFFD) in 1 query (the first: 'bo')"]},
    ),
    "titles that lost a letter": (
        {"catalog.csv": FILES["catalog.csv"].replace("Slow", "Sl\ufffdw")},
        {"remarks": ["Damaged text: characters were lost (U+FFFD) in 1 item (the first: '1')"]},
    ),
}


@pytest.mark.parametrize("case", WHOLE)
def test_it_is_read_right_and_what_is_doubtful_is_said(tmp_path, case):
    changes, expected = WHOLE[case]
    data = load_dataset(write(tmp_path, changes))
    found = {
        "catalogue": [item.item_id for item in data.catalog],
        "queries": [query.query_id for query in data.queries],
        "relevance": data.relevance,
        "candidates": [[item.item_id for item in request.candidates] for request in data.requests],
        "language": data.language,
        "training": data.training and list(data.training.frame["item_id"]),
    }
    needs_ranking = PLAIN | expected
    begins = needs_ranking.pop("remarks", [])
    assert found == needs_ranking
    assert [said[: len(begin)] for said, begin in zip(data.remarks, begins, strict=True)] == begins
    assert all("  " not in query.preferences for query in data.queries)


REFUSED = {
    "interactions of Amazon": (
        {"interactions.csv": "user_id,parent_asin,rating,timestamp\nu,1,5,1\n"},
        "interactions.csv: no item_id column; .*timestamp. Rename one item_id$",
    ),
    "interactions without people": ({"interactions.csv": "reviewer,item_id\nu,1\n"}, "Rename one user_id$"),
    "a catalogue without titles": ({"catalog.csv": "item_id,label\n1,A\n"}, "no title column; .* Rename one title$"),
    "interactions of pandas": (
        {"interactions.csv": "user_id,item_id\nu,1.0\nv,2.0\n"},
        r"interactions.csv: no row is of an item .* they have .1\.0., the catalogue .1. \(a number is written",
    ),
    "interactions with zeros before": (
        {"interactions.csv": "user_id,item_id\nu,001\n"},
        "they have '001', the catalogue '1'",
    ),
    "interactions by title": (
        {"interactions.csv": "user_id,item_id\nu,Slow Rain\n"},
        "they have titles in place of IDs: write '1' for 'Slow Rain'",
    ),
    "interactions of another set": (
        {"interactions.csv": "user_id,item_id\nu,tt01\n"},
        "they have 'tt01', the catalogue '1'",
    ),
    "interactions without rows": ({"interactions.csv": "user_id,item_id\n"}, "interactions.csv: the file has no rows"),
    "judgements of pandas": ({"qrels.txt": "anna 0 1.0 1\n"}, "qrels.txt:1: the item '1.0' .* it seems to be '1'"),
    "judgements of other people": (
        {"qrels.txt": "Anna 0 1 1\n"},
        "qrels.txt:1: the query 'Anna' .* it seems to be 'anna'",
    ),
    "judgements with a header": (
        {"qrels.txt": "query-id\tcorpus-id\tscore\nanna\t1\t1\n"},
        "qrels.txt:1: .*if this line has the names of the columns, remove it",
    ),
    "histories of pandas": (
        {"queries.csv": "query_id,preferences,history\nanna,x,5.0\nbo,y,1.0|5.0\n"},
        "no entry of a history is of an item of the catalogue: they have '5.0', the catalogue '5'",
    ),
    "candidates of another set": (
        {"candidates.jsonl": jsonl({"query_id": "anna", "candidates": ["x1"]})},
        "candidates.jsonl:1: the item 'x1' .* it seems to be '1'",
    ),
    "candidates as true and false": (
        {"candidates.jsonl": jsonl({"query_id": "anna", "candidates": [True]})},
        "candidates.jsonl:1: .*an ID is a text or a whole number, got True",
    ),
    "candidates that are never right": (
        {"candidates.jsonl": jsonl({"query_id": "anna", "candidates": ["2"]}, {"query_id": "bo", "candidates": ["1"]})},
        "no query has a relevant item among its candidates",
    ),
    "one ID as number and as text": (
        {"candidates.jsonl": jsonl({"query_id": "anna", "candidates": ["1", 1]})},
        "the item '1' occurs twice",
    ),
    "French": ({"dataset.toml": 'language = "fr"\n'}, r"dataset.toml: language 'fr': write 'en' \(English\) or 'zh'"),
    "a language by its name": ({"dataset.toml": 'language = "中文"\n'}, "dataset.toml: language '中文': write 'en'"),
    "text without quotes": (
        {"dataset.toml": "name = mine\n"},
        "dataset.toml:1: not readable as TOML.*text stands in quotes",
    ),
    "a path of Windows": ({"dataset.toml": 'source = "C:\\Users"\n'}, "dataset.toml:1: .*take single quotes"),
    "a key twice": (
        {"dataset.toml": 'domain = "a"\n\ndomain = "b"\n'},
        "dataset.toml:3: .*'domain' stands there twice",
    ),
    "words that are a picture": (
        {"queries.csv": b"query_id,preferences\nanna," + ("\x00\x01\ufffd" * 9).encode() + b"JFIF\n"},
        r"queries.csv:2: \d+% of the text is damaged characters",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_the_true_reason_and_nothing_that_a_folder_cannot_do(tmp_path, case):
    changes, said = REFUSED[case]
    with pytest.raises(InputError, match=said) as refused:
        load_dataset(write(tmp_path, changes))
    message = str(refused.value)
    assert "\n" not in message and "columns=" not in message and "--columns" not in message
