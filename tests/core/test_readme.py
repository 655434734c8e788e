"""The README's main job, as it is written."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.core.cli.test_cli import citygrid

ROOT = Path(__file__).parents[2]


def commands() -> list[list[str]]:
    text = (ROOT / "README.md").read_text("utf-8")
    block = text.partition("## The main job by hand")[2].split("```")[1].removeprefix("sh\n")
    block = re.sub(r"\\\n\s*", "", block)
    for name, value in re.findall(r'^(\w+)="([^"]*)"', block, re.M):
        block = block.replace(f"${name}", value)
    steps = [step for line in block.splitlines() for step in line.split("&&")]
    said = [shlex.split(step, comments=True) for step in steps]
    return [words[1:] for words in said if words[:1] == ["citygrid"]]


def test_every_command_of_the_readme_is_one() -> None:
    """Names and options, in one process: a command that is renamed is noticed at once."""
    import click
    from click.testing import CliRunner

    from citygrid_core.cli.app import build

    said = commands()
    assert len(said) > 15
    for words in said:
        command: click.Command = build()
        options = [w for w in words if w.startswith("-")]
        for word in words:
            if not isinstance(command, click.Group):
                break
            found = command.get_command(click.Context(command), word)
            assert found is not None, words
            command = found
        known = {o for p in command.params if isinstance(p, click.Option) for o in p.opts}
        assert set(options) <= known, (words, set(options) - known)
    assert CliRunner().invoke(build(), ["--help"]).exit_code == 0


@pytest.mark.long
def test_the_main_job_of_the_readme_runs_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{':'.join(sys.path[:1])}")
    for words in commands():
        done = citygrid(*words)
        assert done.returncode in (0, 1), (words, done.stdout[-500:], done.stderr[-500:])
    assert (tmp_path / "november.html").stat().st_size > 20_000
    assert (tmp_path / "brief.html").stat().st_size > 5_000
