"""Call the macro functions of the real Parallel Iterative Deconvolution: the child process of test_pid_calls.

    python pid_calls_in_java.py JARS WORK

WORK holds calls.json, a list of {"dimension", "method", "arguments"}. The process writes answers.json beside it: what
each call returned, null where it threw an exception.
"""

import json
import os
import sys
from pathlib import Path

import jpype

from plugins_in_java import ITERATIVE, start


def answer(call: dict) -> str | None:
    """The string that a call returns; null after an exception."""
    kind = jpype.JClass(f"{ITERATIVE}ParallelIterativeDeconvolution{call['dimension']}D")
    try:
        return str(getattr(kind, f"deconvolve{call['method']}")(*call["arguments"]))
    except jpype.JException as error:
        print(error, file=sys.stderr)
        return None


if __name__ == "__main__":
    try:
        start(Path(sys.argv[1]))
        work = Path(sys.argv[2])
        answers = [answer(call) for call in json.loads((work / "calls.json").read_text())]
        (work / "answers.json").write_text(json.dumps(answers))
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)
