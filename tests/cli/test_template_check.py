import json
import shutil
from pathlib import Path

import pytest

from promptrec.template.loader import list_templates

FAULTS = Path(__file__).parents[1] / "authoring" / "faults"


@pytest.mark.model
def test_an_error_is_told_with_its_line_and_fails(promptrec):
    done = promptrec("template", "check", FAULTS / "unknown-item-name.jinja")
    assert done.returncode == 1 and "unknown-item-name.jinja:28: item.titel" in done.stdout
    assert done.stdout.endswith("1 templates: 1 errors, 0 warnings\n")


@pytest.mark.model
def test_a_warning_does_not_fail_and_json_has_all_of_it(promptrec):
    done = promptrec("template", "check", FAULTS / "unused-field.jinja", "--json")
    (found,) = json.loads(done.stdout)
    assert done.returncode == 0 and (found["rule"], found["severity"], found["line"]) == ("unused-field", "warning", 6)


@pytest.mark.model
def test_names_and_folders_can_be_checked_together(promptrec, tmp_path):
    (tmp_path / "_part.jinja").write_text("a part has no header")
    (tmp_path / "mine.jinja").write_text("no header either")
    done = promptrec("template", "check", "films/en/yes-no", tmp_path)
    assert done.returncode == 1 and "mine.jinja:1:" in done.stdout and "_part" not in done.stdout
    assert "2 templates: 1 errors, 0 warnings" in done.stdout


@pytest.mark.model
def test_all_shipped_ones_are_checked_when_nothing_is_named_and_none_raises_a_false_alarm(promptrec):
    done = promptrec("template", "check")
    assert done.stdout == f"{len(list_templates())} templates: 0 errors, 0 warnings\n" and done.returncode == 0


@pytest.mark.model
def test_a_catalogue_of_ones_own_is_looked_into(promptrec, catalog_file):
    done = promptrec("template", "check", "films/en/yes-no", "--catalog", catalog_file)
    assert done.returncode == 0 and "its columns are plot" in done.stdout


@pytest.mark.model
def test_an_unknown_name_and_an_empty_folder_are_mistakes_of_the_user(promptrec, tmp_path, smollm2):
    assert "unknown template" in promptrec("template", "check", "nothing").stderr
    assert "no template in this folder" in promptrec("template", "check", tmp_path).stderr


@pytest.mark.model
def test_a_name_in_another_folder_is_told_which(promptrec, tmp_path, smollm2):
    pack = tmp_path / "mine/tea/en"
    pack.mkdir(parents=True)
    (pack / "yes-no.jinja").write_text("x")
    for name in ("tea/en", "tea/en/yes-no"):
        assert "it is in mine: add --templates mine" in promptrec("template", "check", name).stderr
    shutil.copytree(tmp_path / "mine", tmp_path / "before")
    both = "it is in before, mine: add --templates before or --templates mine"
    assert both in promptrec("template", "show", "tea/en/yes-no").stderr
    assert "`promptrec template list --templates FOLDER` lists" in promptrec("template", "show", "coffee/en").stderr


@pytest.mark.model
def test_a_fault_of_a_pack_is_said_once_for_all_its_templates(promptrec, tmp_path):
    for name in ("yes-no", "graded"):
        (tmp_path / f"{name}.jinja").write_text(f"---\nkind: {name}\nabout: x\ntruncate: [item.title]\n---\nx")
    (tmp_path / "pack.yaml").write_bytes(b"domain: caf\xe9")
    done = promptrec("template", "check", tmp_path)
    assert done.stdout.count("pack.yaml:1: the file is not in UTF-8") == 1
    assert done.stdout.endswith("2 templates: 1 errors, 0 warnings\n")


@pytest.mark.model
def test_a_folder_with_misnamed_files_alone_is_told_their_names(promptrec, tmp_path, smollm2):
    (tmp_path / "yes-no.jinja.txt").write_text("x")
    assert "call it yes-no.jinja" in promptrec("template", "check", tmp_path).stderr


@pytest.mark.model
def test_what_a_stranger_wrote_is_checked_in_a_process_of_its_own(promptrec, tmp_path, smollm2):
    (tmp_path / "mine.jinja").write_text(
        "---\nkind: yes-no\ndomain: x\nlanguage: en\nabout: x\ntruncate: [item.title]\n---\n{{ item.__class__ }}\n"
    )
    done = promptrec("template", "check", tmp_path / "mine.jinja", "--untrusted")
    assert done.returncode == 1 and "mine.jinja:8:" in done.stdout, done.stdout + done.stderr
