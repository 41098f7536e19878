"""Dialogs of ImageJ driven as a user drives them: clicks and entries by way of Java's event queue."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from .imagej_state import java


def wait(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until something holds; its value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited in vain; dialogs: {[texts(w) for w in showing()]}")
        time.sleep(0.01)
    return value


def showing(kind: str = "java.awt.Dialog") -> list[Any]:
    """The dialogs that are open."""
    return [w for w in java("java.awt.Window").getWindows() if isinstance(w, java(kind)) and w.isShowing()]


def texts(container: Any) -> str:
    """All words in a dialog."""
    words = []
    for part in container.getComponents():
        if hasattr(part, "getComponents"):
            words.append(texts(part))
        elif isinstance(part, java("java.awt.Label")):
            words.append(str(part.getText()))
        elif isinstance(part, java("ij.gui.MultiLineLabel")):
            lines = part.getClass().getDeclaredField("lines")
            lines.setAccessible(True)
            words.extend(str(line) for line in lines.get(part))
    return " ".join(" ".join(words).split())


def settled(window: Any, sign: str = "") -> str:
    """The words of a dialog when a sign is among them and they have not changed for half a second."""
    seen, since = "", time.monotonic()

    def steady() -> bool:
        nonlocal seen, since
        if texts(window) != seen:
            seen, since = texts(window), time.monotonic()
        return sign in seen and time.monotonic() - since > 0.5

    wait(steady)
    return seen


def select(title: str) -> None:
    """Make an image the current one, and wait until no late window event makes it another."""
    since = time.monotonic()

    def steady() -> bool:
        nonlocal since
        current = java("ij.WindowManager").getCurrentImage()
        if current is None or str(current.getTitle()) != title:
            java("ij.IJ").selectWindow(title)
            since = time.monotonic()
        return time.monotonic() - since > 0.2

    wait(steady)


def post(event: Any) -> None:
    """Let Java handle an event as it handles a click."""
    java("java.awt.Toolkit").getDefaultToolkit().getSystemEventQueue().postEvent(event)


def menu_of_plugins() -> Any:
    """The menu Plugins > Edge PSF."""
    menu = java("ij.Menus").getImageJMenu("Plugins")
    parts = (menu.getItem(i) for i in range(menu.getItemCount()))
    return next(part for part in parts if str(part.getLabel()) == "Edge PSF")


def choose(name: str) -> None:
    """Choose a command from the menu."""
    menu = menu_of_plugins()
    items = (menu.getItem(i) for i in range(menu.getItemCount()))
    item = next(each for each in items if str(each.getLabel()) == name)
    post(java("java.awt.event.ActionEvent")(item, 1001, name))


def dialog(kind: str = "ij.gui.GenericDialog", but: Any = None) -> Any:
    """The dialog that is open, but not the one that was, when it waits for the user."""
    window = wait(lambda: next((w for w in showing(kind) if w != but), None))
    wait(_is_waiting)
    time.sleep(0.05)
    return window


def _is_waiting() -> bool:
    """Whether a dialog waits for the user; pressed earlier, as no user can, it would stay open for ever."""
    stacks = java("java.lang.Thread").getAllStackTraces().values()
    return any("WaitDispatchSupport.enter(" in str(frame) for stack in stacks for frame in stack)


def press(window: Any, label: str = "OK") -> None:
    """Press a button of a dialog."""
    button = next(b for b in _buttons(window) if str(b.getLabel()).strip() == label)
    post(java("java.awt.event.ActionEvent")(button, 1001, label))


def _buttons(container: Any) -> Iterator[Any]:
    for part in container.getComponents():
        if isinstance(part, java("java.awt.Button")):
            yield part
        elif hasattr(part, "getComponents"):
            yield from _buttons(part)


def fields(window: Any) -> dict[str, Any]:
    """Fields by key, which is the label up to its colon in lower case, with "_" for blanks."""
    found, key = {}, None
    for part in window.getComponents():
        if isinstance(part, java("java.awt.Checkbox")):
            found[_key(part.getLabel())] = part
        elif isinstance(part, java("java.awt.Label")):
            key = _key(part.getText())
        elif key:
            found[key] = part.getComponent(0) if isinstance(part, java("java.awt.Panel")) else part
            key = None
    return found


def _key(label: Any) -> str:
    return str(label).split(":")[0].strip().lower().replace(" ", "_")


def entries(window: Any) -> dict[str, Any]:
    """What the fields hold: a text, the choice and its items, or whether a box is ticked."""
    out: dict[str, Any] = {}
    for key, part in fields(window).items():
        if isinstance(part, java("java.awt.Choice")):
            items = [str(part.getItem(i)) for i in range(part.getItemCount())]
            out[key] = [str(part.getSelectedItem()), *items]
        elif isinstance(part, java("java.awt.Checkbox")):
            out[key] = [bool(part.getState()), str(part.getLabel())]
        else:
            out[key] = str(part.getText())
    return out


def fill(window: Any, values: dict[str, str]) -> None:
    """Enter texts into fields."""
    found = fields(window)
    for key, text in values.items():
        if isinstance(found[key], java("java.awt.Choice")):
            found[key].select(text)
        elif isinstance(found[key], java("java.awt.Checkbox")):
            found[key].setState(text == "true")
        else:
            found[key].setText(text)


def finished(name: str) -> None:
    """Wait until a command chosen from the window has ended."""
    threads = java("java.lang.Thread")
    java("java.awt.EventQueue").invokeAndWait(lambda: None)  # the click has been handled

    def ended() -> bool:
        return name not in [str(t.getName()) for t in threads.getAllStackTraces().keySet()]

    # Twice: Java's list is wrong for a moment where one thread ends that has just started another.
    wait(lambda: ended() and ended())


def recorded() -> str:
    """The text of the Recorder."""
    return str(java("ij.plugin.frame.Recorder").getInstance().getText())
