"""Jobs as child processes: books, errors, progress, cancel."""

from __future__ import annotations

import time
from pathlib import Path

from qgis.core import QgsApplication

from citygrid_plugin.i18n import set_language
from citygrid_plugin.services.command import CommandResult, run_command
from citygrid_plugin.services.jobs import CommandTask


def test_a_command_answers_with_its_json() -> None:
    result = run_command(["standards", "list"])
    assert result.done
    assert result.exit_code == 0
    assert result.report


def test_an_error_is_said_in_the_users_language(tmp_path: Path) -> None:
    result = run_command(["info", str(tmp_path / "nowhere.gpkg")])
    assert not result.done
    said = []
    for lang in ("en", "zh"):
        set_language(lang)  # type: ignore[arg-type]
        said.append(result.error())
    set_language(None)
    assert said[0] != said[1]
    assert "nowhere.gpkg" in said[0]
    assert "nowhere.gpkg" in said[1]


def test_usage_errors_come_through_too() -> None:
    result = run_command(["no-such-command"])
    assert result.exit_code == 2
    assert not result.done
    assert "no-such-command" in result.error()


def test_cancel_kills_the_child_within_a_second(tmp_path: Path) -> None:
    begun = time.monotonic()
    asked: list[float] = []

    def cancelled() -> bool:
        if time.monotonic() - begun > 2:
            asked.append(time.monotonic())
        return bool(asked)

    result = run_command(
        ["sample", str(tmp_path / "city"), "--scale", "nanchang"], cancelled=cancelled
    )
    assert result.cancelled
    assert not result.done
    assert time.monotonic() - asked[0] < 1


def test_progress_arrives_step_by_step(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    result = run_command(
        ["sample", str(tmp_path / "city")], progress=lambda *step: steps.append(step)
    )
    assert result.done, result.error()
    assert steps
    assert all(0 <= done <= total for _, done, total in steps)
    assert '"step"' not in result.messages


def test_a_task_hands_its_result_over(qgis_app: QgsApplication) -> None:
    got: list[CommandResult] = []
    task = CommandTask("test", ["standards", "list"], got.append)
    QgsApplication.taskManager().addTask(task)
    assert task.waitForFinished(20_000)
    for _ in range(100):
        QgsApplication.processEvents()
        if got:
            break
        time.sleep(0.02)
    assert [one.done for one in got] == [True]
