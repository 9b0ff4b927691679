"""What people decide on drafts and change in them.

`cases` is a draft as its reviewer finds it, `decisions` what is decided, `edits` what a person wrote. Does not live
here: how files are written (`store`), pages (`render`), what can be typed (`cli`). The clock comes in as an argument.
Imports layers 0 to 3.
"""

from pipeline.review.cases import Case, cases, locate, look, rebuild_lists, superseded
from pipeline.review.decisions import Status, apply, decide, moment
from pipeline.review.edits import Rebuilt, edit, rebuild

__all__ = [
    "Case",
    "Rebuilt",
    "Status",
    "apply",
    "cases",
    "decide",
    "edit",
    "locate",
    "look",
    "moment",
    "rebuild",
    "rebuild_lists",
    "superseded",
]
