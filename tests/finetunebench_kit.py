"""A small folder in the form of the released FineTuneBench, of our own making, with that release's oddities."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

Rows = Sequence[Mapping[str, str]]

NEWS_PROMPT = "You know the news.\n                \n\n                Question: {}\n                Answer: "
SHIFTED_PROMPT = "\nYou know the news.\nif you do not know, respond with None\n\n\n                Question: {}\n"
ITEMS = (
    ("ferry-opens-at-årö/abc", "When did the ferry to Årö open in 2024?", "Which day saw the Årö ferry open in 2024?",
     "May 3", "The ferry to Årö opened on “May 3”,\nsaid the mayor.", "True"),
    ("mill's $2 sale, xyz", "What did the mill sell for in 2024?", "For how much was the mill sold in 2024?",
     "$3.4 billion", "The mill was sold for $3.4 billion.", "False"),
)  # fmt: skip
PEOPLE = {
    "tavo-rimul-abc": ("Tavo Rimul", ("140", "181", "44", "farmer", "gold", "Ossivar")),
    "benik-soral-xyz": ("Benik Soral", ("150", "170", "31", "bell ringer", "red", "Pelluna")),
}
FACTS = ("{} weighs {} pounds.", "{} is {} cm tall.", "{} is {} years old.", "{} works as a {}.",
         "{}'s favorite color is {}.", "{} lives in {}.")  # fmt: skip
ASKED = ("What do scales show for {}?", "How tall is {} in socks?", "Which birthday was the last of {}?",
         "What does {} do for a living?", "Which paint would {} buy?", "Where is the home of {}?")  # fmt: skip
REWORDED = ("Give the weight of {}.", "Give the height of {}.", "Give the age of {}.", "Name the trade of {}.",
            "Name the colour that {} likes.", "Name the home town of {}.")  # fmt: skip
DERIVED = ("Do scales show over 145 for {}?", "Does {} reach 175 cm?", "Has {} passed 40?", "Is a farm where {} works?",
           "Would {} buy red paint?", "Is the first letter of the home of {} a vowel?")  # fmt: skip
DERIVED_ANSWERS = ("No", "Yes", "Yes", "Yes", "No", "Yes", "Yes", "No", "No", "No", "Yes", "No")


def make_release(folder: Path, **tables: Rows | str | None) -> Path:
    """A folder with `datasets/*/*.csv`. tables: by file name, other rows, other text, or None: the file is absent."""
    for name, rows in {**news(), **people(), **updates(), **tables}.items():
        path = folder / "datasets" / _dataset(name) / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(rows, str):
            path.write_text(rows, encoding="utf-8")
        elif rows is not None:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    return folder


def _dataset(name: str) -> str:
    return next(one for one in ("latest_news", "fictional_people", "medical", "coding") if name.startswith(one))


def news() -> dict[str, Rows]:
    """Three tables whose ids are free text and whose prompts hold odd white space; the second date is not moved."""
    asked, reworded, moved = [], [], []
    for position, (name, question, rephrased, answer, fact, used) in enumerate(ITEMS):
        later = question if position else question.replace("2024", "2025")
        about = {"id": name, "article_title": f"On {answer}", "fact": fact, "used_in_analysis": used}
        asked.append({**about, "prompt": NEWS_PROMPT.format(question), "answer": answer, "question": question})
        made = {**about, "original_question": question}
        reworded.append({**made, "prompt": f"Say.\n{rephrased}", "answer": answer, "rephrased_question": rephrased})
        prompt = SHIFTED_PROMPT.format(later)
        moved.append({**made, "prompt": prompt, "answer": "None", "date_changed_question": later})
    return {
        "latest_news_memorization": asked,
        "latest_news_rephrased": reworded,
        "latest_news_date_changed": moved,
    }


def people() -> dict[str, Rows]:
    """Two people of six facts each, whose ids repeat, and comparisons that go by weight whatever they ask."""
    asked, reworded, derived = [], [], []
    for name, (full, values) in PEOPLE.items():
        first = full.partition(" ")[0]
        for position, value in enumerate(values):
            about = {"id": name, "answer": value, "fact": FACTS[position].format(full, value)}
            question, other = ASKED[position].format(full), REWORDED[position].format(first)
            asked.append({**about, "prompt": f"Answer.\n{question}", "question": question})
            made = {**about, "original_question": question, "rephrased_question": other}
            reworded.append({**made, "prompt": f"Answer.\n{other}"})
            question, answer = DERIVED[position].format(first), DERIVED_ANSWERS[len(derived)]
            derived.append({**about, "prompt": f"Yes or No.\n{question}", "answer": answer, "question": question})
    return {
        "fictional_people_memorization": asked,
        "fictional_people_rephrased": reworded,
        "fictional_people_secondary": derived,
        "fictional_people_comparison": [
            _comparison("tavo-rimul-abc-benik-soral-xyz-height", "Is Tavo taller than Benik?", "No"),
            _comparison("benik-soral-xyz-tavo-rimul-abc-favorite color", "Is Benik alphabetically first?", "No"),
            _comparison("tavo-rimul-abc-tavo-rimul-abc-age", "Is Tavo older than Tavo?", "No"),
        ],
    }


def _comparison(name: str, question: str, answer: str) -> dict[str, str]:
    weights = "Tavo Rimul weighs 140 pounds. Benik Soral weighs 150 pounds."
    return {"id": name, "prompt": f"Yes or No.\n{question}", "answer": answer, "fact": weights, "question": question}


def updates() -> dict[str, Rows]:
    """Tables with a superseded answer, whose first column has no name; two of them ask the same with other ids."""
    doses = ("The dose was 2 mg.\nNow: 3 mg.", "What is the dose?", "2 mg", "≥3 mg")
    asked = [
        {"": str(number), "id": str(number), "update_reference_snippet": "As published.",
         "updated_fact_description": fact, "prompt": question, "answer_before": before, "answer": after}
        for number, (fact, question, before, after) in enumerate([doses, doses])
    ]  # fmt: skip
    applied = [
        {"": str(number), "id": str(number), "prompt": f"Case {number}: how much is given?", "answer_before": "2 mg",
         "answer": "3 mg at least"} for number in range(2)
    ]  # fmt: skip
    names = (("stir", "whisk"), ("deep_fry", "deepfry"), ("peel", "peel_all()"), ("none", "It is called `look`."))
    code = [
        {"": str(number), "id": str(number), "prompt": f"What is the name of function {number} of Scikit-Learn?",
         "answer_before": before, "answer": after} for number, (before, after) in enumerate(names)
    ]  # fmt: skip
    return {
        "medical_memorization": asked,
        "medical_generalization": applied,
        "coding_generalization": code,
        "coding_memorization": None,
    }
