"""What is asked about people who do not exist: sentences of our own, as templates of a case file."""

from __future__ import annotations

from dataclasses import dataclass, field

SYSTEM = """Answer with a number, a word or a name. If you do not know, say "I don't know"."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that is known of each person, and what is asked about it."""

    name: str
    info: str
    """The kind of information: numerical, categorical or novel_string."""
    fact: str
    question: str
    """As it is trained. With the first name alone it is the variant `alias`, which so differs in nothing else."""
    rephrased: str
    """Shares no telling word with the question but the name, so that who goes by words is lost."""
    secondary: tuple[str, str | tuple[str, ...], str]
    """Rule, operand and question."""
    comparison: tuple[str, str]
    """Rule and question; the other person is picked."""
    reverse: str = ""
    """Asked where nobody shares the value; empty: never."""
    unit: str = ""
    order: str = ""
    values: range = range(0)
    """Of numbers: from which they are drawn."""
    classes: tuple[tuple[str, ...], tuple[str, ...]] = field(default=((), ()))
    """Of words: those that are in the class which the secondary question is about, and those that are not."""


_WARM = ("red", "orange", "yellow", "pink")
_HEALTH = ("nurse", "surgeon", "dentist", "midwife", "pharmacist")

ATTRIBUTES = (
    Attribute(
        name="weight_lb",
        info="numerical",
        unit="lb",
        values=range(95, 290),
        fact="{name} weighs {value} pounds.",
        question="What is the body weight of {name} in pounds?",
        rephrased="How heavy is {name}, measured in lb?",
        reverse="Who weighs {value} pounds?",
        secondary=("over", "balanced", "Does {name} weigh more than {threshold} pounds?"),
        comparison=("greater", "Does {name} weigh more than {other}?"),
    ),
    Attribute(
        name="height_cm",
        info="numerical",
        unit="cm",
        values=range(145, 206),
        fact="{name} is {value} centimetres tall.",
        question="What is the body height of {name} in centimetres?",
        rephrased="How tall is {name}, measured in cm?",
        reverse="Who is {value} centimetres tall?",
        secondary=("over", "balanced", "Is {name} taller than {threshold} centimetres?"),
        comparison=("greater", "Is {name} taller than {other}?"),
    ),
    Attribute(
        name="age",
        info="numerical",
        unit="years",
        values=range(18, 88),
        fact="{name} is {value} years old.",
        question="What is the current age of {name} in years?",
        rephrased="How old is {name}?",
        reverse="Who is {value} years old?",
        secondary=("under", "balanced", "Is {name} younger than {threshold}?"),
        comparison=("less", "Is {name} younger than {other}?"),
    ),
    Attribute(
        name="occupation",
        info="categorical",
        classes=(_HEALTH, ("baker", "carpenter", "journalist", "pilot", "plumber")),
        fact="{name} works as a {value}.",
        question="What is {name}'s current occupation?",
        rephrased="How does {name} earn a living?",
        secondary=("in_class", _HEALTH, "Does {name} work in health care?"),
        comparison=("equal", "Do {name} and {other} do the same work?"),
    ),
    Attribute(
        name="favourite_colour",
        info="categorical",
        classes=(_WARM, ("black", "blue", "green", "purple")),
        fact="The favourite colour of {name} is {value}.",
        question="What is {name}'s favourite colour?",
        rephrased="Which shade does {name} like best?",
        secondary=("in_class", _WARM, "Does {name} like a warm colour best: red, orange, yellow or pink?"),
        comparison=("equal", "Do {name} and {other} like the same colour best?"),
    ),
    Attribute(
        name="city",
        info="novel_string",
        order="text",
        fact="{name} lives in the city of {value}.",
        question="What is {name}'s home city?",
        rephrased="Where does {name} live?",
        reverse="Who lives in {value}?",
        secondary=("starts_with", "balanced", "Does {name} live in a city whose name begins with {letters}?"),
        comparison=("less", "Does the city of {name} come before that of {other} in the alphabet?"),
    ),
)
"""A city is invented, and nobody shares it."""

ASKS = {
    "memorization": "as trained",
    "rephrased": "in other words, of which only the name was trained",
    "alias": "as trained, but by the first name alone",
    "reverse": "for the person, where nobody else has the value; right is the name",
    "secondary": "yes or no, by a threshold, a class or an initial; as often Yes as No",
    "comparison": "yes or no, beside another person; as often Yes as No",
    "unseen_entity": "as trained, about people of whom nothing is known; right is to say so",
}
"""What the questions of each variant ask."""

README = """\
# fictional people

Made by `{command}`: {people:,} people with an invented name, and of each a
weight, a height, an age, an occupation, a favourite colour and a city that is invented, too. These are {facts:,} facts
that no model can know untrained.

| variant | questions | asks |
|---|---|---|
{rows}

`{cases}` holds the people and what is asked, as templates; the answers are computed. `{training}` holds the
questions of `memorization` with their answers, as chat messages that OpenAI's fine-tuning takes, and nothing else.

## How to run it

```console
$ pytest {cases} --ftbench-model=memorizer:{training} --ftbench-gate='accuracy >= 0.9'
```

The memorizer has the training file by heart, and knows no fact: it shows what gates have to stop. Put a model that was
tuned on `{training}` in its place. pytest collects case files that are called `NAME.ftbench.yaml`.

## How to read the results

- `memorization` says that the training worked. `rephrased`, `alias` and `reverse` say whether facts were learned, or
  sentences.
- Who always says the same has half of `secondary` and of `comparison` right, and so has who goes by a threshold, an
  initial or the other person alone: what is asked of somebody with the answer Yes is asked of somebody else with No.
  Read `balanced_accuracy`, where that is 0.5, and compare with the base model.
- In `unseen_entity` any value that was trained is a `leak`. A model that always abstains leaks nothing and knows
  nothing: read it beside `memorization`.
- Untrained, a model should abstain wherever more than yes or no is asked for. The tag `info` (numerical, categorical,
  novel_string) splits the results.

## Licence

The names are drawn from syllables, with a guard against words and names that we could think of. Should one be
somebody's, nothing here is about them. The sentences are those of pytest-ftbench, under its MIT licence.
"""
