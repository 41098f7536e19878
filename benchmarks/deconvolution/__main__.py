"""edgepsf's deconvolution beside its peers: `python -m benchmarks.deconvolution --help`."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path

from . import saved
from .cases import CASES, scene
from .engine import figures
from .environments import peers, ready
from .report import OURS, machine, page, plot, table
from .rounds import compare
from .saved import Results


def arguments() -> argparse.Namespace:
    """The command line."""
    known = list(peers())
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deconvolution", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of truth and noise (default 1)")
    everything = [*CASES, "engine"]
    parser.add_argument(
        "--case", nargs="*", choices=everything, default=everything, help="cases (default all)"
    )
    parser.add_argument("--peers", nargs="*", choices=known, default=known, help="peers (default all)")
    parser.add_argument("--rounds", type=int, help="rounds of every case (default 5 in 2-D, 3 in 3-D)")
    parser.add_argument("--threads", type=int, default=2, help="threads of all that use several (default 2)")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE.md", help="write the page, and its plot into images/"
    )
    parser.add_argument("--add", action="store_true", help="keep what the last run measured of other cases")
    parser.add_argument(
        "--saved", action="store_true", help="measure nothing: write what the last run measured"
    )
    return parser.parse_args()


def command(args: argparse.Namespace) -> str:
    """The command that measures everything on the page again."""
    words = [
        "python",
        "-m",
        "benchmarks.deconvolution",
        "--seed",
        str(args.seed),
        "--threads",
        str(args.threads),
    ]
    if args.peers != list(peers()):
        words += ["--peers", *args.peers]
    return shlex.join([*words, "--write", "docs/benchmarks.md"])


def run(args: argparse.Namespace) -> Results:
    """Install and measure; what is measured is kept after every step."""
    chosen = [(peer, ready(peer)) for name, peer in peers().items() if name in args.peers]
    results = saved.load() if args.add else Results()
    results.command, results.machine = (
        command(args),
        f"{machine()}; {args.threads} threads, one for scikit-image and RedLionfish, which use no more by themselves.",
    )
    for name, case in CASES.items():
        if name not in args.case:
            continue
        picture, rounds = scene(case, args.seed), args.rounds or case.rounds
        taking_part = [(peer, reason) for peer, reason in chosen if name in peer.cases or case.iterations > 1]
        print(f"{case.title}: {rounds} rounds", flush=True)
        results.circumstances[name] = f"{rounds} rounds{load_average()}"
        results.image_bytes[name] = picture["image"].nbytes
        results.scores[name] = compare(case, taking_part, picture, rounds, args.threads)
        results.save()
        print(table(results.scores[name], picture["image"].nbytes), flush=True)
    able = [peer for peer, reason in chosen if peer.name in OURS and reason is None]
    if able and "engine" in args.case:
        rounds = min(args.rounds or 2, 2)
        results.circumstances["engine"] = f"{able[-1].note}{load_average()}"
        results.figures = figures(able[-1], args.threads, args.seed, rounds)
        results.save()
    return results


def load_average() -> str:
    """What else the machine had to do at the start, where the system tells."""
    return f"; load average {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""


def main() -> None:
    """Measure, print, write."""
    args = arguments()
    results = saved.load() if args.saved else run(args)
    print(results.machine)
    if args.write:
        pictures = args.write.parent / "images"
        pictures.mkdir(parents=True, exist_ok=True)
        plot(results, pictures / "benchmarks.png")
        args.write.write_text(page(results), encoding="utf-8")
        print(f"written: {args.write}")


if __name__ == "__main__":
    main()
