"""Verdicts by a judge model, for what the matchers leave undecided.

    case, response -rubrics, fence-> prompt -ask-> reply -reply-> grade -> Verdict

Nothing here calls a model: `ask` is given by the caller.
"""
