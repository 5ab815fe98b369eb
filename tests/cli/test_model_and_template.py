import json
import re
import shutil

import pytest

from promptrec.template.loader import shipped_folder


def test_models_are_listed_with_licences_before_any_is_added(promptrec, tmp_path):
    known = json.loads(promptrec("model", "list", "--json", PROMPTREC_HOME=str(tmp_path / "new home")).stdout)
    facts = {model["name"]: model for model in known}
    assert facts["smollm2-135m"]["licence"] == "Apache-2.0" and facts["smollm2-135m"]["added"] == "no"
    assert facts["gemma3-270m"]["licence"] == "Gemma Terms of Use"
    assert "Apache-2.0" in promptrec("model", "list").stdout


def test_terms_of_use_must_be_accepted(promptrec, tmp_path):
    done = promptrec("model", "add", "gemma3-270m", PROMPTREC_HOME=str(tmp_path / "home"))
    assert done.returncode == 2 and "--accept-terms" in done.stderr and "terms" in done.stderr


@pytest.mark.model
def test_info_and_a_folder_under_another_name(promptrec, smollm2, tmp_path):
    home = {"PROMPTREC_HOME": str(tmp_path / "home")}
    added = promptrec("model", "add", smollm2.folder, "--name", "mine", **home)
    assert added.returncode == 0 and "mine is ready (135M parameters" in added.stdout
    told = json.loads(promptrec("model", "info", "mine", "--json", **home).stdout)
    assert told["folder"] == str(smollm2.folder) and told["parameters"] == "135M"
    assert promptrec("model", "info", "nobody", **home).returncode == 2


def test_a_source_that_looks_like_markup_is_listed_as_it_is(promptrec, smollm2, tmp_path):
    record = tmp_path / "home" / "models" / "mine" / "promptrec.json"
    record.parent.mkdir(parents=True)
    facts = {"name": "mine", "path": str(smollm2.folder), "licence": "[/b]", "source": "[/]"}
    record.write_text(json.dumps(facts))
    done = promptrec("model", "list", PROMPTREC_HOME=str(tmp_path / "home"))
    assert done.returncode == 0 and "[/]" in done.stdout and "[/b]" in done.stdout


def test_a_folder_without_a_tokenizer_is_refused(promptrec, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    done = promptrec("recommend", "--catalog", "bundled:films", "-p", "x", "--model", folder)
    assert done.returncode == 2 and "tokenizer.json" in done.stderr


@pytest.mark.slow
def test_templates_are_listed_for_every_kind_domain_and_language(promptrec):
    known = json.loads(promptrec("template", "list", "--json").stdout)
    assert {(t["domain"], t["language"], t["kind"]) for t in known} >= {
        (domain, language, kind)
        for domain in ("films", "books", "music")
        for language in ("en", "zh")
        for kind in ("query-likelihood", "item-pmi", "yes-no", "graded", "listwise-labels", "listwise-text")
    }
    listed = promptrec("template", "list").stdout
    assert all(template["name"] in listed for template in known), "names are never cut, or nobody could copy them"


@pytest.mark.slow
def test_a_broken_template_is_named_and_the_others_are_listed(promptrec, tmp_path):
    (tmp_path / "mine" / "en" / "dir.jinja").mkdir(parents=True)
    (tmp_path / "mine" / "en" / "yes-no.jinja").write_text("{{ no header")
    shutil.copytree(shipped_folder() / "films" / "en", tmp_path / "mine" / "pack")
    (tmp_path / "mine" / "pack" / "pack.yaml").write_text("a: [")
    for words in ((), ("--json",)):
        done = promptrec("template", "list", "--templates", "mine", *words)
        assert done.returncode == 2 and "films/en/yes-no" in done.stdout
        for said in (
            r"dir\.jinja: cannot be read",
            r"yes-no\.jinja:1: a template starts",
            r"pack\.yaml:\d: the header",
        ):
            assert len(re.findall(f"^promptrec: error: mine/.*{said}", done.stderr, re.MULTILINE)) == 1
        assert len(done.stderr.splitlines()) == 3


@pytest.mark.model
@pytest.mark.parametrize("name", ["films/en/yes-no", "general/zh/query-likelihood", "books/en/listwise-text"])
def test_show_prints_the_exact_prompt_and_its_tokens(promptrec, name):
    told = json.loads(promptrec("template", "show", name, "--json", "-p", "quiet gardens 花园").stdout)
    assert "quiet gardens 花园" in told["context"] + told["reply"]
    assert len(told["ids"]) == len(told["tokens"]) > 10
    done = promptrec("template", "show", name)
    assert done.returncode == 0 and told["sha256"][:12] in done.stdout
    assert ("scored text" if name.endswith("likelihood") else "cue") in done.stdout


@pytest.mark.slow
def test_a_template_of_ones_own_and_its_mistakes(promptrec, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "bad.jinja").write_text("---\nkind: yes-no\n---\n")
    done = promptrec("template", "list", "--templates", folder)
    assert done.returncode == 2 and "bad.jinja" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.model
@pytest.mark.parametrize(("language", "words"), [("en", "I am 40 years old. I liked"), ("zh", "我今年40岁。我喜欢")])
def test_a_profile_template_is_shown_with_a_sample_person(promptrec, language, words):
    assert (
        words in json.loads(promptrec("template", "show", f"profiles/{language}/profile", "--json").stdout)["context"]
    )


def test_info_and_add_take_every_name_that_is_listed(promptrec, smollm2, tmp_path):
    home = {"PROMPTREC_HOME": str(tmp_path / "home")}
    promptrec("model", "add", smollm2.folder, "--name", "my-own", **home)
    listed = [row["name"] for row in json.loads(promptrec("model", "list", "--json", **home).stdout)]
    assert {"my-own", "smollm2-135m", "minilm"} <= set(listed)
    for name in listed:
        facts = json.loads(promptrec("model", "info", name, "--json", **home).stdout)
        assert facts["name"] == name and facts["added"] == ("yes" if name == "my-own" else "no")
    again = promptrec("model", "add", "my-own", **home)
    assert again.returncode == 0 and "my-own is ready" in again.stdout, again.stderr
