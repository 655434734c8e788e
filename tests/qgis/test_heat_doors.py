"""Each analysis of heat has a command and an algorithm, and both ask for the same."""

from __future__ import annotations

import click
import pytest

from citygrid_core.cli.app import build
from citygrid_core.cli.heat import COMMANDS
from citygrid_plugin.processing.heat import HEAT
from citygrid_plugin.processing.heat_forecast import FORECASTS
from citygrid_plugin.processing.heat_tables import TABLES

#: Of the door, not of the analysis: where the answer goes, and in which form.
DOOR = {"--json", "--output", "-o", "--overwrite", "--dry-run", "--lang"}
#: A layer of points on a layer of grids: nothing that a workspace has to do with.
ON_LAYERS = {"heatpergrid"}
ALGORITHMS = {a.key: a for a in (*HEAT, *FORECASTS, *TABLES) if a.key not in ON_LAYERS}


def key(command: str) -> str:
    return "updateheat" if command == "update" else f"heat{command.replace('-', '')}"


def test_every_analysis_has_both() -> None:
    assert {key(command) for command in COMMANDS} == set(ALGORITHMS)


@pytest.mark.parametrize("name", COMMANDS)
def test_both_ask_for_the_same(name: str) -> None:
    whole = build()
    group = whole.get_command(click.Context(whole), "heat")
    assert isinstance(group, click.Group)
    command = group.get_command(click.Context(group), name)
    assert command is not None
    options = [p for p in command.params if isinstance(p, click.Option)]
    flags = {max(p.opts, key=len) for p in options} - DOOR
    asked = {option.word for option in ALGORITHMS[key(name)].options} - DOOR
    # a day has two names in the command
    assert {
        "--date" if f == "--at" and name in ("forecast", "brief") else f for f in flags
    } == asked
