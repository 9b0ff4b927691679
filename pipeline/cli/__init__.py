"""The command line: click declarations, options and exit codes. The commands call the library and print.

Each command's work is in a module of this folder, imported when the command runs: `--help` loads click alone. Lives
here: what can be typed, and how an error becomes a line and an exit code. The environment, argv and the clock are read
in this folder and passed down. Imports any layer.
"""

from __future__ import annotations

import errno
import sys
from contextlib import suppress
from typing import Any

import click

from pipeline import __version__
from pipeline.cli.review import review

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

_EPILOG = """\b
Exit codes:
  0 done    1 check found blocking findings (run: with --strict)    2 usage
  65 some briefs could not be used    74 output folder cannot be written
  75 try again later    78 configuration    70 a bug    130/143 interrupted
"""


class Commands(click.Group):
    """Lists the commands in the order a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=Commands, context_settings=CONTEXT, epilog=_EPILOG, invoke_without_command=True)
@click.version_option(__version__, prog_name="commentary")
@click.pass_context
def commentary(ctx: click.Context) -> None:
    """Turn news briefs into bilingual (English, Chinese) commentary drafts with checked figures and an AI label.

    \b
    First steps:
      commentary demo                        see it work: no key, no network
      commentary run briefs/ --out out/      needs OPENAI_API_KEY
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _settings_options(command: Any) -> Any:
    for option in reversed(
        (
            click.option("--model", help="Model name, as the endpoint knows it."),
            click.option("--base-url", help="Endpoint of a compatible server."),
            click.option("--in-flight", type=click.IntRange(1, 1000), help="Calls in flight at once."),
            click.option("--rpm", type=click.IntRange(1), metavar="N", help="Requests a minute at most."),
            click.option("--tpm", type=click.IntRange(1), metavar="N", help="Tokens a minute at most."),
            click.option("--max-cost", type=float, metavar="USD", help="What a run may cost in US dollars."),
            click.option("--max-tokens", type=click.IntRange(1), metavar="N", help="Tokens a run may use."),
            click.option("--repair-rounds", type=click.IntRange(0, 10), help="Rounds of repair."),
        )
    ):
        command = option(command)
    return command


def _output_options(command: Any) -> Any:
    command = click.option("--json", "as_json", is_flag=True, help="One JSON record a line on stdout, nothing else.")(
        command
    )
    return click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something is wrong.")(command)


class OutputFolder(click.Path):
    """A path that is named: an unset variable of a script would be this folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not value:
            self.fail("is empty. Name a folder; is a variable unset?", param, ctx)
        return super().convert(value, param, ctx)


class Finite(click.FloatRange):
    """A number that can be reckoned with: neither nan nor infinite."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if number - number != 0:
            self.fail(f"{value} is no number to reckon with.", param, ctx)
        return number


_OUT = OutputFolder(file_okay=True)


@commentary.command(context_settings=CONTEXT, short_help="See it work: shipped briefs, recorded replies, no key.")
@click.option("--out", type=_OUT, default="out/demo", show_default=True, help="Output folder.")
@_output_options
def demo(**options: Any) -> int:
    """Make drafts of the shipped briefs from recorded replies: the real pipeline, no key, no network."""
    from pipeline.cli.run import demo

    return demo(**options)


@commentary.command(context_settings=CONTEXT, short_help="Make drafts of briefs.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--out", type=_OUT, default="out", show_default=True, help="Output folder.")
@_settings_options
@click.option("--force", is_flag=True, help="Make drafts anew, asking the model again; edited ones are left alone.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a draft of these sources has blocking findings.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Work on at most N new briefs.")
@click.option("--dry-run", is_flag=True, help="Show steps, tokens and price; ask and write nothing, need no key.")
@click.option("--lock-wait", type=Finite(0), default=0.0, metavar="SECONDS", help="Wait for another run.")
@click.option("--replay", type=click.Path(), metavar="DIR", help="Take replies from recordings, ask no model.")
@click.option("--record", type=click.Path(), metavar="DIR", help="Keep the model's replies as recordings.")
@click.option("--log-file", type=click.Path(), metavar="FILE", help="Add the log to a file, not to stderr.")
@_output_options
def run(**options: Any) -> int:
    """Make drafts of briefs: files (.txt .md .json .jsonl), folders of them, feeds (RSS, Atom, JSON Feed)
    and article pages by path or URL, or - for standard input.

    A brief that has a draft in the output folder is left alone, so running it again is free.
    """
    from pipeline.cli.run import run

    return run(**options)


@commentary.command(context_settings=CONTEXT, short_help="Throw away old replies of the ledger.")
@click.option("--out", type=_OUT, default="out", show_default=True, help="Output folder.")
@click.option("--days", type=Finite(0), required=True, metavar="N", help="Of N days and older.")
@click.option("--dry-run", is_flag=True, help="Only say how many.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something is wrong.")
def prune(**options: Any) -> int:
    """Throw away replies kept in the ledger of an output folder, and briefs that have waited there as long.

    Drafts stay; an unfinished one is paid for again.
    """
    from pipeline.cli.run import prune

    return prune(**options)


@commentary.command(context_settings=CONTEXT, short_help="Check texts against a brief: no model, no key.")
@click.option("--source", required=True, type=click.Path(), metavar="BRIEF", help="The brief the text rests on.")
@click.option("--en", type=click.Path(), metavar="FILE", help="The English edition.")
@click.option("--zh", type=click.Path(), metavar="FILE", help="The Chinese edition.")
@click.option("--published", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Publication date, 2026-03-31.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing; the exit code tells.")
def check(**options: Any) -> int:
    """Check texts against a brief and against each other: no model, no key, no network.

    Exit code 1 when a finding blocks.
    """
    from pipeline.cli.check import check

    return check(**options)


commentary.add_command(review)


@commentary.command(context_settings=CONTEXT, short_help="See whether a run would work here.")
@click.option("--out", type=_OUT, default="out", show_default=True, help="Output folder.")
@click.option("--model", help="Model name, as the endpoint knows it.")
@click.option("--base-url", help="Endpoint of a compatible server.")
@click.option("--yes", "-y", is_flag=True, help="Ask the model one short question without asking you first.")
@click.option("--offline", is_flag=True, help="Look at this machine alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def doctor(**options: Any) -> int:
    """Look at key, endpoint, model, clock, output folder, ledger and extras, and say what to do.

    Nothing is spent unless you agree.
    """
    from pipeline.cli.doctor import run

    return run(**options)


@commentary.command(context_settings=CONTEXT, short_help="Approved drafts for publishing.")
@click.argument("drafts", nargs=-1, required=True, metavar="DRAFT...|OUT")
@click.option("--to", required=True, type=click.Path(), metavar="DIR", help="Folder to write to.")
@click.option("--format", type=click.Choice(["hugo", "json", "atom", "jsonfeed"]), default="hugo", show_default=True)
@click.option("--producer", metavar="NAME", help="Who publishes, for the AI label; else the setting producer.")
@click.option("--allow-unreviewed", is_flag=True, help="Also drafts nobody approved; they are marked as drafts.")
@click.option("--key", multiple=True, metavar="OLD=NEW", help="Rename a field (hugo, json); params= lifts its fields.")
@click.option("--url", default="", metavar="URL", help="Address DIR will be served at; feeds then name their own.")
@click.option("--home", default="", metavar="URL", help="The site the feeds are of.")
@click.option("--link", default="", metavar="URL", help="Where a site shows an article: {name} {id} {language}.")
@click.option("--out", type=click.Path(), metavar="DIR", help="Output folder to look a name or an id up in.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something is wrong.")
def export(**options: Any) -> int:
    """Write approved drafts for publishing, with every label: Hugo, plain JSON (one file a language), Atom, JSON Feed
    (one feed a language, holding the drafts of this call).

    DRAFT is a draft's folder, its name, or its id. Given an output folder, all its approved drafts.
    """
    from pipeline.cli.export import export

    return export(**options)


@commentary.group(context_settings=CONTEXT)
def config() -> None:
    """What is set, and where it comes from."""


@config.command("show", context_settings=CONTEXT)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def config_show(**options: Any) -> int:
    """Every setting, its value and its origin."""
    from pipeline.cli.config import config_show

    return config_show(**options)


@config.command("path", context_settings=CONTEXT)
def config_path() -> int:
    """The settings files that are looked for, the strongest first."""
    from pipeline.cli.config import config_path

    return config_path()


_PRESETS = ("openai", "deepseek", "ollama", "vllm", "llama.cpp")


@config.command("init", context_settings=CONTEXT)
@click.option("--preset", type=click.Choice(_PRESETS), help="Set what is known of a kind of server.")
@click.option("--user", is_flag=True, help="Write the file of this user, not the one of this folder.")
def config_init(**options: Any) -> int:
    """Write a settings file to begin with: ./commentary.toml."""
    from pipeline.cli.config import config_init

    return config_init(**options)


@commentary.group("prompts", context_settings=CONTEXT)
def prompts_group() -> None:
    """The prompts in force."""


@prompts_group.command("list", context_settings=CONTEXT)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def prompts_list(**options: Any) -> int:
    """Name, version, hash and file of each prompt."""
    from pipeline.cli.show import prompts_list

    return prompts_list(**options)


@prompts_group.command("show", context_settings=CONTEXT)
@click.argument("name")
def prompts_show(**options: Any) -> int:
    """The text of a prompt: copy it to a folder, change it, and set prompts_dir."""
    from pipeline.cli.show import prompts_show

    return prompts_show(**options)


@commentary.command(context_settings=CONTEXT)
def schema() -> int:
    """The JSON Schema of draft.json."""
    from pipeline.cli.show import schema

    return schema()


def main() -> None:
    """The entry point: run a command, turn what it raises into one line and an exit code."""
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    from pipeline.errors import PipelineError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without Han characters shows escapes
            stream.reconfigure(errors="backslashreplace")
    try:
        return commentary.main(arguments, prog_name="commentary", standalone_mode=False) or 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        with suppress(OSError):  # nobody reads it, the code says it too
            error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _note("commentary: interrupted; finished calls and drafts are kept")
        return 130
    except PipelineError as error:
        _note(f"commentary: {error}")
        return error.exit_code
    except BrokenPipeError:
        from pipeline.cli.streams import to_nowhere

        to_nowhere(sys.stdout)
        return 0
    except Exception as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            _note(f"commentary: cannot write: {error}. Make room.")
            return 74
        from pipeline.cli.printing import bug_line

        _note(f"commentary: {bug_line(error)}")
        return 70


def _note(line: str) -> None:
    from pipeline.cli.streams import note

    note(line)
