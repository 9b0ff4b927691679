"""The error tree. Every error a caller may meet is a `PipelineError`; its message says what, why and the next step.

PipelineError
    ConfigurationError      the set-up is wrong: no key, key rejected, unknown model, bad value (exit 78)
        PromptError         a prompt file is missing, unreadable or names an unknown variable (exit 78)
    BriefError              one brief cannot be used; others go on (exit 65)
    Parked                  a model's reply cannot be used; not bought again until an input changes (exit 65)
    UpstreamError           the model's provider failed (exit 75)
        BadReplyError       a 200 stayed unusable after all attempts: HTML, error object, empty, cut JSON (exit 65)
    NoMoreCalls             nothing more may be asked in this run: budget reached, provider down (exit 75)
    LockedError             another run holds the output folder (exit 75)
    OutputError             the output folder cannot be written (exit 74)

Lives here: the classes and their exit codes. Does not: how they are printed (`cli.py`). Imports nothing.
"""


class PipelineError(Exception):
    """Base of every error of this package that a caller may handle. `requests` counts those sent for a failed call."""

    exit_code = 70
    requests = 0


class ConfigurationError(PipelineError):
    """The set-up is wrong and trying again will not help."""

    exit_code = 78


class PromptError(ConfigurationError):
    """A prompt cannot be loaded or rendered."""


class BriefError(PipelineError):
    """One brief cannot be used; the message says why."""

    exit_code = 65


class Parked(PipelineError):
    """A finished reply that cannot be used: filtered, refused, cut by length, or still invalid after the re-ask."""

    exit_code = 65


class UpstreamError(PipelineError):
    """The provider failed for now: down, throttling or dripping after all attempts."""

    exit_code = 75


class BadReplyError(UpstreamError):
    """The provider kept answering 200 with something that is not a reply."""

    exit_code = 65


class NoMoreCalls(PipelineError):
    """Nothing more may be asked in this run: its budget is reached, or the provider is down or asks for a long wait."""

    exit_code = 75


class LockedError(PipelineError):
    """Another run holds the output folder."""

    exit_code = 75


class OutputError(PipelineError):
    """The output folder cannot be written."""

    exit_code = 74
