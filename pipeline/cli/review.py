"""`commentary review`: what can be typed. The work is in `decide`, loaded when a command runs."""

from __future__ import annotations

from typing import Any

import click

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Commands(click.Group):
    """Lists the commands in the order a reviewer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=Commands, context_settings=CONTEXT)
def review() -> None:
    """Decide on drafts: what waits, approve, reject, take in an edit.

    DRAFT is a draft's folder, its name, or its id; the last two are looked up in --out.
    """


_OUT = click.option(
    "--out", type=click.Path(), metavar="DIR", help="Output folder to look a name or an id up in. [default: out, or .]"
)
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
_DRAFT = click.argument("draft", metavar="DRAFT")
_REVIEWER = click.option("--reviewer", required=True, metavar="NAME", help="Who decides; named in the published text.")
_SEEN = click.option(
    "--content", "content", metavar="SHA256", help="The text decided on (8 characters or more); refuse any other."
)


_NOTE = click.option("--note", metavar="TEXT", default="", help="For the record.")
_WHY = click.option("--note", metavar="TEXT", required=True, help="Why.")
_WAIVE = click.option("--waive", multiple=True, metavar="ID=NOTE", help="Accept a finding, and why. May be repeated.")


@review.command("list", context_settings=CONTEXT)
@click.argument("out", type=click.Path(), default="out", metavar="[OUT]")
@_JSON
def list_(**options: Any) -> int:
    """Every draft of an output folder: where its review stands, its open findings."""
    from pipeline.cli.decide import list_

    return list_(**options)


@review.command(context_settings=CONTEXT)
@_DRAFT
@_OUT
@_JSON
def show(**options: Any) -> int:
    """One draft: its findings with their ids, waivers, and every decision so far."""
    from pipeline.cli.decide import show

    return show(**options)


@review.command(context_settings=CONTEXT)
@_DRAFT
@_REVIEWER
@_NOTE
@_WAIVE
@_SEEN
@_OUT
def approve(**options: Any) -> int:
    """Approve a draft. Every blocking finding must be fixed or waived first."""
    from pipeline.cli.decide import decide

    return decide("approved", **options)


@review.command(context_settings=CONTEXT)
@_DRAFT
@_REVIEWER
@_WHY
@_WAIVE
@_SEEN
@_OUT
def reject(**options: Any) -> int:
    """Reject a draft, and say why."""
    from pipeline.cli.decide import decide

    return decide("rejected", **options)


@review.command(context_settings=CONTEXT)
@_DRAFT
@_REVIEWER
@_NOTE
@_SEEN
@_OUT
def reopen(**options: Any) -> int:
    """Take a decision back. It stays on record."""
    from pipeline.cli.decide import decide

    return decide("reopened", **options)


@review.command(context_settings=CONTEXT)
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@_OUT
def apply(**options: Any) -> int:
    """Take in decisions that were downloaded from pages (decision.json), under any file name."""
    from pipeline.cli.decide import apply

    return apply(**options)


@review.command(context_settings=CONTEXT)
@click.argument("targets", nargs=-1, required=True, metavar="DRAFT...|OUT")
@_OUT
@click.option("--quiet", "-q", is_flag=True, help="Print nothing unless something is wrong.")
def rebuild(**options: Any) -> int:
    """After an edit of en.md or zh.md: read it back, check it again, show what differs. An approval is void then.

    Given an output folder, all its drafts.
    """
    from pipeline.cli.decide import rebuild

    return rebuild(**options)


@review.command(context_settings=CONTEXT)
@click.argument("out", type=click.Path(), default="out", metavar="[OUT]")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port; any free one when not given."
)
def serve(**options: Any) -> int:
    """The pages with working buttons and editable text, on this machine only. Ctrl-C ends it.

    Needs the extra: pip install 'news-commentary[serve]'
    """
    from pipeline.cli.decide import serve

    return serve(**options)
