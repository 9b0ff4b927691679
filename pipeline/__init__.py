"""news-commentary: a news brief in, a bilingual commentary with checked figures and an AI disclosure out.

The public names, loaded when first used: `import pipeline` does no work and loads nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.checker import check_draft, check_editions, check_text, compare
    from pipeline.errors import (
        BadReplyError,
        BriefError,
        ConfigurationError,
        LockedError,
        NoMoreCalls,
        OutputError,
        Parked,
        PipelineError,
        UpstreamError,
    )
    from pipeline.figures import find_figures
    from pipeline.flow import produce, produce_sync
    from pipeline.schema import Brief, Draft, Edition, Figure, Finding, Report
    from pipeline.settings import Settings

__version__ = "0.1.0"

_HOME = {
    "pipeline.checker": ("check_draft", "check_editions", "check_text", "compare"),
    "pipeline.errors": (
        "BadReplyError", "BriefError", "ConfigurationError", "LockedError", "NoMoreCalls", "OutputError", "Parked",
        "PipelineError", "UpstreamError",
    ),
    "pipeline.figures": ("find_figures",),
    "pipeline.flow": ("produce", "produce_sync"),
    "pipeline.schema": ("Brief", "Draft", "Edition", "Figure", "Finding", "Report"),
    "pipeline.settings": ("Settings",),
}  # fmt: skip
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "BadReplyError",
    "Brief",
    "BriefError",
    "ConfigurationError",
    "Draft",
    "Edition",
    "Figure",
    "Finding",
    "LockedError",
    "NoMoreCalls",
    "OutputError",
    "Parked",
    "PipelineError",
    "Report",
    "Settings",
    "UpstreamError",
    "check_draft",
    "check_editions",
    "check_text",
    "compare",
    "find_figures",
    "produce",
    "produce_sync",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_MODULE[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
