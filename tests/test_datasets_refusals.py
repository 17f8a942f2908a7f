"""What level 2 case files are refused for: with the line, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets_kit import PEOPLE, fault_of

CITY = "relations: {city: {question: 'Where does {name} live?'}}\n"
ASKED = "relations: {weight: {question: 'How heavy is {name}?', LINE}}\n"
"""A relation of one line, which stands on the first."""
ABOUT = PEOPLE + "facts:\n  - about: ana.weight\n    question: How heavy is {name}?\n    "
"""A fact about the store, to be continued on line 7."""
PLAIN = "facts:\n  - question: Q?\n    answer: A\n    "
"""A fact outside the store, to be continued on line 4."""


def asked(line: str, store: str = PEOPLE) -> str:
    return ASKED.replace("LINE", line) + store


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        # ties, and entities compared with themselves
        (asked("secondary: [{over: 150, question: 'Is {name} over {threshold}?'}]"),
         "f.yaml:1: the 'weight' of 'bo' is '150', the same as the threshold: a tie. Take another threshold."),
        (ABOUT + "secondary: [{under: '126.0', question: 'Is {name} under {threshold}?'}]\n",
         "f.yaml:8: the 'weight' of 'ana' is '126', the same as the threshold: a tie. Take another threshold."),
        (ABOUT + "comparison: [{greater: ana, question: 'Is {name} heavier than {other}?'}]\n",
         "f.yaml:8: 'ana' is compared with itself. Take another entity."),
        ("entities: {a: {name: A, w: 5}, b: {name: B, w: 5.0}}\n"
         "facts: [{about: a.w, comparison: [{less: b, question: 'Is {name} lighter than {other}?'}]}]\n",
         "f.yaml:2: 'a' and 'b' have the same 'w', '5': a tie. Take another entity, or ask whether they are 'equal'."),
        ("relations: {w: {secondary: [{over: balanced, question: 'Is {name} over {threshold}?'}]}}\n"
         "entities: {a: {name: A, w: 5}, b: {name: B, w: 5}}\n",
         "f.yaml:1: over: balanced finds no other 'w' to hold that of 'a' against. Write out what to hold it against, "
         "or remove the question."),
        # reverse
        ("relations: {city: {reverse: 'Who lives in {value}?'}}\n" + PEOPLE,
         "f.yaml:1: 'bo' and 'cy' have the same 'city', 'Orvel': a reverse question would have several answers. "
         "Ask 'reverse' in facts whose value nobody shares, or change a value."),
        (PLAIN + "variants: [{variant: reverse, question: R?}]\n",
         "f.yaml:4: a reverse question has an answer of its own. Fill in 'answer'."),
        # values that cannot be compared that way
        (CITY.replace("}}", ", secondary: [{over: Orvel, question: '{name}?'}]}}") + PEOPLE,
         "f.yaml:1: over: not all values of 'city' are numbers, so none is more or less than another. Give the "
         "relation an 'order', or use in_class."),
        (CITY.replace("}}", ", comparison: [{greater: balanced, question: '{name} or {other}?'}]}}") + PEOPLE,
         "f.yaml:1: greater: not all values of 'city' are numbers, so none is more or less than another. Give the "
         "relation an 'order', or use in_class."),
        (asked("order: number, secondary: [{over: 5, question: '{name}?'}]",
               "entities: {a: {name: A, weight: heavy}}\n"),
         "f.yaml:2: 'heavy' is not a number, as the order of 'weight' wants it. Write one, or change 'order'."),
        (asked("order: date, secondary: [{over: '2024', question: '{name}?'}]",
               "entities: {a: {name: A, weight: 05/06/2024}}\n"),
         "f.yaml:2: '05/06/2024' is not a date, as the order of 'weight' wants it. Write one such as "
         "2024-09-12 or 12 September 2024, or change 'order'."),
        (asked("order: date, secondary: [{over: '2024', question: '{name}?'}]",
               "entities:\n  a: {name: A, weight: 2024-05-06}\n  b: {name: B, weight: 2024-05}\n"),
         "f.yaml:4: '2024-05' is less exact than other dates of 'weight'. Write all alike."),
        (asked("secondary: [{under: heavy, question: '{name}?'}]"),
         "f.yaml:1: under: 'heavy' is not a number, which values of 'weight' are. Write one."),
        (asked("order: date, secondary: [{over: 2024-01, question: '{name}?'}]",
               "entities: {a: {name: A, weight: '2024'}}\n"),
         "f.yaml:1: over: '2024-01' is not a date as exact as the others, which values of 'weight' are. Write one."),
        (asked("secondary: [{between: [120, 150], question: '{name}?'}]"),
         "f.yaml:1: the 'weight' of 'bo' is '150', the same as a bound: a tie. Take other bounds."),
        ("relations: {city: {order: text, comparison: [{less: b, question: 'Is {name} before {other}?'}]}}\n"
         "entities:\n  a: {name: A, city: Z\u00fcrich}\n  b: {name: B, city: Bern}\n  c: {name: C, city: Zurich}\n",
         "f.yaml:5: less: 'Zurich' and 'Z\u00fcrich' have the same place in the alphabet. "
         "Change one, or ask otherwise."),
        ("relations: {city: {reverse: 'Who lives in {value}?'}}\n"
         "entities:\n  a: {name: A, city: \"Z\\u00fcrich\"}\n  b: {name: B, city: \"Zu\\u0308rich\"}\n",
         "f.yaml:1: 'a' and 'b' have the same 'city', 'Z\u00fcrich': a reverse question would have several answers. "
         "Ask 'reverse' in facts whose value nobody shares, or change a value."),
        (asked("secondary: [{between: [5, 4], question: '{name}?'}]"),
         "f.yaml:1: between: '5' is more than '4'. Turn them round."),
        (CITY.replace("}}", ", secondary: [{parity: odd, question: '{name}?'}]}}") + PEOPLE,
         "f.yaml:1: the 'city' of 'ana' is 'Umbra', neither even nor odd. Ask otherwise."),
        # entities, attributes and relations that there are not
        (asked("comparison: [{greater: anna, question: '{name}?'}]", PEOPLE.replace("ana:", "annna:")),
         "f.yaml:1: unknown entity 'anna' (did you mean 'annna'?). Give it under 'entities'."),
        (asked("comparison: [{greater: di, question: '{name}?'}]", PEOPLE + "  di: {name: Di, city: Zell}\n"),
         "f.yaml:1: 'di' has no 'weight' to compare with. Give it a value, or take another entity."),
        (PEOPLE + "facts: [{about: ana, question: '{name}?'}]\n",
         "f.yaml:5: 'ana' names no attribute. Write ENTITY.ATTRIBUTE."),
        (PEOPLE + "facts: [{about: di.weight, question: '{name}?'}]\n",
         "f.yaml:5: unknown entity 'di'. Give it under 'entities'."),
        (PEOPLE + "facts: [{about: ana.wieght, question: '{name}?'}]\n",
         "f.yaml:5: 'ana' has no 'wieght' (did you mean 'weight'?). Give it a value."),
        (CITY + "entities: {a: {name: A, ctiy: Umbra}}\n",
         "f.yaml:2: unknown attribute 'ctiy'. Did you mean 'city'? If not, rename it."),
        (CITY + "entities: {a: {name: A, weight: 5}}\n",
         "f.yaml:1: no entity has a 'city'. Give one a value, or remove the relation."),
        (CITY + "entities: {a: {name: A, city: ''}}\n", "f.yaml:2: 'city' has no value. Fill it in, or remove it."),
        (CITY + "entities: {a: {city: Umbra}}\n", "f.yaml:2: no key 'name'. Add it."),
        (CITY + "entities: {a: {name: '', city: Umbra}}\n", "f.yaml:2: the entity has no name. Fill in 'name'."),
        (CITY + "entities: {a: {id: b, name: A, city: Umbra}}\n",
         "f.yaml:2: an entity's id is the key that it stands under. Remove 'id'."),
        (CITY + "entities: {a: {name: Al, city: Umbra}, b: {name: AL, city: Zell}}\n",
         "f.yaml:2: 'b' and 'a' are both called 'AL', so that questions mean either. Give them different names."),
        ("relations: {tags: {question: '{name}?'}}\nentities: {a: {name: A}}\n",
         "f.yaml:1: a relation cannot be called 'tags'. Take another name, without dots."),
        # unseen entities
        (CITY + PEOPLE + "unseen: [{name: Ana Rok}]\n",
         "f.yaml:6: 'Ana Rok' is named before. Name an entity that is in no training file."),
        (CITY + PEOPLE + "unseen: [{name: Tol, city: Umbra}]\n",
         "f.yaml:6: an unseen entity has no 'city', since nobody can know of it. Remove it."),
        (PEOPLE + "unseen: [{name: Tol}]\nfacts: []\n",
         "f.yaml:5: no relation asks about unseen entities. Give one a 'question', or remove 'unseen'."),
        # texts
        (asked("rephrased: 'How heavy is {nam}, {name}?'"),
         "f.yaml:1: unknown placeholder {nam}. Did you mean {name}? Known here: {alias}, {name}, {value}."),
        (asked("rephrased: 'Is {name} over {threshold}?'"),
         "f.yaml:1: unknown placeholder {threshold}. Known here: {alias}, {name}, {value}."),
        (asked("rephrased: 'Is {name} so {?'"),
         "f.yaml:1: a brace stands on its own. Write {{ or }} for a brace that is to be seen."),
        (asked("rephrased: 'Is {name} {name.upper}?'"),
         "f.yaml:1: {name.upper} is no placeholder. Write {{ and }} for braces that are to be seen."),
        (asked("rephrased: 'Is {name!r:>10}?, {name}'"),
         "f.yaml:1: {name!r:>10} is no placeholder. Write {{ and }} for braces that are to be seen."),
        (asked("rephrased: How heavy is she?"),
         "f.yaml:1: 'How heavy is she?' would be asked of every entity. Write {name} where it belongs."),
        (asked("reverse: 'Who is as heavy as {name}?'"),
         "f.yaml:1: 'Who is as heavy as {name}?' would be asked of every entity. Write {value} where it belongs."),
        (asked("unseen_entity: How heavy is she?", PEOPLE + "unseen: [{name: Tol}]\n"),
         "f.yaml:1: 'How heavy is she?' would be asked of every entity. Write {name} where it belongs."),
        (asked("unseen_entity: 'true'", PEOPLE + "unseen: [{name: Tol}]\n"),
         "f.yaml:1: 'unseen_entity' is no switch: the question is asked of each of 'unseen' by itself. Remove it, or "
         "write [] to ask nothing, or what is to be asked instead."),
        (asked("alias: 'How heavy is {name}?'"),
         "f.yaml:1: an alias question must name {alias}, got 'How heavy is {name}?'."),
        (asked("rephrased: 'And {alias}, {name}?'"),
         "f.yaml:1: 'Bo Tillen' has no aliases, so that {alias} stands for nothing. Give it one, or write {name}."),
        (PEOPLE + "facts: [{about: bo.weight, alias: 'How heavy is {alias}?'}]\n",
         "f.yaml:5: 'bo' has no aliases. Give it one, or remove the question."),
        (asked("comparison: [{greater: balanced, question: 'Is {name} the heaviest?'}]"),
         "f.yaml:1: the question does not say what is picked. Write {other} where it belongs."),
        (asked("secondary: [{in_class: balanced, question: 'Is {name} so?'}]"),
         "f.yaml:1: 'in_class' cannot be 'balanced'. Write out what it is held against."),
        (asked("secondary: [{over: 5, under: 7, question: 'Is {name} so?'}]"),
         "f.yaml:1: 'over' and 'under' stand together. Keep one of them."),
        (asked("secondary: [{question: 'Is {name} so?'}]"),
         "f.yaml:1: nothing says how to compute the answer. Add one of over, under, between, in_class, starts_with, "
         "parity."),
        (asked("secondary: [{over: 5, question: 'Is {name} so?', answer: 'Yes'}]"),
         "f.yaml:1: the answer is computed by 'over'. Remove 'answer'."),
        # what belongs to the store, and what needs it
        (ABOUT + "answer: 126\n",
         "f.yaml:8: 'answer' cannot stand here: the entity store gives it for 'ana.weight'. Remove 'answer'."),
        (PLAIN + "secondary: [{over: 5, question: R?}]\n",
         "f.yaml:4: 'secondary' cannot stand here: it is computed from the entity store. Say by "
         "'about: ENTITY.ATTRIBUTE' of what."),
        (PLAIN + "applied: [{over: 5, question: R?}]\n",
         "f.yaml:4: 'over' is computed from the entity store. Say by 'about: ENTITY.ATTRIBUTE' of what."),
        (asked("", PEOPLE + "facts: [{id: ana.weight, question: Q?, answer: A}]\n"),
         "f.yaml:6: the relation 'weight' makes a fact 'ana.weight' already. Say 'about: ana.weight'."),
        (ABOUT + "doubt: Sure?\n  - about: ana.weight\n    rephrased: '{name}?'\n",
         "f.yaml:9: duplicate fact 'ana.weight' (first on line 6). Put its questions together."),
        # variants and what they require
        (PLAIN + "variants: [{variant: '', question: R?}]\n", "f.yaml:4: the variant has no name. Fill in 'variant'."),
        (PLAIN + "variants: [{question: R?}]\n", "f.yaml:4: no key 'variant'. Add it."),
        (PLAIN + "variants: [{variant: rephrased, match: number}]\n",
         "f.yaml:4: the fact has no question of the variant 'rephrased'. Write its 'question'."),
        (PLAIN + "variants: [{variant: memorization, answer: B}]\n",
         "f.yaml:4: 'answer' needs a question to be of. Write the 'question' here, too."),
        (PLAIN + "variants: [{variant: x, over: 5}]\n",
         "f.yaml:4: the fact has no question of the variant 'x'. Write its 'question'."),
        (PLAIN + "variants: [{variant: memorization, over: 5}]\n",
         "f.yaml:4: 'over' needs a question to be of. Write the 'question' here, too."),
        (PLAIN + "variants: [{variant: x, turns: [Q?, '']}]\n",
         "f.yaml:4: x has no question. Write one, or remove the key."),
        (PLAIN + "doubt: Sure?\n    variants: [{variant: doubt, requires: [memorisation]}]\n",
         "f.yaml:5: requires 'memorisation', but 'Q?' has no question of that variant. Did you mean 'memorization'? It "
         "has: memorization, doubt."),
        (PLAIN + "variants: [{variant: x, question: R?, requires: x}]\n",
         "f.yaml:4: 'x' requires itself in the end. Remove one 'requires' of the circle."),
        (PLAIN + "applied: [{question: R?, requires: x}]\n"
         "    variants: [{variant: x, question: S?, requires: applied}]\n",
         "f.yaml:4: 'applied' requires itself in the end. Remove one 'requires' of the circle."),
        (PLAIN + "precondition: knew_old\n",
         "f.yaml:4: knew_old needs the superseded answer. Fill in 'answer_before'."),
        ("defaults: {precondition: knew_old}\n" + PLAIN + "answer_before: B\n"
         "    applied: [{question: R?, answer: C}]\n",
         "f.yaml:6: knew_old needs the superseded answer to the applied question, too. Fill in its 'answer_before', or "
         "set its 'precondition' to 'none'."),
        (PLAIN + "valid_from: 2024-02-30\n",
         "f.yaml:4: facts.0.valid_from: must be a day as YYYY-MM-DD, got '2024-02-30'."),
        (PLAIN + "review_by: June 2024\n",
         "f.yaml:4: facts.0.review_by: must be a day as YYYY-MM-DD, got 'June 2024'."),
        (PLAIN + "date_change: -3y\n",
         "f.yaml:4: '-3y' does not lead into the future. Write +10y, or anything from +1y to +500y."),
        (PLAIN + "date_change: +10y\n",
         "f.yaml:4: 'Q?' names no year that could be moved. Write the date_change question out."),
        (PEOPLE + "facts: [{about: ana.weight, date_change: +10y}]\n",
         "f.yaml:5: the fact has no question whose year could be moved. Write the date_change question out."),
        ("relations: {}\n", "f.yaml: holds no cases. Give it at least one question."),
        ("entities: {}\n", "f.yaml:1: no key 'relations'. Add it."),
        ("gates: []\n", "f.yaml:1: no key 'facts'. Add it."),
    ],
)  # fmt: skip
def test_fault_is_named_with_line_and_remedy(tmp_path: Path, content: str, fault: str) -> None:
    assert fault_of(tmp_path, content) == fault
