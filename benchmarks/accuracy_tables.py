"""Rows of the accuracy tables, and how they are printed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from peers_accuracy import percent, rms


@dataclass
class Row:
    case: str
    figure: str
    value: str
    bound: str = ""
    target: str = ""
    met: bool | None = None
    peers: str = ""

    def cells(self) -> list[str]:
        verdict = {True: "met", False: "**NOT met**", None: ""}[self.met]
        return [self.case, self.figure, self.value, self.bound, self.target, verdict, self.peers]


HEAD = ["case", "figure", "edgepsf", "CRB", "target", "verdict", "peers, same images"]


def show(title: str, rows: list[Row]) -> None:
    """Print a Markdown table, without the columns that are empty throughout."""
    cells = [HEAD] + [r.cells() for r in rows]
    used = [i for i in range(len(HEAD)) if any(c[i] for c in cells[1:])]
    lines = ["| " + " | ".join(c[i] for i in used) + " |" for c in cells]
    lines.insert(1, "|" + "---|" * len(used))
    print(f"\n## {title}\n\n" + "\n".join(lines), flush=True)


def fits(results: list[dict]) -> list[dict]:
    return [r for r in results if "mtf50" in r]


def failures(results: list[dict]) -> str:
    """What to add to a figure that not every run gave."""
    count = len(results) - len(fits(results))
    return f"; {count} of {len(results)} refused" if count else ""


def error_row(case: str, results, name: str, target: float | None, label: str = "") -> Row:
    """RMS error with the bias (mean error) of a relative figure."""
    good = fits(results)
    values = [r[name] for r in good]
    size = rms(values)
    bias = float(np.mean(values)) if values else float("nan")
    known = [r["bound"][name] for r in good if "bound" in r]
    return Row(
        case,
        label or f"{name.upper()} RMS error (bias)",
        f"{percent(size)} ({100 * bias:+.2f})" + failures(results),
        percent(rms(known)) if known else "",
        "" if target is None else f"≤ {100 * target:g} %",
        None if target is None else len(good) == len(results) and size <= target,
    )


def coverage_row(case: str, results, low: float, high: float) -> Row:
    share = float(np.mean([r["covered"] for r in fits(results)]))
    return Row(
        case,
        f"95 % interval of FWHM holds the truth, {len(results)} seeds",
        f"{share:.3f}" + failures(results),
        target=f"{low:g}–{high:g}",
        # Of a few seeds the share says nothing.
        met=low <= share <= high and len(fits(results)) == len(results) if len(results) >= 100 else None,
    )


def line_rows(case: str, results, judged: bool) -> list[Row]:
    """Angle and position beside 1.3 × their bound."""
    rows = []
    for name, unit, scale in (("angle", "°", 1.0), ("position", "px", 1.0)):
        good = fits(results)
        size, bound = rms([r[name] for r in good]), rms([r["bound"][name] for r in good])
        target, met = (f"≤ {1.3 * bound * scale:.5f}", size <= 1.3 * bound) if judged else ("", None)
        rows.append(Row(case, f"{name} RMS error, {unit}", f"{size:.5f}", f"{bound:.5f}", target, met))
    return rows


def choices(results) -> str:
    return ", ".join(f"{m} {c}" for m, c in Counter(r["model"] for r in fits(results)).most_common())


def l1_row(case: str, results, target: float | None) -> Row:
    values = [r["l1"] for r in fits(results)]
    mean = float(np.mean(values)) if values else float("nan")
    met = None if target is None else len(values) == len(results) and mean <= target
    text = f"{mean:.4f} (worst {max(values, default=float('nan')):.4f})" + failures(results)
    known = [r["bound"]["l1"] for r in fits(results) if "bound" in r]
    bound = f"{np.mean(known):.4f}" if known else ""
    return Row(case, "L1 of P, mean", text, bound, "" if target is None else f"≤ {target:.3f}", met)


def reasons(result: dict) -> list[str]:
    return [result["refused"]] if "refused" in result else result["warnings"]
