"""`commentary doctor`: whether a run would work here, one row a thing that may be wrong, each with the next step.

Lives here: the rows, by what they are about: `setup`, `endpoint`, `machine`. Does not: printing, asking the user,
opening the endpoint (`cli/`). Nothing is mended, and nothing written but one empty file that is removed again. Imports
layers 0 and 1.
"""

from pipeline.doctor.endpoint import (
    clock_row,
    configuration_row,
    endpoint_row,
    listed_row,
    model_row,
    price_bound,
)
from pipeline.doctor.machine import extras_rows, folder_row, ledger_row, token_row
from pipeline.doctor.row import Row
from pipeline.doctor.setup import key_row, settings_row

__all__ = [
    "Row",
    "clock_row",
    "configuration_row",
    "endpoint_row",
    "extras_rows",
    "folder_row",
    "key_row",
    "ledger_row",
    "listed_row",
    "model_row",
    "price_bound",
    "settings_row",
    "token_row",
]
