"""What a command is asked for, declared once: a parameter of Processing and words of the command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from citygrid_core.errors import Text
from citygrid_plugin.i18n import shown, tr

Kind = Literal[
    "text", "texts", "whole", "number", "choice", "flag", "crs", "file", "folder", "output",
    "new_folder", "raster",
]  # fmt: skip
#: Files that tables and layers are written to.
TABLES = "CSV (*.csv);;XLSX (*.xlsx);;GeoPackage (*.gpkg)"


@dataclass(frozen=True)
class Option:
    """One option of a command.

    Attributes
    ----------
    name : str
        Of the parameter; never changed once released.
    title : Text
        What people see.
    kind : str
        ``texts`` is one text, its words apart by commas, each with the flag; ``output`` a new
        file, ``raster`` one that QGIS shows, ``new_folder`` a new folder.
    flag : str or None
        The command's word before the value, empty for an argument; None: ``--`` and the name.
    default : object
    files : str or Text
        Filter of files.
    choices : mapping of str to Text
        What the command takes, and what people see.
    optional, advanced : bool
        Whether it may be left open, and whether it stands under *advanced*.
    least, most : float or None
        Smallest and largest number allowed.
    then : tuple of str
        Further words when the option is given.
    """

    name: str
    title: Text
    kind: Kind = "text"
    flag: str | None = None
    default: Any = None
    files: str | Text = ""
    choices: Mapping[str, Text] = field(default_factory=dict)
    optional: bool = True
    advanced: bool = False
    least: float | None = None
    most: float | None = None
    then: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """Return the command's word before the value; empty for an argument."""
        return f"--{self.name.lower().replace('_', '-')}" if self.flag is None else self.flag

    @property
    def writes(self) -> bool:
        """Whether a file comes out."""
        return self.kind in ("output", "raster")

    def written(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> str:
        """Return the file that comes out; empty when none was wanted."""
        return self._text(algorithm, parameters, context)

    def parameter(self) -> QgsProcessingParameterDefinition:
        """Return the parameter."""
        made: QgsProcessingParameterDefinition = _MAKERS[self.kind](self, shown(self.title))
        if self.advanced:
            flag = QgsProcessingParameterDefinition.Flag.FlagAdvanced
            made.setFlags(made.flags() | flag)
        return made

    def words(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> list[str]:
        """Return the words of the command; none when nothing was given."""
        flag = self.word
        if self.kind == "flag":
            on = algorithm.parameterAsBool(parameters, self.name, context)
            return [flag, *self.then] if on else []
        if self.kind == "choice":
            if self.optional and parameters.get(self.name) is None:
                return []
            at = algorithm.parameterAsEnum(parameters, self.name, context)
            values = [list(self.choices)[at]]
        elif self.kind in ("whole", "number"):
            if self.optional and parameters.get(self.name) is None:
                return []
            number = algorithm.parameterAsDouble(parameters, self.name, context)
            values = [f"{number:.0f}" if self.kind == "whole" else f"{number:g}"]
        elif self.kind == "texts":
            text = algorithm.parameterAsString(parameters, self.name, context)
            values = [part for part in text.replace("，", ",").replace(",", " ").split() if part]
        else:
            values = [self._text(algorithm, parameters, context)]
        words = [w for v in values if v for w in ([flag, v] if flag else [v])]
        return [*words, *self.then] if words else []

    def _text(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> str:
        if self.kind == "crs":
            crs = algorithm.parameterAsCrs(parameters, self.name, context)
            return str(crs.authid()) if crs.isValid() else ""
        ask = {
            "file": algorithm.parameterAsFile,
            "folder": algorithm.parameterAsFile,
            "output": algorithm.parameterAsFileOutput,
            "raster": algorithm.parameterAsOutputLayer,
        }.get(self.kind, algorithm.parameterAsString)
        return str(ask(parameters, self.name, context))


def _file(option: Option, title: str) -> QgsProcessingParameterFile:
    every, files = tr("All files (*.*)", "所有文件 (*.*)"), _filter(option)
    return QgsProcessingParameterFile(
        option.name,
        title,
        QgsProcessingParameterFile.Behavior.File,
        optional=option.optional,
        fileFilter=f"{files};;{every}" if files else every,
    )


def _filter(option: Option) -> str:
    return option.files if isinstance(option.files, str) else shown(option.files)


def _number(option: Option, title: str) -> QgsProcessingParameterNumber:
    kinds = QgsProcessingParameterNumber.Type
    made = QgsProcessingParameterNumber(
        option.name,
        title,
        kinds.Integer if option.kind == "whole" else kinds.Double,
        option.default,
        option.optional,
    )
    if option.least is not None:
        made.setMinimum(option.least)
    if option.most is not None:
        made.setMaximum(option.most)
    return made


_MAKERS: dict[str, Any] = {
    "text": lambda o, t: QgsProcessingParameterString(o.name, t, o.default, optional=o.optional),
    "texts": lambda o, t: QgsProcessingParameterString(o.name, t, o.default, optional=o.optional),
    "whole": _number,
    "number": _number,
    "choice": lambda o, t: QgsProcessingParameterEnum(
        o.name, t, [shown(c) for c in o.choices.values()], False, o.default, o.optional
    ),
    "flag": lambda o, t: QgsProcessingParameterBoolean(o.name, t, bool(o.default)),
    "crs": lambda o, t: QgsProcessingParameterCrs(o.name, t, o.default, o.optional),
    "file": _file,
    "folder": lambda o, t: QgsProcessingParameterFile(
        o.name, t, QgsProcessingParameterFile.Behavior.Folder, optional=o.optional
    ),
    "output": lambda o, t: QgsProcessingParameterFileDestination(
        o.name, t, _filter(o), optional=o.optional, createByDefault=not o.optional
    ),
    "raster": lambda o, t: QgsProcessingParameterRasterDestination(
        o.name, t, optional=o.optional, createByDefault=not o.optional
    ),
    "new_folder": lambda o, t: QgsProcessingParameterFolderDestination(
        o.name, t, optional=o.optional
    ),
}


def choices_of(values: Mapping[str, Text], *wanted: str) -> dict[str, Text]:
    """Return choices of a value list of the store: those wanted, in that order."""
    return {name: values[name] for name in wanted}


#: Who did it: asked by every job that writes.
WHO = Option("WHO", Text("Who, for the journal", "操作人（记入日志）"), advanced=True)
#: How large a cell is wanted.
TARGET_AREA = Option(
    "TARGET_AREA", Text("Target area (m²)", "目标面积（平方米）"), "number", default=10_000, least=500,
    optional=False,
)  # fmt: skip

#: The day whose duty rules hold.
RULES_OF = Option("AT", Text("Rules of the day (date)", "规则日期"), advanced=True)


def table(title: Text, *, optional: bool = True) -> Option:
    """Return the option for the file that a job's table is written to, anew each time."""
    return Option(
        "OUTPUT", title, "output", "-o", files=TABLES, optional=optional, then=("--overwrite",)
    )
