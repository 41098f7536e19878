"""Python in processes of its own, for states of Java and ImageJ that this process cannot have."""

from __future__ import annotations

import os
import subprocess
import sys

# A started ImageJ sets JAVA_HOME; a child looks for Java as this process did.
JAVA_HOME = os.environ.get("JAVA_HOME")


def child(*arguments: str, **env: str | None) -> subprocess.CompletedProcess:
    """A Python of its own; variables given replace those of this process, None takes them away."""
    environment = {k: v for k, v in {**os.environ, "JAVA_HOME": JAVA_HOME, **env}.items() if v is not None}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )


def refusal(code: str, *imports: str, **env: str | None) -> str:
    """The sentence of the EngineError that the code ends with."""
    lines = [
        "from edgepsf.errors import EngineError",
        *imports,
        "try:",
        *(f"    {c}" for c in code.split("; ")),
    ]
    done = child("-c", "\n".join([*lines, "except EngineError as error:", "    print(error)"]), **env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1, f"one sentence, on one line: {done.stdout}{done.stderr}"
    return done.stdout
