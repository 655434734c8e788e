"""Whether the cases that are stored are what their logs tell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from citygrid_core.cases.lifecycle import STAGES, fold, why
from citygrid_core.cases.lifecycle.fold import moments
from citygrid_core.errors import Problem, Text
from citygrid_core.operations.cases.clock import profile_of
from citygrid_core.operations.cases.steps import SETS
from citygrid_core.operations.importing.intake import problem
from citygrid_core.workspace import Workspace

Objects = npt.NDArray[np.object_]
_CURE = Text(
    "restore the log or the case from a backup, or correct it by a step",
    "请从备份恢复流程记录或案件，或以规定操作更正",
)


def audit(workspace: Workspace) -> list[Problem]:
    """Compare stage, hold and times of cases with their logs; name rows that can't be.

    Of cases of which only another system told, a later stage than the log's is that system's to
    say: it may tell one without the time that goes with it. An earlier one is not.
    """
    log = workspace.read("case_log")
    if log.empty:
        return []
    held = workspace.read("cases", geometry=False).set_index("number", drop=False)
    folded = fold(log, held, profile_of(workspace))
    wrong = folded.wrong
    found = [
        _row(log, str(number), int(seq), str(rule))
        for number, seq, rule in zip(wrong["number"], wrong["seq"], wrong["rule"], strict=True)
    ]
    gone = sorted(set(folded.states.index) - set(held.index))
    found += [
        problem("log.case", "number", n, Text("the number of a case", "已有案件的案卷号"), _CURE)
        for n in gone
    ]
    ours = (log["post"].fillna("") != "source").groupby(log["number"]).any()
    states = folded.states[folded.states.index.isin(held.index)]
    ours = ours.reindex(states.index).to_numpy(bool)
    rank = {name: i for i, name in enumerate(STAGES)}
    stored = held.loc[states.index, "stage"].map(rank).to_numpy(float)
    behind = stored < states["stage"].map(rank).to_numpy(float)
    theirs = states[~ours & behind]
    found += _unlike(
        theirs.index, "stage", _texts(held.loc[theirs.index, "stage"]), _texts(theirs["stage"])
    )
    states = states[ours]
    kept = held.loc[states.index]
    for name in ("stage", "hold"):
        found += _unlike(states.index, name, _texts(kept[name]), _texts(states[name]))
    return found + _times(log, held)


def _times(log: pd.DataFrame, held: pd.DataFrame) -> list[Problem]:
    """Name the times of cases that are not those of the last such step of their logs."""
    last = log.sort_values("seq").drop_duplicates(["number", "step"], keep="last")
    logged = held.index[held.index.isin(last["number"])]
    found: list[Problem] = []
    for step, name in SETS.items():
        own = last[(last["step"] == step).to_numpy()].set_index("number")["at"]
        stored, told = _texts(held.loc[logged, name]), _texts(own.reindex(logged))
        unlike = np.flatnonzero(stored != told)
        # one moment may be written in two ways
        a, b = moments(pd.Series(stored[unlike])), moments(pd.Series(told[unlike]))
        unlike = unlike[~(a == b)]
        found += _unlike(logged[unlike], name, stored[unlike], told[unlike])
    return found


def _unlike(numbers: pd.Index, name: str, stored: Objects, told: Objects) -> list[Problem]:
    """Name the cases in which something stands that their logs do not tell."""
    found = []
    for at in np.flatnonzero(stored != told):
        tells = str(told[at])
        found.append(
            problem(
                f"case.{name}",
                name,
                f"{numbers[at]} {stored[at]}".strip(),
                Text(
                    f"{tells!r}, as its log tells" if tells else "nothing, as its log tells",
                    f"“{tells}”（按流程记录）" if tells else "空值（按流程记录）",
                ),
                _CURE,
            )
        )
    return found


def _row(log: pd.DataFrame, number: str, seq: int, rule: str) -> Problem:
    row = log[(log["number"] == number).to_numpy() & (log["seq"] == seq).to_numpy()].iloc[0]
    said = why(rule)
    return problem(
        rule,
        "case_log",
        f"{number} · {seq} · {row['step']} · {row['at']}",
        Text(f"a row that can be: {said.en}", f"可能的流程记录：{said.zh}"),
        _CURE,
    )


def _texts(column: pd.Series) -> npt.NDArray[np.object_]:
    texts = np.array(column, dtype=object)
    texts[pd.isna(texts)] = ""
    return texts
