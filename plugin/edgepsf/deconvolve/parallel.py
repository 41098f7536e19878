"""Pointwise work on large arrays in blocks of rows that fit the cache, shared among threads.

NumPy lets other threads run while it computes, and several operations on a block that stays in the cache cost
little more than one pass over the memory.
"""

from __future__ import annotations

import collections
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

BLOCK = 1 << 16  # numbers of an array in a block


@functools.cache
def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="edgepsf")


def blockwise(function: Callable[..., Any], *arrays: np.ndarray | None, workers: int = 1) -> Any:
    """Call `function` on matching blocks of rows of the arrays.

    Parameters
    ----------
    function : callable
        Takes one block of every array, works in place, and may return a number or an array.
    *arrays : ndarray or None
        Arrays of equal length along the first axis; None is passed on.
    workers : int
        Threads.

    Returns
    -------
    float or ndarray
        Sum of the returned values, added in the same order every time.
    """
    first = next(a for a in arrays if a is not None)
    rows = len(first)
    step = max(1, BLOCK * rows // max(first.size, 1))

    def run(start: int, stop: int) -> Any:
        total = 0.0
        for low in range(start, stop, step):
            part = slice(low, min(low + step, stop))
            value = function(*(None if a is None else a[part] for a in arrays))
            total = total if value is None else total + value
        return total

    if workers == 1 or first.size <= BLOCK:
        return run(0, rows)
    bounds = np.linspace(0, rows, workers + 1).astype(int)
    others = [_pool(workers - 1).submit(run, *part) for part in itertools.pairwise(bounds[1:])]
    return sum((each.result() for each in others), run(bounds[0], bounds[1]))


def in_order(function: Callable[..., Any], *items: Iterable[Any], workers: int = 1) -> Iterator[Any]:
    """Results of `function` for each of the items, in their order, computed by some threads.

    Only a few results are computed ahead, so that they need not all be held.

    Parameters
    ----------
    function : callable
        Takes one of every kind of items.
    *items : iterables of equal length
    workers : int
        Threads.
    """
    every = zip(*items, strict=True)
    if workers == 1:
        yield from (function(*each) for each in every)
        return
    pool = _pool(workers)
    begun = collections.deque(pool.submit(function, *each) for each in itertools.islice(every, 2 * workers))
    while begun:
        result = begun.popleft().result()
        begun.extend(pool.submit(function, *each) for each in itertools.islice(every, 1))
        yield result


def dot(one: np.ndarray, other: np.ndarray, workers: int = 1) -> float:
    """Inner product of two arrays of one shape."""
    return blockwise(_dot, one, other, workers=workers)


def _dot(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.vdot(one, other))
