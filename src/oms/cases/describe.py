"""docs/states.md, written from the table of moves."""

from pathlib import Path

from oms.cases.states import MOVES, TITLES, Move, Side, State

_SIDES = {
    Side.APPLICANT: "заявитель",
    Side.DECIDER: "кто решает",
    Side.SYSTEM: "система",
}
_HEAD = """# States of an application

Written from `src/oms/cases/states.py` by `./oms describe docs`; do not edit.
`actions.perform` is the
only function that follows this table.
"""


def states_page() -> str:
    """The whole page as Markdown, with a diagram."""
    return "\n".join((_HEAD, _diagram(), "\n## Moves\n", _table()))


def write(folder: Path) -> Path:
    """Write states.md into the folder; return its path."""
    path = folder / "states.md"
    path.write_text(states_page(), encoding="utf-8")
    return path


def _diagram() -> str:
    names = [f"    {state.value}: {TITLES[state]}" for state in State]
    arrows = [
        f"    {source.value} --> {move.target.value}: {move.title}"
        for move in MOVES.values()
        for source in sorted(move.source)
    ]
    body = "\n".join([*names, f"    [*] --> {State.DRAFT.value}", *arrows])
    return f"```mermaid\nstateDiagram-v2\n{body}\n```"


def _table() -> str:
    head = ("| verb | button | from | to | whose move | message |", f"|{' --- |' * 6}")
    return "\n".join([*head, *(_row(verb, move) for verb, move in MOVES.items())]) + "\n"


def _row(verb: str, move: Move) -> str:
    source = ", ".join(TITLES[state] for state in sorted(move.source))
    whose = _SIDES[move.side] + (", взявший дело" if move.assignee_only else "")
    told = f"`{move.told}`" if move.told else "—"
    return f"| `{verb}` | {move.title} | {source} | {TITLES[move.target]} | {whose} | {told} |"
