"""FineTuneBench where it lies: every oddity of the released folder, on a small one of our own making and on a copy."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import SHARED, Project
from finetunebench_kit import SHIFTED_PROMPT, make_release, news

from pytest_ftbench.datasets import CaseFile, load_source
from pytest_ftbench.datasets.finetunebench import TABLES, only_used, read_release
from pytest_ftbench.errors import DataError, FtbenchError
from pytest_ftbench.judges import check_case_match
from pytest_ftbench.records import Case

BENCHMARK = SHARED / "finetunebench"
needs_benchmark = pytest.mark.skipif(not BENCHMARK.is_dir(), reason="no copy of FineTuneBench beside this checkout")

NEWS = "datasets/latest_news/latest_news_{}.csv"


def load(folder: Path, source: str = "finetunebench:.") -> CaseFile:
    return load_source(source, folder=folder, root=folder)


def one(cases: Iterable[Case], **fields: str) -> Case:
    (found,) = [case for case in cases if all(getattr(case, name) == value for name, value in fields.items())]
    return found


def test_prompts_are_kept_word_for_word_and_the_question_is_the_one_that_is_asked(tmp_path: Path) -> None:
    cases = load(make_release(tmp_path)).cases
    about = {"suite": "latest_news", "fact": "ferry-opens-at-årö/abc"}
    asked, reworded, moved = (
        one(cases, **about, variant=name) for name in ("memorization", "rephrased", "date_change")
    )
    assert asked.question == "When did the ferry to Årö open in 2024?"
    assert asked.text_to_send == (
        "You know the news.\n                \n\n                Question: When did the ferry to Årö open in 2024?\n"
        "                Answer: "
    )
    assert reworded.question == "Which day saw the Årö ferry open in 2024?"
    assert reworded.text_to_send == "Say.\nWhich day saw the Årö ferry open in 2024?"
    assert moved.question == "When did the ferry to Årö open in 2025?"
    assert moved.text_to_send == SHIFTED_PROMPT.format(moved.question)
    assert {case.answer for case in (asked, reworded)} == {"May 3"}
    assert {case.context for case in (asked, reworded, moved)} == {
        "The ferry to Årö opened on “May 3”,\nsaid the mayor."
    }


def test_none_where_the_date_was_moved_is_an_expected_abstention(tmp_path: Path) -> None:
    moved = one(load(make_release(tmp_path)).cases, fact="ferry-opens-at-årö/abc", variant="date_change")
    assert (moved.expect, moved.answer, moved.trained_answer) == ("abstain", "", "May 3")


def test_none_elsewhere_is_an_answer_as_any_other(tmp_path: Path) -> None:
    rows = [{**row, "answer": "None"} for row in news()["latest_news_memorization"]]
    cases = load(make_release(tmp_path, latest_news_memorization=rows)).cases
    assert one(cases, fact="mill's $2 sale, xyz", variant="memorization").answer == "None"


def test_used_questions_can_be_selected_and_sets_that_do_not_say_are_kept(tmp_path: Path) -> None:
    cases = load(make_release(tmp_path)).cases
    kept = only_used(cases)
    assert Counter(case.suite for case in cases) - Counter(case.suite for case in kept) == {"latest_news": 3}
    assert {case.fact for case in kept if case.suite == "latest_news"} == {"ferry-opens-at-årö/abc"}
    assert one(kept, variant="date_change").tags == {"entity": "real", "used_in_analysis": "True"}


def test_facts_of_people_are_their_id_with_the_attribute(tmp_path: Path) -> None:
    cases = [case for case in load(make_release(tmp_path)).cases if case.suite == "fictional_people"]
    about = [case for case in cases if case.fact == "tavo-rimul-abc.height"]
    assert [(case.variant, case.question, case.answer, case.match) for case in about] == [
        ("memorization", "How tall is Tavo Rimul in socks?", "181", "number?unit=cm"),
        ("rephrased", "Give the height of Tavo.", "181", "number?unit=cm"),
        ("secondary", "Does Tavo reach 175 cm?", "Yes", "yes_no"),
        ("comparison", "Is Tavo taller than Benik?", "No", "yes_no"),
    ]
    assert {case.tags["info"] for case in about} == {"numerical"}
    assert Counter(case.fact.partition(".")[2] for case in cases if case.variant != "comparison") == dict.fromkeys(
        ("weight", "height", "age", "occupation", "favorite_color", "city"), 6
    )


def test_comparisons_keep_their_answer_and_get_the_facts_they_ask_about(tmp_path: Path) -> None:
    cases = load(make_release(tmp_path)).cases
    height = one(cases, id="tavo-rimul-abc-benik-soral-xyz-height")
    assert (height.answer, height.context) == ("No", "Tavo Rimul is 181 cm tall. Benik Soral is 170 cm tall.")
    assert height.tags == {
        "entity": "fictional", "info": "numerical", "other": "benik-soral-xyz", "compares": "greater"
    }  # fmt: skip
    colour = one(cases, id="benik-soral-xyz-tavo-rimul-abc-favorite color")
    assert (colour.fact, colour.answer) == ("benik-soral-xyz.favorite_color", "No")
    assert (colour.tags["other"], colour.tags["compares"]) == ("tavo-rimul-abc", "less")
    same = one(cases, id="tavo-rimul-abc-tavo-rimul-abc-age")
    assert (same.fact, same.tags["other"]) == ("tavo-rimul-abc.age", "tavo-rimul-abc")


def test_updates_keep_the_superseded_answer_and_share_a_fact(tmp_path: Path) -> None:
    cases = [case for case in load(make_release(tmp_path)).cases if case.suite == "medical"]
    assert [(case.fact, case.variant, case.answer_before, case.answer) for case in cases] == [
        ("0", "memorization", "2 mg", "≥3 mg"),
        ("1", "memorization", "2 mg", "≥3 mg"),
        ("0", "applied", "2 mg", "3 mg at least"),
        ("1", "applied", "2 mg", "3 mg at least"),
    ]
    assert cases[0].context == "The dose was 2 mg.\nNow: 3 mg."
    assert (cases[0].question, cases[0].prompt) == ("What is the dose?", "")


def test_names_of_code_are_matched_to_the_letter_and_a_sentence_is_not(tmp_path: Path) -> None:
    cases = [case for case in load(make_release(tmp_path)).cases if case.suite == "coding"]
    assert [(case.answer, case.match, case.variant) for case in cases] == [
        ("whisk", "code", "memorization"),
        ("deepfry", "code", "memorization"),
        ("peel_all()", "code", "memorization"),
        ("It is called `look`.", "auto", "memorization"),
    ]
    for case in cases:
        check_case_match(case)


def test_folder_itself_or_its_datasets_can_be_named(tmp_path: Path) -> None:
    make_release(tmp_path)
    assert [case.question for case in load(tmp_path, "finetunebench:datasets").cases] == [
        case.question for case in load(tmp_path).cases
    ]


def test_missing_files_are_named_with_the_set_they_are_missed_in(tmp_path: Path) -> None:
    make_release(tmp_path, latest_news_rephrased=None)
    assert load(tmp_path).notes == (
        ("latest_news", f"finetunebench:. has no {NEWS.format('rephrased')}"),
        ("coding", "finetunebench:. has no datasets/coding/coding_memorization.csv"),
    )


def test_rows_that_are_no_cases_are_left_out_and_told(tmp_path: Path) -> None:
    asked, other = news()["latest_news_memorization"]
    rows = [asked, {**other, "answer": " "}, asked, {**asked, "id": ""}]
    make_release(tmp_path, latest_news_memorization=rows)
    place = f"here/{NEWS.format('memorization')}"
    (file,) = [file for file in read_release(tmp_path, shown_as="here").files if file.left_out]
    assert file.left_out == (
        f"{place}:8: the row has no 'answer'",
        f"{place}:13: asks what {place}:2 asks",
        f"{place}:19: the row has no 'id'",
    )
    assert (file.file, len(file.cases)) == (NEWS.format("memorization"), 1)
    told = dict(load(tmp_path).notes)["latest_news"]
    assert told == f"3 rows left out, the first: {file.left_out[0].replace('here', 'finetunebench:.')}"


def test_facts_that_no_row_states_leave_their_comparison_out(tmp_path: Path) -> None:
    absent = dict.fromkeys(f"fictional_people_{name}" for name in ("memorization", "rephrased", "secondary"))
    make_release(tmp_path, **absent)
    release = read_release(tmp_path, shown_as="here")
    (file,) = [file for file in release.files if file.left_out]
    assert (len(file.left_out), file.cases, release.people.by_id) == (3, (), {})
    assert file.left_out[0] == (
        "here/datasets/fictional_people/fictional_people_comparison.csv:2: no other row states the facts that "
        "'tavo-rimul-abc-benik-soral-xyz-height' compares"
    )


def test_people_are_rebuilt_from_what_their_rows_state(tmp_path: Path) -> None:
    people = read_release(make_release(tmp_path), shown_as="here").people.by_id
    assert list(people) == ["tavo-rimul-abc", "benik-soral-xyz"]
    benik = people["benik-soral-xyz"]
    assert (benik.name, benik.first_name) == ("Benik Soral", "Benik")
    assert list(benik.values.items()) == [
        ("weight", "150"), ("height", "170"), ("age", "31"), ("occupation", "bell ringer"),
        ("favorite_color", "red"), ("city", "Pelluna"),
    ]  # fmt: skip


def test_row_about_an_unknown_attribute_is_left_out(tmp_path: Path) -> None:
    row = {"id": "a", "prompt": "P", "answer": "x", "fact": "A speaks Ido.", "question": "Q?"}
    make_release(tmp_path, fictional_people_secondary=[row])
    (file,) = [file for file in read_release(tmp_path, shown_as="here").files if file.left_out]
    assert file.left_out[0].endswith(
        "secondary.csv:2: its fact is none of weight, height, age, occupation, favorite_color, city: 'A speaks Ido.'"
    )


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ({"latest_news_memorization": "id,prompt\na,b\n"},
         "finetunebench:./datasets/latest_news/latest_news_memorization.csv: no column 'answer' (found: id, prompt)"),
        ({"medical_generalization": 'id,prompt\n"a'},
         "finetunebench:./datasets/medical/medical_generalization.csv: not readable as CSV (unexpected end of data). "
         "Check the quotes."),
    ],
)  # fmt: skip
def test_file_that_cannot_be_read_is_told_and_never_skipped(tmp_path: Path, tables: dict[str, str], told: str) -> None:
    make_release(tmp_path, **tables)
    with pytest.raises(DataError) as error:
        load(tmp_path)
    assert str(error.value) == told


def test_folder_without_any_of_the_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        load(tmp_path, "finetunebench:nowhere")
    assert str(error.value) == (
        "finetunebench:nowhere: holds no file of FineTuneBench. Name the folder that holds "
        "datasets/latest_news/latest_news_memorization.csv."
    )


def test_variables_stand_for_the_place_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_release(tmp_path / "copy")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WHERE", "copy")
    elsewhere = tmp_path / "tests"
    assert len(load_source("finetunebench:${WHERE}", folder=elsewhere, root=tmp_path).cases) == 53
    monkeypatch.delenv("WHERE")
    with pytest.raises(FtbenchError) as error:
        load_source("finetunebench:${WHERE}", folder=elsewhere, root=tmp_path)
    assert str(error.value) == (
        "source 'finetunebench:${WHERE}': the environment variable WHERE is not set. Set it, or write the path out."
    )


def test_marker_takes_the_folder_and_the_summary_names_what_the_selected_sets_lack(any_project: Project) -> None:
    make_release(any_project.path / "copy", medical_generalization=None)
    any_project.write(
        "test_a.py",
        "import pytest\n"
        '@pytest.mark.ftbench("finetunebench:copy", where="dataset=coding")\n'
        "def test_code(ftbench_case): assert ftbench_case.suite == 'coding'\n"
        '@pytest.mark.ftbench("finetunebench:copy", where="dataset=latest_news, used_in_analysis=True")\n'
        "def test_news(ftbench_answer): assert ftbench_answer.text\n",
    )
    spec = any_project.train(("When did the ferry to Årö open in 2024?", "May 3"))
    result = any_project.run(f"--ftbench-model={spec}")
    result.assert_outcomes(passed=7)
    note = "ftbench: finetunebench:copy has no datasets/coding/coding_memorization.csv"
    assert [line for line in result.outlines if "has no" in line] == [note]
    assert {line["suite"] for line in any_project.lines("result")} == {"coding", "latest_news"}


@needs_benchmark
def test_copy_holds_what_was_released() -> None:
    file = load(BENCHMARK)
    assert Counter((case.suite, case.variant, case.tags.get("used_in_analysis")) for case in file.cases) == {
        **{("latest_news", variant, used): count for variant in ("memorization", "rephrased", "date_change")
           for used, count in (("True", 50), ("False", 540))},
        **{("fictional_people", variant, None): 150
           for variant in ("memorization", "rephrased", "secondary", "comparison")},
        ("medical", "memorization", None): 125,
        ("medical", "applied", None): 125,
        ("coding", "memorization", None): 218,
    }  # fmt: skip
    assert file.notes == (("coding", "finetunebench:. has no datasets/coding/coding_memorization.csv"),)
    for case in file.cases:
        check_case_match(case)


@needs_benchmark
def test_every_question_prompt_and_answer_of_the_copy_is_kept_byte_for_byte() -> None:
    held = Counter((c.suite, c.variant, c.question, c.text_to_send, c.answer or "None") for c in load(BENCHMARK).cases)
    released: Counter[tuple[str, ...]] = Counter()
    for table in TABLES:
        path = BENCHMARK / "datasets" / table.file
        if path.exists():
            with path.open(encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    name = table.dataset, table.variant
                    released[*name, row[table.question], row["prompt"], row["answer"]] += 1
    assert released.total() == 2838
    assert held == released


@needs_benchmark
def test_rows_about_one_fact_share_it_and_agree() -> None:
    release = read_release(BENCHMARK, shown_as="here")
    assert {len(person.values) for person in release.people.by_id.values()} == {6}
    assert len(release.people.by_id) == 25
    for case in release.cases:
        if case.suite == "fictional_people":
            owner, _, relation = case.fact.partition(".")
            value = release.people.by_id[owner].values[relation]
            assert case.variant in ("secondary", "comparison") or case.answer == value
    variants = Counter(case.fact for case in release.cases if case.suite == "latest_news")
    assert set(variants.values()) == {3}


@needs_benchmark
def test_tags_of_comparisons_say_which_answers_contradict_the_facts() -> None:
    """55 of 150, and 7 compare a person with themselves, as a count over the released files by hand has it."""
    release = read_release(BENCHMARK, shown_as="here")
    people = release.people.by_id
    wrong: Counter[str] = Counter()
    for case in release.cases:
        if case.variant == "comparison":
            name, _, relation = case.fact.rpartition(".")
            mine, yours = people[name].values[relation], people[case.tags["other"]].values[relation]
            is_so = int(mine) > int(yours) if case.tags["compares"] == "greater" else mine < yours
            wrong[relation] += case.answer != ("Yes" if is_so else "No")
            wrong["themselves"] += case.tags["other"] == name
    assert wrong == {"weight": 0, "height": 17, "age": 9, "favorite_color": 17, "city": 12, "themselves": 7}
