"""Java classes made or changed at run time, before Java has loaded them, so that Python answers their methods.

The tool is javassist, which ImageJ's patcher brings along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_FUNCTION = "java.util.function.BiFunction"
_kept: list[Any] = []  # Java holds the proxies; Python must hold their functions


def loader() -> Any:
    """The class loader that has all jars of ImageJ."""
    from jpype import JClass

    return JClass("java.lang.ClassLoader").getSystemClassLoader()


def pool() -> Any:
    """A javassist.ClassPool that knows all classes of ImageJ."""
    from jpype import JClass

    made = JClass("javassist.ClassPool")(True)
    made.appendClassPath(JClass("javassist.LoaderClassPath")(loader()))
    return made


def is_loaded(name: str) -> bool:
    """Whether Java has loaded a class, which cannot be changed any more then."""
    from jpype import JClass

    text = JClass("java.lang.String").class_
    find = JClass("java.lang.ClassLoader").class_.getDeclaredMethod("findLoadedClass", text)
    find.setAccessible(True)
    return find.invoke(loader(), name) is not None


def add_field(made: Any) -> None:
    """Give a javassist.CtClass the field `answer`, in which `define` puts the Python function."""
    from jpype import JClass

    made.addField(JClass("javassist.CtField").make(f"public static {_FUNCTION} answer;", made))


def define(made: Any, answer: Callable[[Any, Any], str | None]) -> None:
    """Let Java load a javassist.CtClass that has the field `answer`.

    Parameters
    ----------
    made : javassist.CtClass
    answer : callable
        Takes the two Java objects that the class gives to ``answer.apply``; gives a text or None.
    """
    from jpype import JProxy

    proxy = JProxy(_FUNCTION, dict={"apply": answer})
    _kept.append(proxy)
    made.toClass(loader(), None).getField("answer").set(None, proxy)
