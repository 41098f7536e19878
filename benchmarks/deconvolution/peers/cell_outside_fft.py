"""Share of Richardson-Lucy's time that is not spent in FFTs: the loop against the bare transforms it needs.

Four real FFTs an iteration (two there, two back) at the size and with the library that the engine takes. The cost
of an iteration is the slope between a short and a long run, so that set-up does not count.
"""

import json
import sys
import time

import numpy as np
from _worker import load
from scipy import fft

import edgepsf

SHORT, LONG, REPEATS = 5, 25, 7


def smooth_even(n: int) -> int:
    """The next even 5-smooth number."""
    n += n % 2
    while fft.next_fast_len(n, real=True) != n:
        n += 2
    return n


def transforms(shape, threads):
    """A forward and a backward transform as the engine does them, and the library's name."""
    real = np.random.default_rng(0).random(shape, dtype=np.float32)
    try:
        from edgepsf.deconvolve.fft import Plan
    except ImportError:
        return lambda: fft.irfftn(fft.rfftn(real, workers=threads), s=shape, workers=threads), "scipy"
    plan = Plan(shape, threads)
    return lambda: plan.inverse(plan.forward(real)), plan.backend


def times(call) -> np.ndarray:
    """Wall time and CPU time of a call in seconds."""
    start = np.array([time.perf_counter(), time.process_time()])
    call()
    return np.array([time.perf_counter(), time.process_time()]) - start


def main() -> None:
    """Interleaved repeats of short run, long run and transforms; medians, each for wall and CPU time."""
    job = load(sys.argv[1])
    shape = tuple(smooth_even(n + k - 1) for n, k in zip(job.image.shape, job.psf.shape, strict=True))
    pair, library = transforms(shape, job.threads)

    def run(iterations):
        return lambda: edgepsf.deconvolve(job.image, job.psf, iterations=iterations, workers=job.threads)

    run(SHORT)(), pair()
    steps, ffts, setups = [], [], []
    for _ in range(REPEATS):
        short, long = times(run(SHORT)), times(run(LONG))
        steps.append((long - short) / (LONG - SHORT))
        ffts.append(times(lambda: [pair() for _ in range(2 * (LONG - SHORT))]) / (LONG - SHORT))
        setups.append(short - SHORT * steps[-1])
    share = np.median(1 - np.array(ffts) / np.array(steps), axis=0)
    facts = {"library": library, "domain": shape, "share": share.tolist()}
    facts |= {"iteration": np.median(steps, axis=0).tolist(), "ffts": np.median(ffts, axis=0).tolist()}
    facts["setup"] = np.median(setups, axis=0).tolist()
    np.savez(sys.argv[2], result=np.zeros(1, np.float32), facts=json.dumps(facts))


if __name__ == "__main__":
    main()
