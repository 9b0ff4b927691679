"""How fast and how dear a run is: each row beside its anchor, measured in the same minutes on the same machine.

    python -m benchmarks.speed [ROW ...] [--rounds 3] [--text FILE] [--anchor MODULE.py]

startup     processor time of --help, --version and runs with nothing to do; anchor: an argparse program with the same
            commands. Then from the start to the first request; anchor: importing openai and asking once.
client      processor time a call of the whole pipeline, and the checker's part; anchor: bare calls of the same bodies.
transport   processor time a call over aiohttp; anchor: the transport that the SDK takes otherwise.
runner      wall of 200 briefs whose calls take 50 to 300 ms, 32 in flight, ledger and fsync on; anchor: the best
            schedule of the same times. With short briefs (6 calls) and news (11), the model sleeping in the process,
            and over HTTP.
burst       wall of 64 and 256 briefs at once at realistic latency; anchor: the time of one draft of that shape.
shape       time to one draft and its price at 0.5 s to the first token and 80 a second; anchors: extract + write + one
            paragraph for the time, the calls one after another for the price (cached input a quarter as dear).
many        1,000 briefs in one run with 2 % faults of each kind: endings, reasons, requests, peak memory.
endless     requests to a provider that answers 500 for ever.
recogniser  megabytes of news a second (--text, else the articles of the demo, 5 figures in 1,000 characters; the more
            there are, the more there is to do); anchor: one plain alternation (--anchor for another).
hostile     the slowest hostile text, beside the news; ten times as much of it, beside itself.
page        the page of a draft, beside importing openai.

Without a name all rows, which takes an hour and more (`many` alone 23 minutes a round). Numbers are medians of the
rounds. Lives here: the list.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import faults, processor, recogniser, wall
from benchmarks.measuring import SCRATCH

ROWS: dict[str, Callable[[argparse.Namespace], None]] = {
    "startup": lambda options: processor.startup(options.rounds),
    "client": lambda options: processor.client(options.rounds),
    "transport": lambda options: processor.transport(options.rounds),
    "runner": lambda options: wall.runner(options.rounds),
    "burst": lambda options: wall.burst(options.rounds),
    "shape": lambda options: wall.shape(options.rounds),
    "many": lambda options: faults.many(options.rounds),
    "endless": lambda options: faults.endless(),
    "recogniser": lambda options: recogniser.recogniser(options.text, options.anchor),
    "hostile": lambda options: recogniser.hostile(options.text),
    "page": lambda options: recogniser.page(),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"what to measure, else all: {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often")
    parser.add_argument("--text", type=Path, metavar="FILE", help="a file of news, a megabyte or so")
    parser.add_argument("--anchor", type=Path, metavar="MODULE.py", help="a module with scan(text) to compare with")
    options = parser.parse_args(arguments)
    for name in options.rows:
        if name not in ROWS:
            parser.error(f"{name}: no such row. Choose from {', '.join(ROWS)}.")
    SCRATCH.mkdir(exist_ok=True)
    print(f"{'':44}{'ours':>16}{'anchor':>16}")
    for name in options.rows or ROWS:
        ROWS[name](options)


if __name__ == "__main__":
    main()
