"""Table, page and plot of the comparison."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from .cases import CASES
from .environments import HERE
from .measure import BAND, paired_ratio
from .rounds import Score
from .saved import Results

OURS = ("edgepsf", "edgepsf-fast")
HEAD = (
    "| peer | version | time s | CPU s | edgepsf ÷ peer: time, scipy / ducc0 | CPU | peak memory ÷ image "
    "| PSNR dB: all | interior | edge | beyond the border |\n|---|---|---|---|---|---|---|---|---|---|---|"
)
INTRODUCTION = f"""# Benchmarks: deconvolution beside its peers

Written by the command below. Each call ran in a fresh process in the peer's own environment, in rounds A B C A B C …;
figures are medians over the rounds, ratios are medians of the ratios within a round (below 1: edgepsf is faster).
Every process makes three calls: a small one for imports and thread pools, one for the peak memory (resident size
above that before the call; compilers and FFT plans warm up in it), one for the time. Data are float32 with Poisson
noise from a truth wider than the field; the edge is a band of {BAND} px. Where a user has to give a regularisation,
the one that is best against the truth was given. Where other work loads the machine, CPU time says more than time.
"""


def machine() -> str:
    """CPU, cores, system and Python, without names of hosts or users."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def ratios(scores: list[Score], score: Score, quantity: str) -> list[float | None]:
    """edgepsf ÷ peer for scipy.fft and for ducc0; None where one of the two is missing."""
    by_name = {s.peer.name: s for s in scores}
    ours = [by_name.get(name) for name in OURS]
    return [
        None
        if s is None or s.reason or score.reason
        else paired_ratio(getattr(s, quantity), getattr(score, quantity))
        for s in ours
    ]


def table(scores: list[Score], image_bytes: int) -> str:
    """Markdown table of one case."""
    return "\n".join([HEAD, *(_row(scores, score, image_bytes) for score in scores)])


def _row(scores: list[Score], score: Score, image_bytes: int) -> str:
    if score.reason:
        return f"| {score.peer.name} | | {score.reason} | | | | | | | | |"
    values = [f"{score.median(name):.3f}" for name in ("wall", "cpu")]
    for name in ("wall", "cpu"):
        pair = ratios(scores, score, name)
        values.append(" / ".join("–" if r is None else f"{r:.2f}" for r in pair))
    values.append(f"{score.median('memory') / image_bytes:.1f}")
    values += [f"{score.psnr[region]:.2f}" for region in ("all", "interior", "edge")]
    return f"| {score.peer.name} | {score.version} | " + " | ".join(values) + f" | {score.edges} |"


def page(results: Results) -> str:
    """The page in Markdown."""
    picture = "![Time and PSNR beside the peers](images/benchmarks.png)"
    parts = [INTRODUCTION, f"```\n{results.command}\n```", results.machine, picture]
    called = {}
    for name, scores in results.scores.items():
        rows = table(scores, results.image_bytes[name])
        parts.append(f"## {CASES[name].title}\n\n{results.circumstances[name]}.\n\n{rows}")
        called |= {
            s.peer.name: f"- {s.peer.name}, Python {s.python}: {s.peer.note}." for s in scores if s.version
        }
    if called:
        parts.append("\n".join(["## How each peer was called\n", *called.values()]))
        parts.append(
            f"The calls stand in `benchmarks/{HERE.name}/peers/`, the exact versions in `peers.toml`."
        )
    if results.figures:
        rows = [f"| {f.name} | {f.value} | {f.detail} |" for f in results.figures]
        around = results.circumstances.get("engine", "")
        parts.append(
            "\n".join(
                [f"## edgepsf's engine\n\n{around}.\n", "| figure | value | from |\n|---|---|---|", *rows]
            )
        )
    return "\n\n".join(parts) + "\n"


def plot(results: Results, path: Path) -> None:
    """Bars of the time ratios, and the PSNR of the whole picture and of the edge band, one row a case."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    counts = [sum(not s.reason for s in scores) for scores in results.scores.values()]
    figure, axes = plt.subplots(
        len(counts),
        2,
        figsize=(10, 1.1 + sum(0.42 * n + 0.75 for n in counts)),
        squeeze=False,
        layout="constrained",
        height_ratios=[n + 1.2 for n in counts],
    )
    for (left, right), (name, scores) in zip(axes, results.scores.items(), strict=True):
        done = [s for s in scores if not s.reason]
        _bars(left, scores, [s for s in done if s.peer.name not in OURS])
        _dots(right, done)
        left.set_title(CASES[name].title, loc="left", fontsize=10)
    sides = ("time of edgepsf ÷ time of the peer", "left"), ("PSNR, dB", "right")
    for axis, (label, side) in zip(axes[-1], sides, strict=True):
        axis.set_xlabel(label)
        handles = axis.get_legend_handles_labels()
        figure.legend(*handles, frameon=False, fontsize=9, ncols=3, loc=f"outside lower {side}")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _bars(axis, scores: list[Score], peers: list[Score]) -> None:
    for shift, index, label, colour in ((-0.19, 0, "scipy.fft", "#9db8d2"), (0.19, 1, "ducc0", "#1f5f99")):
        rows = [
            (i + shift, [ratios(scores, s, q)[index] for q in ("wall", "cpu")]) for i, s in enumerate(peers)
        ]
        rows = [(y, pair) for y, pair in rows if pair[0] is not None]
        axis.barh([y for y, _ in rows], [pair[0] for _, pair in rows], 0.36, color=colour, label=label)
        marks = axis.plot(
            [pair[1] for _, pair in rows], [y for y, _ in rows], "d", color="#c8553d", mec="w", ms=7
        )
        for y, pair in rows:
            label = f"{pair[0]:.2f}, CPU {pair[1]:.2f}"
            axis.annotate(label, (max(pair), y), (7, 0), textcoords="offset points", va="center", size=8)
    marks[0].set_label("the same in CPU time")
    axis.axvline(1, color="k", lw=0.8, ls=":")
    axis.set_yticks(range(len(peers)), [s.peer.name for s in peers], fontsize=9)
    axis.set_ylim(len(peers) - 0.4, -0.6)
    axis.set_xlim(0, max(1.15, 1.25 * axis.get_xlim()[1]))
    axis.spines[["top", "right"]].set_visible(False)


def _dots(axis, done: list[Score]) -> None:
    for region, marker, colour in (("all", "o", "#1f5f99"), ("edge", "D", "#c8553d")):
        label = "whole picture" if region == "all" else f"edge band, {BAND} px"
        axis.plot([s.psnr[region] for s in done], range(len(done)), marker, color=colour, ms=6, label=label)
    axis.set_yticks(range(len(done)), [s.peer.name for s in done], fontsize=9)
    axis.invert_yaxis()
    axis.margins(y=0.25)
    axis.grid(axis="x", color="0.9")
    axis.spines[["top", "right"]].set_visible(False)
