"""The stages: typed async functions that ask a model one thing each and give back typed values.

One module a stage; `desk.py` holds what they share. Lives here: what each stage sends, how its answer is read and what
of it is believed. Does not: the order of the stages (`flow.py`), the wording (`prompts/`), the checking (`checker/`).
Imports layers 0 and 1.
"""

from pipeline.stages.desk import Desk, marked
from pipeline.stages.extraction import Extraction, extract
from pipeline.stages.headlines import Headline, headline
from pipeline.stages.revision import Passage, revise, revised
from pipeline.stages.translation import translate
from pipeline.stages.writing import write

__all__ = [
    "Desk",
    "Extraction",
    "Headline",
    "Passage",
    "extract",
    "headline",
    "marked",
    "revise",
    "revised",
    "translate",
    "write",
]
