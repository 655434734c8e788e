"""Declared options: each is one that the command has, and what is given becomes its words."""

from __future__ import annotations

from typing import Any

import click
import pytest
from qgis.core import QgsProcessingContext

from citygrid_core.cli.app import build
from citygrid_plugin.processing.commands import CommandAlgorithm
from citygrid_plugin.processing.provider import ALGORITHMS

COMMANDS = [a for a in ALGORITHMS if issubclass(a, CommandAlgorithm)]


def command_of(words: tuple[str, ...]) -> click.Command:
    found: click.Command = build()
    for word in words:
        assert isinstance(found, click.Group)
        next_ = found.get_command(click.Context(found), word)
        assert next_ is not None, words
        found = next_
    return found


@pytest.mark.parametrize("algorithm", COMMANDS, ids=lambda a: a.key)
def test_every_option_is_one_of_the_command(algorithm: type[CommandAlgorithm]) -> None:
    command = command_of(tuple(algorithm.command))
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    own = [o for o in algorithm.options if o.flag == ""]
    assert len(own) <= len(arguments) - 1
    for option in algorithm.options:
        flag = (
            option.flag if option.flag is not None else "--" + option.name.lower().replace("_", "-")
        )
        assert not flag or flag in known, (algorithm.key, flag)
        assert set(option.then) <= known
        assert option.title.en != option.title.zh or option.kind == "file"
    assert not algorithm.dry_run or "--dry-run" in known


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        (
            "makepacks",
            {"FOLDER": "/x/packs", "TEAMS": 3, "UNTIL": "2099-01-01", "NAMES": "甲，乙 丙"},
            ["/x/packs", "--teams", "3", "--until", "2099-01-01", "--name", "甲", "--name", "乙",
             "--name", "丙"],
        ),
        ("returnpack", {"PACK": "/x/pack.gpkg"}, ["/x/pack.gpkg"]),
        (
            "sampleplan",
            {"DESIGN": 1, "BY": 1, "SEED": 7, "OUTPUT": "/x/list.csv"},
            ["--design", "units", "--by", "sheet", "--seed", "7", "-o", "/x/list.csv",
             "--overwrite"],
        ),
        (
            "checkcomponents",
            {"RULES": "P01, codes", "CHANGED": True},
            ["--rule", "P01", "--rule", "codes", "--changed"],
        ),
        ("packconflicts", {"CODES": "P00001", "TAKE": 1}, ["P00001", "--take", "theirs"]),
        ("packconflicts", {"OUTPUT": "/x/c.gpkg"}, ["-o", "/x/c.gpkg"]),
        ("findtwins", {"MERGE_ABOVE": 0.75}, ["--merge-above", "0.75"]),
        ("importdepartments", {"FILE": "/x/a.csv", "DATUM": 2}, ["/x/a.csv", "--datum", "gcj02"]),
        ("importdepartments", {"FILE": "/x/a.csv", "CRS": "EPSG:4547"},
         ["/x/a.csv", "--crs", "EPSG:4547"]),
        ("drawworkspacegrids", {"ROADS": "a:b", "REDRAW": False},
         ["--roads", "a:b", "--target-area", "10000"]),
    ],
)  # fmt: skip
def test_what_is_given_becomes_words(
    provider: Any, key: str, given: dict[str, Any], words: list[str]
) -> None:
    algorithm = provider.algorithm(key).create()
    assert list(algorithm.arguments(given, QgsProcessingContext())) == words
