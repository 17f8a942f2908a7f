"""Text files as people and spreadsheets write them: what is read, and at which line a fault is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pytest_ftbench.errors import DataError
from pytest_ftbench.textfiles import has_half_character, read_csv_rows, read_json_lines, read_text


def write(folder: Path, content: bytes | str, name: str = "f.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def fault_of_csv(folder: Path, content: bytes | str) -> str:
    with pytest.raises(DataError) as error:
        read_csv_rows(write(folder, content), shown_as="f.csv")
    return str(error.value)


def fault_of_jsonl(folder: Path, content: bytes | str) -> str:
    with pytest.raises(DataError) as error:
        read_json_lines(write(folder, content), shown_as="f.jsonl")
    return str(error.value)


def rows(folder: Path, content: bytes | str) -> list[tuple[int, dict[str, str]]]:
    return read_csv_rows(write(folder, content))[1]


@pytest.mark.parametrize("content", ["", " \n\t\r\n", "\ufeff", ",,\n,,\n", '""\n'])
def test_file_without_a_word_is_empty(tmp_path: Path, content: str) -> None:
    assert fault_of_csv(tmp_path, content) == "f.csv: the file is empty. Give it at least one row."


def test_missing_file_and_folder_are_named_with_the_reason(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.csv", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(DataError) as error:
            read_text(path)
        assert str(error.value) == f"{path}: cannot be read ({reason}). Check the path."


def test_file_that_is_not_utf_8_is_refused_with_line_and_byte(tmp_path: Path) -> None:
    content = "question,answer\nq,a\nWo?,München\n".encode("latin-1")
    fault = "f.csv:3: not UTF-8 (byte 0xfc). Save the file as UTF-8. Excel calls that 'CSV UTF-8'."
    assert fault_of_csv(tmp_path, content) == fault


def test_utf_16_is_not_utf_8(tmp_path: Path) -> None:
    fault = "f.csv:1: not UTF-8 (byte 0xff). Save the file as UTF-8. Excel calls that 'CSV UTF-8'."
    assert fault_of_csv(tmp_path, "q,a\n".encode("utf-16")) == fault


def test_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert read_csv_rows(write(tmp_path, "\ufeffquestion,answer\nq,a\n"))[0] == ["question", "answer"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_the_same_whatever_ends_the_lines(tmp_path: Path, end: str) -> None:
    content = end.join(["q,a", "1,2", "", "3,4"])
    assert rows(tmp_path, content) == [(2, {"q": "1", "a": "2"}), (4, {"q": "3", "a": "4"})]


def test_line_ends_inside_a_cell_stay_and_the_row_has_the_line_it_starts_on(tmp_path: Path) -> None:
    content = 'q,a\n"one\ntwo\r\nthree",x\nlast,y\n'
    assert rows(tmp_path, content) == [(2, {"q": "one\ntwo\r\nthree", "a": "x"}), (5, {"q": "last", "a": "y"})]


def test_blank_rows_are_passed_over_before_and_after_the_header(tmp_path: Path) -> None:
    assert rows(tmp_path, "\n,\nq,a\n\n , \n1,2\n,\n") == [(6, {"q": "1", "a": "2"})]


def test_missing_cells_are_empty(tmp_path: Path) -> None:
    assert rows(tmp_path, "q,a,t\n1\n") == [(2, {"q": "1", "a": "", "t": ""})]


def test_too_many_cells_are_refused(tmp_path: Path) -> None:
    assert fault_of_csv(tmp_path, "q,a\n1,2\n1,000,2\n") == (
        "f.csv:3: 3 cells, but the header names 2 columns. Quote cells that hold the mark between cells."
    )


def test_column_that_stands_twice_is_refused_and_columns_without_a_name_are_not(tmp_path: Path) -> None:
    assert fault_of_csv(tmp_path, "q,a,q\n1,2,3\n") == "f.csv:1: column 'q' stands twice. Rename one of them."
    assert rows(tmp_path, ",q,\n0,1,2\n")[0][1]["q"] == "1"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('q,a\n1,2\n"open,3\n4,5\n6,7\n', "f.csv:3: not readable as CSV (unexpected end of data). Check the quotes."),
        ('q,a\n"x"y,2\n', "f.csv:2: not readable as CSV (',' expected after '\"'). Check the quotes."),
    ],
)
def test_broken_quotes_are_refused_at_the_line_where_the_row_starts(tmp_path: Path, content: str, fault: str) -> None:
    assert fault_of_csv(tmp_path, content) == fault


def test_cell_of_a_megabyte_is_read_and_the_limit_of_other_readers_stays(tmp_path: Path) -> None:
    long, limit_before = "x" * 1_000_000, csv.field_size_limit(1_000)
    try:
        assert rows(tmp_path, f"q,a\n1,{long}\n") == [(2, {"q": "1", "a": long})]
        assert csv.field_size_limit() == 1_000
    finally:
        csv.field_size_limit(limit_before)


def test_cells_keep_their_white_space_and_headers_do_not(tmp_path: Path) -> None:
    assert rows(tmp_path, " q , a\n 1 , 2 \n") == [(2, {"q": " 1 ", "a": " 2 "})]


@pytest.mark.parametrize(
    "written", ["25", "1.10", "1e3", "-0", "12345678901234567890.0", "9" * 5000, "NaN", "Infinity"]
)
def test_json_number_stays_the_text_it_is_written_as(tmp_path: Path, written: str) -> None:
    assert read_json_lines(write(tmp_path, f'{{"a": {written}}}\n')) == [(1, {"a": written})]


def test_json_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    content = '\ufeff{"a": "x\u2028y"}\r\n\r\n{"a": "z"}'
    assert read_json_lines(write(tmp_path, content)) == [(1, {"a": "x\u2028y"}), (3, {"a": "z"})]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('{"a": 1}\n[1]\n', "f.jsonl:2: expected a JSON object, got list."),
        ('{"a": 1}\n"text"\n', "f.jsonl:2: expected a JSON object, got str."),
        ('{"a": 1, "a": 2}\n', "f.jsonl:1: not a line of JSON (key 'a' stands twice). "
         "Each line must be one JSON object."),
        ("\nquestion,answer\n", "f.jsonl:2: not a line of JSON (Expecting value: line 1 column 1 (char 0)). "
         "Each line must be one JSON object."),
        ('{\n"a": 1}\n', "f.jsonl:1: not a line of JSON (Expecting property name enclosed in double quotes: "
         "line 1 column 2 (char 1)). Each line must be one JSON object."),
    ],
)  # fmt: skip
def test_line_that_is_no_json_object_is_refused(tmp_path: Path, content: str, fault: str) -> None:
    assert fault_of_jsonl(tmp_path, content) == fault


def test_json_nested_without_end_is_a_fault_of_its_line(tmp_path: Path) -> None:
    assert fault_of_jsonl(tmp_path, '{"a": 1}\n{"a": ' + "[" * 100_000).startswith("f.jsonl:2: not a line of JSON (")


def test_half_characters_are_lone_surrogates_only() -> None:
    assert [has_half_character(text) for text in ("\ud83d", "x\udcff", "\U0001f600", "é", "")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_file_of_a_spreadsheet_is_told_how_to_be_saved(tmp_path: Path) -> None:
    for name, raw, fault in (
        ("a.csv", b"PK\x03\x04\x14\x00\xff", "is a workbook, not text. Save it as 'CSV UTF-8'."),
        ("c.jsonl", b"a\n\xfc", "not UTF-8 (byte 0xfc). Save the file as UTF-8."),
    ):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(DataError) as error:
            read_text(tmp_path / name, shown_as="f")
        assert str(error.value).partition(": ")[2] == fault
