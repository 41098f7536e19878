"""Figures of edgepsf's own engine: growth with size, share outside FFTs, acceleration, memory."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .cases import CASES, any_picture, scene
from .environments import Peer
from .measure import growth_exponent
from .rounds import work, write_job

SHAPES = {
    "2-D": [(512, 512), (1024, 1024), (2048, 2048), (4096, 4096), (8192, 8192)],
    "3-D": [(64, 64, 64), (64, 128, 128), (64, 256, 256), (256, 256, 256), (256, 512, 512)],
}
GROWTH_ITERATIONS = 3


@dataclass
class Figure:
    """One row: what, the value as text, and what the value rests on."""

    name: str
    value: str
    detail: str = ""


class Bench:
    """Runs jobs of one installed edgepsf in fresh processes."""

    def __init__(self, peer: Peer, folder: Path, threads: int, seed: int, rounds: int):
        self.peer, self.folder, self.threads = peer, folder, threads
        self.seed, self.rounds = seed, rounds

    def run(self, picture, iterations, options=None, script=None) -> dict:
        """Facts of one Richardson-Lucy job."""
        job = write_job(
            self.folder / "job.npz", picture, "richardson_lucy", iterations, self.threads, options=options
        )
        return work(self.peer, job, self.threads, script)[1]

    def growth(self, kind: str) -> Figure:
        """Exponents of time and CPU time; the fastest of the rounds, which other work disturbs least."""
        shapes = SHAPES[kind]
        size = {"2-D": 33, "3-D": 31}[kind]
        best = np.full((2, len(shapes)), np.inf)
        for _ in range(self.rounds):
            for i, shape in enumerate(shapes):
                facts = self.run(any_picture(shape, size, self.seed), GROWTH_ITERATIONS)
                best[:, i] = np.minimum(best[:, i], [facts["wall"], facts["cpu"]])
        voxels = [float(np.prod(shape)) for shape in shapes]
        seconds = ", ".join(f"{t:.3g}" for t in best[0])
        return Figure(
            f"exponent of time / CPU time against size, {kind}",
            " / ".join(f"{growth_exponent(voxels, row):.2f}" for row in best),
            f"{seconds} s for {GROWTH_ITERATIONS} iterations at 2^18, 2^20, 2^22, 2^24, 2^26 voxels, PSF {size} wide",
        )

    def outside_fft(self) -> Figure:
        """Share of an iteration's time outside FFTs, 2-D."""
        facts = self.run(scene(CASES["rl-2d"], self.seed), 20, script="cell_outside_fft.py")
        size = "×".join(map(str, facts["domain"]))
        step, ffts, setup = (1e3 * np.array(facts[k]) for k in ("iteration", "ffts", "setup"))
        return Figure(
            "share of an iteration outside FFTs, 2-D: time / CPU time",
            " / ".join(f"{100 * share:.0f} %" for share in facts["share"]),
            f"{step[0]:.1f} / {step[1]:.1f} ms an iteration, {ffts[0]:.1f} / {ffts[1]:.1f} ms for its four FFTs of "
            f"{size} ({facts['library']}), {setup[0]:.0f} / {setup[1]:.0f} ms to set up",
        )

    def acceleration(self) -> list[Figure]:
        """Iterations to plain RL-100's likelihood."""
        case = replace(CASES["rl-2d"], shape=(256, 256))
        facts = self.run(scene(case, self.seed), 20, script="cell_acceleration.py")
        rows = []
        for name, judged in facts.items():
            by = "computed from the pictures" if name == "periodic" else "from the engine's record"
            title = f"iterations to the likelihood of RL-100, accelerated, {name} borders"
            if "reason" in judged:
                rows.append(Figure(title, "–", judged["reason"]))
            else:
                note = f"256², PSF 33², {by}; the likelihood falls {judged['rises']} times in 45 iterations"
                rows.append(Figure(title, str(judged["iterations"] or "> 45"), note))
        return rows

    def memory(self, accelerate: bool) -> Figure:
        """Peak memory of 3-D Richardson-Lucy over the image's own."""
        picture = scene(CASES["rl-3d"], self.seed)
        facts = self.run(picture, 5, {"accelerate": True} if accelerate else None)
        title = f"peak memory ÷ image, 3-D, {'accelerated' if accelerate else 'plain'}"
        return Figure(
            title, f"{facts['memory'] / picture['image'].nbytes:.1f}", "64×256×256, PSF 31³, float32"
        )


def figures(peer: Peer, threads: int, seed: int, rounds: int) -> list[Figure]:
    """All figures; one that cannot be had says why."""
    out: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(peer, Path(folder), threads, seed, rounds)
        todo = {
            "growth, 2-D": lambda: bench.growth("2-D"),
            "growth, 3-D": lambda: bench.growth("3-D"),
            "share outside FFTs": bench.outside_fft,
            "acceleration": bench.acceleration,
            "peak memory ÷ image, 3-D, plain": lambda: bench.memory(False),
            "peak memory ÷ image, 3-D, accelerated": lambda: bench.memory(True),
        }
        for name, make in todo.items():
            try:
                made = make()
            except RuntimeError as error:
                made = Figure(name, "–", str(error))
            out += made if isinstance(made, list) else [made]
            print(f"  {out[-1].name}: {out[-1].value}", flush=True)
    return out
