"""The form of a component in the field: what is shown, filled in, and refused.

One declaration drives the QGIS project of a pack; the same limits are checked again when
the pack comes back, because a form can be passed by.
"""

from __future__ import annotations

from dataclasses import dataclass

from citygrid_core.census.numbers import MANHOLE_DIGITS
from citygrid_core.errors import Text

#: Position accuracy in metres by class (CJ/T 214, GB/T 30428.2, GB/T 47678.5).
ACCURACY_M = {"A": 0.5, "B": 1.0, "C": 10.0}


@dataclass(frozen=True)
class FormField:
    """One field of the form.

    Attributes
    ----------
    name : str
        Column.
    default : str
        QGIS expression of the value that a new feature gets; empty for none.
    on_update : bool
        Whether the default is computed again when the feature changes.
    constraint : str
        QGIS expression that must hold; empty for none.
    why : Text
        What the form says when it does not.
    hard : bool
        Whether the form refuses to save, or only warns.
    shown, editable : bool
        Whether people see it, and may change it.
    """

    name: str
    default: str = ""
    on_update: bool = False
    constraint: str = ""
    why: Text = Text("", "")
    hard: bool = True
    shown: bool = True
    editable: bool = True


def layer_id(table: str) -> str:
    """Return the id that a table has as a layer of the project; QGIS renames shorter ones."""
    return f"citygrid_{table}"


def limits() -> dict[str, float]:
    """Return the accuracy in metres that each class of accuracy promises."""
    return dict(ACCURACY_M)


def gate() -> str:
    """Return the QGIS expression of the accuracy gate.

    The accuracy that the receiver reported must be as good as the class promises. A point
    placed on the map, without a receiver, has no such accuracy and is not judged.
    """
    cases = " ".join(
        f"WHEN \"accuracy_class\" = '{c}' THEN {m:g}" for c, m in sorted(ACCURACY_M.items())
    )
    return (
        '"gnss_accuracy_m" IS NULL OR "accuracy_class" IS NULL OR '
        f'"gnss_accuracy_m" <= CASE {cases} ELSE 10 END'
    )


#: The lease has a number left for the class, where the component has none yet.
_SPARE = (
    "\"code\" IS NOT NULL OR coalesce(aggregate('citygrid_leases', 'sum', \"left\", "
    "filter:=\"class_code\" = attribute(@parent, 'class_code')), 0) > 0"
)
#: The lease of the pack has not ended.
_LASTING = (
    "coalesce(aggregate('citygrid_leases', 'max', \"until\"), '9999') "
    ">= format_date(now(), 'yyyy-MM-dd')"
)
_MANHOLE = (
    "coalesce(\"manhole_number\", '') = '' OR "
    f"regexp_match(\"manhole_number\", '^[0-9]{{{MANHOLE_DIGITS}}}$') > 0"
)


def _of_kind(geometry: str) -> str:
    """Return the expression: the class is one of this geometry."""
    return f"attribute(get_feature('citygrid_classes', 'code', \"class_code\"), 'geometry') = '{geometry}'"


def _grid_here(geometry: str) -> str:
    """Return the expression of the grid in which a component, or its middle, lies."""
    here = "geometry(@parent)" if geometry == "point" else "centroid(geometry(@parent))"
    return f"aggregate('citygrid_grids', 'min', \"code\", filter:=intersects($geometry, {here}))"


def _alone(geometry: str) -> str:
    """Return the expression: none of the same class stands within the class's radius."""
    return (
        "with_variable('near', coalesce(attribute(get_feature('citygrid_classes', 'code', "
        "\"class_code\"), 'twin_m'), 0), "
        f"coalesce(aggregate('citygrid_components_{geometry}', 'count', \"uid\", "
        "filter:=\"class_code\" = attribute(@parent, 'class_code') "
        "AND \"uid\" <> coalesce(attribute(@parent, 'uid'), '') "
        "AND distance($geometry, geometry(@parent)) <= @near), 0) = 0)"
    )


def _body(name: str) -> FormField:
    """Return the field of one of the departments."""
    known = f"get_feature('citygrid_departments', 'code', \"{name}\") IS NOT NULL"
    return FormField(
        name,
        constraint=f'{known} OR "{name}" IS NULL',
        why=Text("a department of the register", "须为部门名录中的部门"),
    )


def form_of(geometry: str) -> tuple[FormField, ...]:
    """Return the form of the components of one geometry, in tab order.

    Expressions name the layers of the pack by their ids, `layer_id`.

    Parameters
    ----------
    geometry : str
        ``point``, ``line`` or ``polygon``, as the catalogue of classes says.
    """
    return (
        FormField(
            "class_code",
            constraint=f"({_of_kind(geometry)}) AND ({_SPARE})",
            why=Text(
                "a class of this geometry with numbers left in the lease",
                "须为该图形类型的部件类别，且租用号段尚有余号",
            ),
        ),
        FormField(
            "name",
            default="attribute(get_feature('citygrid_classes', 'code', \"class_code\"), 'name')",
            # a warning, and the team decides
            constraint=_alone(geometry),
            why=Text(
                "one of the same class stands within its radius: the same one?",
                "判重半径内已有同类部件，是否同一个？",
            ),
            hard=False,
        ),
        FormField(
            "state",
            default="'intact'",
            constraint='"state" IS NOT NULL',
            why=Text("the state must be said", "须填写部件状态"),
        ),
        FormField(
            "accuracy_class",
            default="'A'",
            constraint=gate(),
            why=Text(
                "the receiver's accuracy must fit the accuracy class (A 0.5 m, B 1 m, C 10 m)",
                "定位精度须符合精度等级（A类0.5米、B类1米、C类10米）",
            ),
        ),
        *(_body(n) for n in ("supervising_code", "owning_code", "maintaining_code")),
        FormField("note"),
        FormField("asset_number"),
        FormField(
            "manhole_number",
            constraint=_MANHOLE,
            why=Text(
                f"a manhole number has {MANHOLE_DIGITS} digits",
                f"井盖编号须为 {MANHOLE_DIGITS} 位数字",
            ),
        ),
        FormField(
            "grid_code",
            default=_grid_here(geometry),
            on_update=True,
            constraint='"grid_code" IS NOT NULL',
            why=Text("inside the pack's unit grids", "须位于本包单元网格之内"),
            editable=False,
        ),
        FormField(
            "surveyed_on",
            default="to_date(now())",
            constraint=_LASTING,
            why=Text(
                "the lease has ended: have it extended before the pack is returned",
                "号段已到期：回传前请先办理延期",
            ),
            hard=False,
        ),
        FormField("changed_on", default="to_date(now())", on_update=True),
        FormField("data_source", default="'surveyed'"),
        FormField(
            "gnss_accuracy_m",
            default="@position_horizontal_accuracy",
            editable=False,
        ),
        FormField("code", editable=False),
        FormField("uid", default="uuid('WithoutBraces')", shown=False, editable=False),
    )
