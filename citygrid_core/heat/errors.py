"""What can be wrong with the input of heat."""

from __future__ import annotations

from collections.abc import Sequence

from citygrid_core.errors import CitygridError, Text


class HeatInputError(CitygridError):
    """Cases, counts or grids can't be counted as they are."""

    @classmethod
    def missing(cls, what: Text, columns: Sequence[str]) -> HeatInputError:
        """Columns are missing from a frame."""
        names = ", ".join(columns)
        return cls(Text(f"{what.en} lack the columns {names}", f"{what.zh}缺少列：{names}"))

    @classmethod
    def bad_time(cls, number: int, example: str) -> HeatInputError:
        """Some `reported_at` is no date, so its cases belong to no day."""
        return cls(
            Text(
                f"{number} cases have no usable reported_at (ISO date or datetime); "
                f"the first one: {example!r}",
                f"{number} 个案件的上报时间无法使用（应为 ISO 日期或日期时间），首个：{example!r}",
            )
        )

    @classmethod
    def negative(cls, number: int, example: str) -> HeatInputError:
        """A difference takes away more cases than there are."""
        return cls(
            Text(
                f"{number} counts would become negative, first {example}: "
                "the store does not hold what the update takes away; rebuild it",
                f"{number} 个计数将变为负数，首个为 {example}：库中没有要扣减的案件，请重建计数",
            )
        )

    @classmethod
    def bands(cls, given: Sequence[float]) -> HeatInputError:
        """Limits of distance or time don't rise."""
        said = ", ".join(f"{limit:g}" for limit in given) or "–"
        return cls(
            Text(
                f"the upper limits of bands must rise from 0 on, found {said}: e.g. 50, 100, 200",
                f"分段上限应自 0 起递增，现为 {said}；例如 50, 100, 200",
            )
        )

    @classmethod
    def pairs(cls, found: int, most: int) -> HeatInputError:
        """More pairs of near cases than memory is meant for."""
        return cls(
            Text(
                f"{found:,} pairs of cases lie within the largest distance, {most:,} can be judged: "
                "choose a class, fewer days, or a smaller distance",
                f"最大距离内有 {found:,} 对案件，最多可分析 {most:,} 对：请限定类别、日期，或减小距离",
            )
        )

    @classmethod
    def twin_grids(cls, codes: Sequence[str]) -> HeatInputError:
        """The same grid code stands twice among the grids of a day."""
        some = ", ".join(codes[:5])
        return cls(
            Text(
                f"{len(codes)} grid codes stand more than once among the grids: {some}",
                f"{len(codes)} 个网格编码重复：{some}",
            )
        )
