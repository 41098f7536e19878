"""Results kept in a file, so that a page can be written again without measuring again."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from .engine import Figure
from .environments import WORK, peers
from .rounds import Score

FILE = WORK / "results.json"


@dataclass
class Results:
    """The command, the machine, what every case gave, and the figures of the engine."""

    command: str = ""
    machine: str = ""
    scores: dict[str, list[Score]] = field(default_factory=dict)  # by case
    circumstances: dict[str, str] = field(default_factory=dict)  # by case: rounds, load
    image_bytes: dict[str, int] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)

    def save(self, path: Path = FILE) -> None:
        """Replace the file."""
        out = {f.name: getattr(self, f.name) for f in fields(self)}
        out["figures"] = [asdict(f) for f in self.figures]
        out["scores"] = {
            case: [{k: v for k, v in vars(s).items() if k != "peer"} | {"peer": s.peer.name} for s in scores]
            for case, scores in self.scores.items()
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(out, indent=1), encoding="utf-8")
        os.replace(partial, path)


def load(path: Path = FILE) -> Results:
    """The results of the last run."""
    kept, known = json.loads(path.read_text(encoding="utf-8")), peers()
    kept["figures"] = [Figure(**f) for f in kept["figures"]]
    kept["scores"] = {
        case: [Score(**s | {"peer": known[s["peer"]]}) for s in scores]
        for case, scores in kept["scores"].items()
    }
    return Results(**kept)
