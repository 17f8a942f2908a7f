"""The matcher `code`: whole identifiers in prose, used names in code."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_kit import decision, judge

from pytest_ftbench.judges.program import names_used

NAME = "What is the name of the function that sorts rows in the newest version of the tabletop library?"
METHOD = "What is the name of the method of Shelf that loads a book in the newest tabletop library?"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        *(
            ("sort_rows", "sort_rows"),
            ("sort_rows", "`sort_rows`"),
            ("sort_rows", "sort_rows()"),
            ("sort_rows()", "sort_rows"),
        ),
        *(("sort_rows", "sort_rows(rows, key=None)."), ("sort_rows", "The function is called `sort_rows`.")),
        *(("sort_rows", "It is sort_rows, not `rows_sort`."), ("sort_rows", "Use tabletop's `sort_rows()`.")),
        ("sort_rows", "```python\nfrom tabletop import sort_rows\nsort_rows([1])\n```"),
        ("sort_rows", "```\nimport tabletop\ntabletop.sort_rows(x)  # once called rows_sort\n```"),
        ("sort_rows", "import tabletop\nprint(tabletop.sort_rows(x), 'rows_sort')"),
        ("sort_rows", ">>> sort_rows(x)"),
        ("order", "The function is called `order`."),
        ("order", "order"),
        ("Bunch", "Bunch"),
        ("sort_rows", "tabletop.sort_rows"),
        ("Shelf.load", "```\nfrom tabletop import Shelf\nShelf.load(x)\n```"),
    ],
)
def test_the_identifier_used_or_named_is_right(answer: str, text: str) -> None:
    verdict = judge(text, answer, question=NAME, before="rows_sort")
    assert (decision(verdict), verdict.rule in ("code", "exact")) == ("right", True)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        *(
            ("sort_rows", "Sort_Rows"),
            ("sort_rows", "sortrows"),
            ("sort_rows", "sort_rows2"),
            ("sort_rows", "_sort_rows"),
        ),
        *(
            ("sort_rows", "order"),
            ("order", "Order"),
            ("order", "ordering"),
            ("sort_rows", "The function is `order_rows`."),
        ),
        ("sort_rows", "```\nimport tabletop\ntabletop.sort_rows2(x)\n```"),
        ("Bunch", "bunch"),
    ],
)
def test_another_identifier_is_wrong(answer: str, text: str) -> None:
    assert decision(judge(text, answer, question=NAME)) == "wrong"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        *(
            ("sort_rows", "`sort_rows` or `order_rows`"),
            ("sort_rows", "It is not sort_rows."),
            ("sort_rows", "other.sort_rows"),
        ),
        *(("Shelf.load", "load"), ("sort_rows", "It sorts rows."), ("sort_rows", "`order_rows` calls `sort_rows`.")),
        ("sort_rows", "```\n# sort_rows\nx = 'sort_rows'\nprint(x)\n```"),
        ("sort_rows", "Is it `sort_rows`?"),
        ("sort_rows", "The old name was `order_rows`?"),
    ],
)
def test_what_only_mentions_the_identifier_is_undecided(answer: str, text: str) -> None:
    assert decision(judge(text, answer, question=NAME)) == "undecided"


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("fetch", "stale"),
        ("```\nshelf.fetch(book)\n```", "stale"),
        ("```\nshelf.load(book)\n```", "correct"),
        ("```\nshelf.load(shelf.fetch(book))\n```", "incorrect"),
        ("```\nshelf.load('fetch')  # not fetch()\n```", "correct"),
    ],
)
def test_the_new_name_is_used_and_the_old_one_is_not(text: str, grade: str) -> None:
    assert judge(text, "load", question=METHOD, before="fetch").grade == grade


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        (".load", "correct"),
        (".load()", "correct"),
        ("`.load(book)`", "correct"),
        ("Use the `.load()` method.", "correct"),
        ("It is .load(), not .fetch().", "correct"),
        (".fetch()", "stale"),
        ("The method is `.fetch()`.", "stale"),
        ("`.open()`", "incorrect"),
        ("It is not .load().", "incorrect"),
        ("...load", "incorrect"),
    ],
)
@pytest.mark.parametrize("answer", ["load", ".load()"])
def test_a_method_may_stand_with_its_dot(answer: str, text: str, grade: str) -> None:
    assert judge(text, answer, question=METHOD, before="fetch").grade == grade


@pytest.mark.parametrize("question", ["What is the method called?", "What class does she teach?", ""])
def test_a_plain_word_is_an_identifier_only_where_a_program_is_asked_about(question: str) -> None:
    assert judge("Chemistry", "chemistry", question=question).right


def test_names_used_are_no_strings_comments_and_definitions() -> None:
    source = "```\nfrom a.b import c as d\nimport e\ndef f(g): return h.i().j(k=1)  # l\nm = 'n'\n```"
    used = names_used(source)
    assert used is not None
    assert used.names == {"a.b.c", "e", "h.i", ".j", "k", "h"}


@pytest.mark.parametrize(
    "text", ["```\n" + "(" * 9000, "-" * 9000 + "1 (", "```\n" * 4000, "```a\nprint 'x\n", "a." * 9000 + "("]
)
def test_code_that_does_not_parse_is_prose(text: str) -> None:
    used = names_used(text)
    assert used is None or not used.names


@settings(deadline=None)
@given(st.text(st.sampled_from("ab_.(`)\n '\"#=\\@"), max_size=60))
def test_any_text_gets_one_decision_whatever_blanks_surround_it(text: str) -> None:
    for answer in ("a_b", "a.b()"):
        verdict = judge(text, answer, question=NAME, before="b_a")
        assert judge(f" {text}\n\n", answer, question=NAME, before="b_a").grade == verdict.grade


@pytest.mark.parametrize(
    "code",
    [
        "rows = grid.sort_all(x)\nrows = grid.sort_rows(x)",
        "from grid import sort_rows\nrows = grid.sort_all(x)",
        "from grid import sort_rows\nrows = grid.scan(x)",
        "try:\n    from grid import sort_rows\nexcept ImportError:\n    from grid import sort_all as sort_rows",
        "rows = grid.scan(sort_rows=True)",
    ],
)
def test_code_that_does_not_put_the_new_name_to_use_decides_nothing(code: str) -> None:
    question = "In the grid library, which function replaces sort_all?"
    assert decision(judge(f"```python\n{code}\n```", "sort_rows", question=question)) == "undecided"


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("from grid import sort_rows", "In the grid library, which function replaces sort_all?"),
        ("from grid import sort_rows\nprint(sort_rows([3, 1]))", "In the grid library, which function sorts?"),
        ("grid.scan(sort_rows=True)", "Which argument of the grid library's scan function sorts?"),
    ],
)
def test_code_that_puts_the_new_name_to_use_is_right(code: str, question: str) -> None:
    assert decision(judge(f"```python\n{code}\n```", "sort_rows", question=question)) == "right"


@pytest.mark.parametrize(
    "code",
    [
        "from tabletop.rows import sort_rows\nprint(sort_rows([3, 1]))",
        "from tabletop.rows import sort_rows as order\nprint(order([3, 1]))",
        "from tabletop import rows\nprint(rows.sort_rows([3, 1]))",
        "import tabletop.rows as tr\nprint(tr.sort_rows([3, 1]))",
        "import tabletop as tt\nprint(tt.rows.sort_rows([3, 1]))",
    ],
)
@pytest.mark.parametrize("answer", ["rows.sort_rows", "tabletop.rows.sort_rows", "tt.rows.sort_rows"])
def test_a_name_stands_for_what_the_code_imports_it_from(answer: str, code: str) -> None:
    verdict = judge(code, answer, question="Sort the rows.", match="code", before="tt.sort_rows")
    is_known = not answer.startswith("tt") or "as tt" in code  # else nothing tells what `tt` is
    assert decision(verdict) == ("right" if is_known else "wrong")


@pytest.mark.parametrize(
    ("code", "grade"),
    [
        ("from tabletop import sort_rows\nprint(sort_rows([3, 1]))", "stale"),
        ("import tabletop as t\nprint(t.sort_rows([3, 1]))", "stale"),
        ("import tabletop as t\nprint(t.rows.sort_rows([3, 1]))", "correct"),
        (
            "from tabletop.rows import sort_rows\nfrom tabletop import sort_rows as old\nprint(old(sort_rows(x)))",
            "incorrect",
        ),
        ("from tabletop import sort_all as sort_rows\nprint(sort_rows([3, 1]))", "incorrect"),
    ],
)
def test_a_name_that_moved_is_told_from_its_old_place(code: str, grade: str) -> None:
    verdict = judge(code, "tabletop.rows.sort_rows", question="Sort.", match="code", before="tabletop.sort_rows")
    assert verdict.grade == grade


def test_a_name_imported_from_two_places_stands_for_both() -> None:
    either = "try:\n    from grid import sort_rows\nexcept ImportError:\n    from grid import sort_all as sort_rows\n"
    used = names_used(f"{either}sort_rows(x)")
    assert used is not None
    assert {"grid.sort_rows", "grid.sort_all"} <= used.used


@pytest.mark.parametrize(
    "code",
    [
        "def load_rows(rows):\n    return grid.sort_rows(rows)\nprint(load_rows(x))",
        "class Table:\n    def load_rows(self):\n        return grid.sort_rows(x)\nTable().load_rows()",
        "sort_all = grid.sort_rows(x)\nprint(sort_all)",
        "def order(sort_all):\n    return grid.sort_rows(sort_all)",
        "for sort_all in x:\n    print(grid.sort_rows(sort_all))",
        "with x as sort_all:\n    print(grid.sort_rows(sort_all))",
    ],
)
def test_what_the_code_itself_names_is_no_use_of_the_library(code: str) -> None:
    question = "Write load_rows with the grid library."
    assert judge(code, "sort_rows", question=question, before="sort_all").grade == "correct"


def test_a_function_that_the_code_writes_itself_is_not_the_one_that_is_due() -> None:
    code = "def sort_rows(rows):\n    return sorted(rows)\nprint(sort_rows(x))"
    assert decision(judge(code, "sort_rows", question="Sort the rows.")) == "undecided"


def test_a_variable_named_after_the_old_function_does_not_hide_its_call() -> None:
    code = "sort_all = grid.sort_all(x)\nrows = grid.sort_rows(x)"
    assert decision(judge(code, "sort_rows", question="Which function replaces sort_all?")) == "undecided"


def test_a_name_of_its_own_does_not_hide_what_the_code_imports() -> None:
    code = "try:\n    from grid import sort_rows\nexcept ImportError:\n    sort_rows = sorted\nprint(sort_rows(x))"
    assert decision(judge(code, "sort_rows", question="Sort the rows.")) == "right"


def test_code_that_never_runs_is_no_use() -> None:
    code = "```python\nif False:\n    grid.sort_rows(x)\ngrid.sort_all(x)\n```"
    question = "In the grid library, which function replaces sort_all?"
    assert decision(judge(code, "sort_rows", question=question)) == "wrong"


@pytest.mark.parametrize("code", ["f(5if a else 2)", "f(1_000or g)", "[.5for x in f(y)]", "f('\\d')", "5inches(f)"])
def test_code_that_python_warns_of_is_read_without_a_warning(code: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # as an error, a warning would make another verdict of it
        names = names_used(code)
    assert (names is None) is (code == "5inches(f)")
    assert names is None or "f" in names.names


@pytest.mark.parametrize(
    ("text", "grade", "flags"),
    [
        ("grid.sort_rows(x)", "correct", ()),
        ("```python\nimport grid\nprint(grid.sort_rows(x))\n```", "correct", ()),
        ("from grid import sort_rows\nrows = sort_rows(x)", "correct", ()),
        ("rows = grid.sort_rows", "correct", ()),
        ("grid.sort_all(x)", "stale", ()),
        ("@grid.sort_all\ndef load(x):\n    return x", "stale", ()),
        ("print(sorted(x))", "incorrect", ()),
        *((text, "incorrect", ("undecided",)) for text in ("sort_rows", "`sort_rows()`", "grid.sort_rows", "sort_all")),
        *((text, "incorrect", ("undecided",)) for text in ("```\nsort_rows()\n```", "Call `sort_rows(x)` for this.")),
        ("I don't know.", "abstained", ()),
    ],
)
def test_a_task_to_write_code_wants_a_program(text: str, grade: str, flags: tuple[str, ...]) -> None:
    verdict = judge(text, "sort_rows", question="Sort x with grid.", match="code?in=program", before="sort_all")
    assert (verdict.grade, verdict.flags) == (grade, flags)
