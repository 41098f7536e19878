"""`eval("script", "System.exit(0);")`: the line by which macros end an ImageJ without a window.

Java would end the process on the spot, and Java from version 15 on has no JavaScript. The script is therefore read
here: the macro stops, `Session.run_macro` raises SystemExit, and Python ends as it always does.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from .made_classes import add_field, define, is_loaded, pool
from .running import Session

_RUNNER = "ij.plugin.Macro_Runner"
_EXIT = re.compile(
    r"(?:import(?:Class|Package)\([^)]*\)[\s;]*)*(?:Packages\.)?(?:java\.lang\.)?"
    r"(?:System\.exit|Runtime\.getRuntime\(\)\.(?:exit|halt))\(\s*([-+]?\d+)\s*\)[\s;]*"
)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_NO_ENGINE = (
    'eval("script", …): this Java has no JavaScript, and only System.exit(CODE) is understood without it: '
    "use functions of the macro language, or put nashorn-core and its libraries into jars/"
)


def exit_code(script: str) -> int | None:
    """The exit code of a script that does nothing but end the process; None for every other script."""
    bare = _COMMENT.sub(" ", script).strip(" \t\r\n;")
    found = _EXIT.fullmatch(bare)
    return int(found[1]) if found else None


def answer_scripts(running: Session) -> None:
    """Read the scripts of `eval("script", …)` before ImageJ's own class does, from now on.

    Where that class has been used before, it stays as it is.
    """
    if is_loaded(_RUNNER):
        return

    def apply(script: Any, argument: Any) -> str | None:
        """Answer a script; None leaves it to ImageJ."""
        return _answer(running, str(script))

    made = pool().get(_RUNNER)
    add_field(made)
    made.getDeclaredMethod("runJavaScript").insertBefore(
        "{ Object known = answer.apply($1, $2); if (known != null) return (String) known; }"
    )
    define(made, apply)


def _answer(running: Session, script: str) -> str | None:
    from jpype import JClass

    code = exit_code(script)
    if code is not None:
        if not running.exit_macro(code):  # a macro that the user started from ImageJ's window
            sys.stdout.flush()
            sys.stderr.flush()
            JClass("java.lang.System").exit(code)
        return ""
    if JClass("javax.script.ScriptEngineManager")().getEngineByName("ECMAScript") is None:
        running.abort_macro(_NO_ENGINE)
        return ""
    return None
