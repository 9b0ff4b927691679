"""The output folder: a draft's folder appears whole or not at all, and what a person touched is never overwritten.

Lives here: its files and their names (`folders`), writing them (`saving`), locks (`locks`), what people touched
(`touched`), the two lists of all drafts (`lists`). Does not: the text of the files (`render`), decisions and edits
(`review`). Imports lower layers.
"""

from pipeline.store.folders import (
    EDITIONS,
    FORMATS,
    ORIGINAL,
    Format,
    draft_folders,
    find,
    formats_of,
    load,
    load_decision,
    load_decision_file,
    load_original,
    load_run,
    origins,
)
from pipeline.store.lists import index_rows, rebuild_index
from pipeline.store.locks import held, writing
from pipeline.store.saving import reprint, save, sweep
from pipeline.store.touched import is_edited, is_kept, relabelled, untaken

__all__ = [
    "EDITIONS",
    "FORMATS",
    "ORIGINAL",
    "Format",
    "draft_folders",
    "find",
    "formats_of",
    "held",
    "index_rows",
    "is_edited",
    "is_kept",
    "load",
    "load_decision",
    "load_decision_file",
    "load_original",
    "load_run",
    "origins",
    "rebuild_index",
    "relabelled",
    "reprint",
    "save",
    "sweep",
    "untaken",
    "writing",
]
