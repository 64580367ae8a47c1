"""`corridor compare`: the corridors side by side, and what changes under each scenario."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridor.cli.inputs import (
    add_command,
    add_inputs,
    add_units,
    load_inputs,
    other_years,
    shown_units,
    with_lines,
)
from corridor.cli.printing import (
    aligned,
    carried_text,
    columns_that_fit,
    document_text,
    machine_text,
    notes_of,
    omitted_columns,
    paragraph,
    say_notes,
    terminal_width,
    title_of,
    write_output,
)
from corridor.errors import DataError, visible
from corridor.model.columns import AMOUNTS, ROUTE, Column, by_name, legend, printed

if TYPE_CHECKING:
    import pandas as pd

    from corridor.model.display_units import DisplayUnits
    from corridor.model.network import Network
    from corridor.solver.flow import Flow
    from corridor.solver.warm import WarmSolver
    from corridor.study.comparison_scope import ComparisonScope
    from corridor.study.ranges import Ranges
    from corridor.study.sources import Sources

_NEEDED = ("status", "nameplate_mtpa", "capacity_mtpa", "throughput_mtpa", "bottleneck", "origin", "destination")
"""Columns that the text needs whatever is asked for; none of them costs much."""
_BOUND = "expected_loss_bound_usd_per_t"
"""What a table with an expected loss says in its attrs that it leaves out at most, by corridor."""
LOST = ("shortfall_change_mtpa", "unmet_change_mtpa", "loss_musd_per_year")
_WIDTH, _NAMES_WIDTH = 100, 18
_LEAST_MTPA = 0.05
"""What changes by less is printed as no change. [Mt/y]"""


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = add_command(
        commands, "compare", run, "compare the corridors, and say what changes under each scenario",
    )  # fmt: skip
    add_inputs(parser)
    add_units(parser, boxes=True)
    parser.add_argument(
        "--commodity",
        metavar="ID",
        help="commodity of the table, or a group of them (default: kazakh_crude; of caspian_freight containers)",
    )
    parser.add_argument(
        "--origin",
        metavar="NODE",
        help="node from which cost and time are counted, or 'each' (default: largest supply)",
    )
    parser.add_argument("--destination", metavar="NODE", help="node of the only market that ways may lead to")
    parser.add_argument(
        "--corridor",
        metavar="ID",
        action="append",
        help="corridor to show, or 'all' (repeatable; default: the main ones)",
    )
    parser.add_argument(
        "--columns",
        metavar="NAMES",
        action="append",
        help="columns and groups (main, route, if_lost, risk, containers, all) to show, parted by commas (repeatable; "
        "default: main, for what is counted in boxes containers); what is not asked for is not solved",
    )
    parser.add_argument("--sources", action="store_true", help="add the figures that the table rests on, as footnotes")
    parser.add_argument(
        "--ranges",
        action="store_true",
        help="draw all uncertain figures together and show between which values 90 %% of the draws lie; of the "
        "baseline and the scenarios given",
    )
    parser.add_argument("--draws", type=int, metavar="N", help="how many draws for --ranges (default: 200)")


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from corridor.study.compare import chosen_columns, compare_in_scope
    from corridor.study.compared_numbers import number_columns
    from corridor.study.comparison_scope import comparison_scope
    from corridor.study.ranges import require_numbers

    if arguments.sources and arguments.format == "csv":
        raise DataError("--sources cannot be written as csv; take --format table or json, or leave it out")
    if arguments.draws is not None and not arguments.ranges:
        raise DataError(f"--draws {arguments.draws} is for --ranges; give both, or leave it out")
    network, scenarios = load_inputs(arguments)
    scope = comparison_scope(
        network, commodity=arguments.commodity, origin=arguments.origin, destination=arguments.destination
    )
    asked = arguments.corridor or _featured(network, scope.carriers)
    for id in asked:
        if id != "all":
            network.corridor(id)
    if "all" not in asked:
        scope = scope.limited_to(network, asked)
    flows: dict[str, Flow] = {}
    people = arguments.format == "table"
    compact = people and not scenarios and not arguments.wide
    units, asked_columns = shown_units(arguments.units, network, scope.commodity), _tokens(arguments.columns, scope)
    columns = chosen_columns(asked_columns, scope, network)
    if arguments.ranges:
        require_numbers(number_columns(columns))
    table = compare_in_scope(
        network, scenarios or None, scope, columns=(*columns, *(_NEEDED if people else ())), flows=flows,
        units=units, in_full=not compact, ranges=_ranges(arguments),
    )  # fmt: skip
    comparison = _Comparison(network, scope, table, flows, units, asked_columns)
    if hidden := [corridor for corridor in scope.carriers if corridor not in scope.corridors]:
        say_notes(arguments, [f"Not shown: {', '.join(hidden)} (--corridor all)."])
    say_notes(arguments, other_years(scenarios, network))
    notes = [with_lines(arguments, note) for note in comparison.notes]
    width = terminal_width(arguments)
    if people:
        text = comparison.compact(width) if compact else comparison.full(width)
        text += "".join(f"{note}\n" for note in notes)
        text += f"\n{comparison.sources().footnotes(width=width or _WIDTH)}" if arguments.sources else ""
    else:
        json = arguments.format == "json"
        text = comparison.document(arguments.sources) if json else machine_text(table, arguments.format)
        say_notes(arguments, notes)
    return write_output(text, arguments.output, arguments.format, width=width)


def _ranges(arguments: argparse.Namespace) -> Ranges | None:
    """Return how figures are to be drawn, if they are."""
    if not arguments.ranges:
        return None
    from corridor.study.ranges import Ranges

    return Ranges() if arguments.draws is None else Ranges(arguments.draws)


def _tokens(asked: list[str] | None, scope: ComparisonScope) -> list[str]:
    """Return the names of columns and groups asked for, by default those of `compare`."""
    default = "containers" if scope.in_boxes else "main"
    return [name.strip() for names in asked or [default] for name in names.split(",") if name.strip()]


def _spans(column: Column, block: pd.DataFrame) -> list[str]:
    """Return the ranges of a column as text: ends, and the share of draws in which there is a number if not all."""
    texts = []
    for low, high, share in zip(*(block[f"{column.name}_{end}"] for end in ("p05", "p95", "defined")), strict=True):
        missing = f" ({100 * share:.0f} %)" if 0 < share < 1 else ""
        texts.append(f"{column.text(low)}..{column.text(high)}{missing}" if share > 0 else "-")
    return texts


def _outside(columns: Sequence[Column], block: pd.DataFrame) -> str:
    """Return which values, as printed, lie outside their ranges, in a sentence with the reason; empty if none does."""
    import pandas as pd

    from corridor.study.comparison_text import joined

    texts = []
    for column in columns:
        value, low, high = (
            pd.to_numeric(block[name], errors="coerce")
            for name in (column.name, f"{column.name}_p05", f"{column.name}_p95")
        )
        ids = [
            str(id)
            for id, mid, *ends in zip(block.index, value, low, high, strict=True)
            if (mid < ends[0] or mid > ends[1]) and column.text(mid) not in map(column.text, ends)
        ]
        heading = column.heading.replace("-\n", "").replace("\n", " ")
        texts += [f"{heading} of {joined(ids)}"] if ids else []
    if not texts:
        return ""
    return f"Outside their ranges, as those of the figures behind lead one way: {'; '.join(texts)}."


def _featured(network: Network, able: list[str]) -> list[str]:
    """Return the corridors shown by default."""
    return [id for id in able if network.corridor(id).featured] or able


@dataclass(frozen=True, eq=False)
class _Comparison:
    """A comparison as text: in full, a block a scenario, or as the baseline and what changes."""

    network: Network
    scope: ComparisonScope
    table: pd.DataFrame
    flows: Mapping[str, Flow]
    units: str
    asked: Sequence[str]

    @property
    def commodity(self) -> str:
        """Commodity or group compared for."""
        return self.scope.commodity

    @cached_property
    def rows(self) -> dict[str, pd.DataFrame]:
        """Rows by scenario: by corridor, or by corridor and origin."""
        return {str(name): self.table.loc[name] for name in self.table.index.unique("scenario")}

    def block(self, name: str) -> pd.DataFrame:
        """Return the rows of a scenario, ready to be printed."""
        from corridor.study.comparison_text import readable

        if name not in self._blocks:
            self._blocks[name] = _named_in_one(readable(self.rows[name], self.scope.members))
        return self._blocks[name]

    @cached_property
    def _blocks(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def columns(self) -> list[Column]:
        """Columns that are printed: of groups those that have a heading, and all that were asked for by name."""
        from corridor.study.comparison_text import NEXT, of_a_group

        chosen: dict[str, Column] = {}
        for name in self.asked:
            of_group = [
                c for c in printed("compare") if name in (c.group, *c.also, "all") or (c is ROUTE and name == "main")
            ]
            column = by_name("compare").get(name)
            for each in of_group if column is None else [column]:
                chosen[each.name] = each if each.heading else replace(each, heading=each.name.replace("_", " "))
        missing = {ROUTE.name} if self.scope.each_origin else set()
        if of_a_group(self.table):
            missing |= {"netback_usd_per_t", NEXT} - set(self.asked)
        present = (c for c in chosen.values() if c.name not in (*missing, *self.table.index.names))
        shown = self.units_of_table.columns(sorted(present, key=lambda column: column.wide))
        held = {column.name: column for column in shown if column.name in self.table.columns or column.name == "way"}
        return list(held.values())

    @property
    def units_of_table(self) -> DisplayUnits:
        """Units of the commodity, or of all those of a group."""
        return self.shown(self.scope.members[0])

    def shown(self, commodity: str | None) -> DisplayUnits:
        """Return the units of one commodity, or of all shippers."""
        from corridor.model.display_units import DisplayUnits

        return DisplayUnits.of(self.network, self.units, commodity, boxes=True)

    @property
    def shippers(self) -> dict[str, str | None]:
        """Whose losses are shown, by name: of what is compared for, and of all where they have the units shown."""
        every = self.units != "TEU" or all(c.display_unit == "TEU" for c in self.network.commodities)
        return {self.commodity: self.commodity} | ({"all shippers": None} if every else {})

    def lost(self, name: str, commodity: str | None) -> dict[str, float]:
        """Return what is lost under a scenario, named by the units shown."""
        from corridor.study.outcomes import losses

        flow, base = self.flows[name], self.flows[self.baseline]
        lost = _summed(losses(flow, base, id, self.shown(id)) for id in self._members(commodity))
        return {self.units_of_table.name(key): value for key, value in lost.items()}

    def _members(self, commodity: str | None) -> Sequence[str | None]:
        """Return the commodities that one or a group stands for; None for all shippers together."""
        return self.scope.members if commodity == self.commodity else [commodity]

    @property
    def baseline(self) -> str:
        """Name of the first scenario."""
        return next(iter(self.rows))

    @property
    def notes(self) -> list[str]:
        """Notes of the flows, with the names of their scenarios."""
        return notes_of(self.table)

    def document(self, with_sources: bool) -> str:
        """Return the comparison as JSON: rows, and the totals of each scenario."""
        totals: list[dict[str, Any]] = [
            {"scenario": name, "shippers": shippers or "all"} | self._totals(flow, shippers) | self.lost(name, shippers)
            for name, flow in self.flows.items()
            for shippers in self.shippers.values()
        ]
        parts: dict[str, Any] = {"origin": self.table.attrs["origin"], "rows": self.table, "totals": totals}
        parts |= {name: self.table.attrs[name] for name in (_BOUND,) if name in self.table.attrs}
        parts |= {"sources": self.sources().table} if with_sources else {}
        return document_text(self.network, commodity=self.commodity, **parts)

    def sources(self) -> Sources:
        """Return the figures that the columns shown rest on."""
        from corridor.study.sources import sources

        shown = [column for column in self.table.columns if column in {each.name for each in self.columns}]
        return sources(self.table[shown] if shown else self.table, self.network)

    def _totals(self, flow: Flow, shippers: str | None) -> dict[str, Any]:
        """Return what all shippers deliver, do not lift and lack; of one shipper the rows say it."""
        from corridor.study.outcomes import totals

        if shippers is not None:
            return {}
        every = totals(flow, None, self.shown(None))
        names = ("delivered_mtpa", "shortfall_mtpa", "unmet_mtpa")
        return {self.units_of_table.name(name): every[name] for name in names}

    def full(self, width: int | None) -> str:
        """Return every scenario as a block that ends with what is lost."""
        kept = columns_that_fit(
            self.columns, lambda some: "\n".join(aligned(some, block) for block in map(self.block, self.rows)), width
        )
        blocks = [self._head(kept, width)]
        for name, names in self._groups({name: self.block(name) for name in self.rows}).items():
            block = self.block(name)
            lost = f"\n{self._lost(names, width and width - 2)}\n" if name != self.baseline else ""
            own = kept if name == self.baseline else [column for column in kept if column.group != "risk"]
            says = self._ranges_of(name, own, width) + self._says(name, own, width)
            under = carried_text(self.network, width) if name == self.baseline else ""
            cells = f"{aligned(own, block)}\n" if own else ""
            blocks.append(f"{visible(', '.join(names))}\n{cells}{says}{lost}{under}")
        blocks += [omitted_columns(self.columns, kept), self._confidence(width)]
        return "\n".join(filter(None, blocks))

    def compact(self, width: int | None) -> str:
        """Return the baseline, and a row for what each scenario changes."""
        block = self.block(self.baseline)
        kept = columns_that_fit(self.columns, lambda some: aligned(some, block), width)
        says = self._ranges_of(self.baseline, kept, width) + self._says(self.baseline, kept, width)
        table = f"{visible(self.baseline)}\n{aligned(kept, block)}\n{says}"
        blocks = [
            self._head(kept, width),
            table + omitted_columns(self.columns, kept) + carried_text(self.network, width),
        ]
        if len(self.rows) > 1:
            blocks += [self._most(width)] if self.scope.in_boxes else []
            blocks.append(self._changes(width))
        blocks.append(self._confidence(width))
        return "\n".join(filter(None, blocks))

    def _head(self, columns: Sequence[Column], width: int | None) -> str:
        """Return what the table is of, and what must be known to read its columns."""
        from corridor.library.networks import hazard_basis
        from corridor.model.display_units import in_tonnes
        from corridor.study.comparison_text import tonne

        whose = "every origin" if self.scope.each_origin else tonne(self.table.attrs, self.network)
        parts = [f"{self.commodity} by corridor", title_of(self.network), f"for {whose}" if whose else ""]
        parts += [f"to {self.scope.destination} only"] if self.scope.destination is not None else []
        of = f"{visible(', '.join(filter(None, parts)))}."
        ends = ["whatever the origin"] if self.scope.each_origin else []
        ends += ["to all markets"] if self.scope.destination is not None else []
        if ends and {in_tonnes(column.name) for column in columns} & {"capacity_mtpa", "throughput_mtpa"}:
            of += f" What moves, what could and what is lost is of the whole corridor, {' and '.join(ends)}."
        basis = hazard_basis(self.network.regime)
        return f"{paragraph(of, width)}\n{paragraph(visible(legend(columns, hazards=basis)), width)}\n"

    def _ranges_of(self, name: str, kept: Sequence[Column], width: int | None) -> str:
        """Return between which values the columns shown of a state lie in 90 % of the draws, if it has ranges."""
        import pandas as pd

        block = self.block(name)
        columns = [c for c in kept if f"{c.name}_defined" in block and block[f"{c.name}_defined"].notna().any()]
        if not columns:
            return ""
        spans = pd.DataFrame({column.name: _spans(column, block) for column in columns}, index=block.index)
        fitting = columns_that_fit(columns, lambda some: aligned(some, spans), width)
        head = f"  5 to 95 % of {self.table.attrs['draws']} draws of all uncertain figures; in brackets, in how many"
        outside = _outside(fitting, block)
        last = f"{paragraph(visible(outside), width)}\n" if outside else ""
        return f"\n{paragraph(head + ' there is a number.', width)}\n{aligned(fitting, spans)}\n{last}"

    def _says(self, name: str, kept: Sequence[Column], width: int | None) -> str:
        """Return what the rows of a state say in sentences: the best and the full for the next tonne, ends, limits."""
        from corridor.model.display_units import in_tonnes
        from corridor.study.comparison_text import NEXT, next_tonne_sentences, tonne

        rows, shown = self.rows[name], {in_tonnes(column.name) for column in kept}
        if self.scope.each_origin or not len(rows):
            return ""
        whose = tonne(self.table.attrs, self.network)
        texts = list(next_tonne_sentences(rows, {}, whose, self.units_of_table.money)) if NEXT in shown else []
        if {"netback_usd_per_t", "unit_cost_usd_per_t", NEXT} & shown and not {"way", "destination"} & shown:
            ends = _grouped_by(rows["destination"])
            texts += [f"The best way ends {'; '.join(f'at {end} by {ids}' for end, ids in ends)}."] if ends else []
        if "capacity_mtpa" in shown and "bottleneck" not in shown:
            limits = _grouped_by(self.block(name)["bottleneck"])
            texts += [f"What stops more: {'; '.join(f'{limit} by {ids}' for limit, ids in limits)}."] if limits else []
        texts += [self._bound()] if "expected_loss_usd_per_t" in shown else []
        return f"{paragraph(visible(' '.join(filter(None, texts))), width)}\n" if any(texts) else ""

    def _bound(self) -> str:
        """Return what the expected loss leaves out at most, of the corridor where that is most."""
        bounds = self.table.attrs.get(_BOUND)
        if not bounds:
            return ""
        corridor = max(bounds, key=bounds.get)
        most = f"{bounds[corridor]:,.2f} USD/t ({corridor})"
        return f"What three hazards and more in force at once add to the expected loss is at most {most}."

    def _groups(self, blocks: Mapping[str, pd.DataFrame]) -> dict[str, tuple[str, ...]]:
        """Return the scenarios that are printed once: all that is printed of them is the same."""
        from corridor.study.scenario_runs import coming_to_the_same

        of = next(reversed(self.shippers.values()))
        complete = {
            name: block.assign(**self.lost(name, of), is_base=name == self.baseline) for name, block in blocks.items()
        }
        return coming_to_the_same(complete)

    def _days(self, name: str) -> float | None:
        """Return how long a scenario lasts, None where that is not known."""
        scenario = self.flows[name].scenario
        return scenario.mean_duration_days if scenario is not None else None

    def _lost(self, names: Sequence[str], width: int | None) -> str:
        """Return what is lost under scenarios that come to the same, by the commodity and by all shippers."""
        import pandas as pd

        from corridor.solver.explain import who_takes_over
        from corridor.study.outcomes import amounts

        units = self.units_of_table
        flow, base = self.flows[names[0]], self.flows[self.baseline]
        shippers = self.shippers
        rows = {of: self.lost(names[0], id) for of, id in shippers.items()}
        frame = pd.DataFrame(list(rows.values()), index=list(rows))
        text = f"  lost against the baseline, as a rate\n{aligned(units.columns(_lost_columns()), frame)}"
        columns = units.columns(column for column in printed("outcomes") if column.name in AMOUNTS[1:])
        for days in dict.fromkeys(filter(None, map(self._days, names))):
            lasting = [name for name in names if self._days(name) == days]
            flow = self.flows[lasting[0]]
            over = {
                of: _summed(amounts(self._solver, flow, base, each, self.shown(each)) for each in self._members(id))
                for of, id in shippers.items()
            }
            frame = units.renamed(pd.DataFrame(list(over.values()), index=list(over)))
            whose = "" if len(lasting) == len(names) else f" ({visible(', '.join(lasting))})"
            text += f"\n\n  over {days:g} days{whose}\n{aligned(columns, frame)}"
        states = (base.solution, self.flows[names[0]].solution)
        lines = [line for id in self.scope.members for line in who_takes_over(*states, id, self.shown(id))]
        return text + "".join(f"\n\n{textwrap.indent(paragraph(line, width), '  ')}" for line in lines)

    @cached_property
    def _solver(self) -> WarmSolver:
        from corridor.solver.warm import WarmSolver

        return WarmSolver(self.network)

    def _most(self, width: int | None) -> str:
        """Return a table of the most that could move under each scenario that changes it, and what then stops more."""
        import pandas as pd

        from corridor.study.scenario_runs import printed_once

        name = self.units_of_table.name("capacity_mtpa")
        before = self._by_corridor(self.baseline)[name]
        rows: dict[str, dict[str, Any]] = {}
        for scenario in self.rows:
            block = self._by_corridor(scenario)
            apart = (block[name] - before).abs().fillna(0.0)
            if apart.max() > _LEAST_MTPA:
                corridor = str(apart.idxmax())
                limit = f"{block['bottleneck'][corridor] or 'nothing'} by {corridor}"
                rows[scenario] = {str(id): block[name][id] for id in block.index} | {"limit": limit}
        if not rows:
            return ""
        columns = [
            Column(
                str(id), "", "", heading=str(id).replace("_", "\n"), priority=10 + n, digits=self.units_of_table.digits
            )
            for n, id in enumerate(before.index)
        ]
        columns.append(Column("limit", "", "", "word", "what stops more", wide=True))
        frame = printed_once(pd.DataFrame(list(rows.values()), index=list(rows)))
        head = (
            f"The most {visible(self.commodity)} that could move by corridor, under the scenarios that change it, in "
            f"{self.units_of_table.volume}, and what then stops more where it changes most."
        )
        kept = columns_that_fit(columns, lambda some: aligned(some, frame, names_width=_NAMES_WIDTH), width)
        shown = f"{paragraph(head, width)}\n\n{aligned(kept, frame, names_width=_NAMES_WIDTH)}\n"
        return shown + omitted_columns(columns, kept)

    def _changes(self, width: int | None) -> str:
        """Return a table of what each scenario changes, the largest loss first."""
        import pandas as pd

        from corridor.study.comparison_text import CLOSED
        from corridor.study.scenario_runs import printed_once

        before = self._by_corridor(self.baseline)
        units = self.units_of_table
        through = units.name("throughput_mtpa")
        shut_before = {id for id, status in before["status"].items() if status in CLOSED}
        moved_before = before[through].to_dict()
        rows: dict[str, dict[str, Any]] = {}
        for name in self.rows:
            if name != self.baseline:
                block = self._by_corridor(name)
                cells = {
                    id: "closed" if status in CLOSED and id not in shut_before else _rounded(amount - moved_before[id])
                    for id, amount, status in zip(block.index, block[through], block["status"], strict=True)
                }
                rows[name] = cells | self.lost(name, self.commodity)
        frame = pd.DataFrame(list(rows.values()), index=list(rows))
        frame = frame.sort_values("loss_musd_per_year", ascending=False, kind="stable")
        corridors = [
            Column(
                str(id),
                "",
                "",
                heading=str(id).replace("_", "\n"),
                signed=True,
                priority=10 + n,
                digits=units.digits,
            )
            for n, id in enumerate(before.index)
        ]
        lost = [
            replace(c, unit="", heading=c.heading.replace("shortfall", "short-\nfall"))
            for c in units.columns(_lost_columns())
        ]
        columns = [*corridors, *lost]
        frame = printed_once(frame)
        kept = columns_that_fit(columns, lambda some: aligned(some, frame, names_width=_NAMES_WIDTH), width)
        head = (
            f"What each scenario changes for {visible(self.commodity)}, largest loss first: what moves by corridor, "
            f"supply not lifted (shortfall) and requirements not met (unmet) in {units.volume}, loss in million "
            "USD/y, all rates of a state that lasts. --scenario NAME shows one in full, --wide all; `corridor "
            "outcomes` has all shippers and amounts over a scenario's days, `corridor scenarios` the names."
        )
        shown = f"{paragraph(head, width)}\n\n{aligned(kept, frame, names_width=_NAMES_WIDTH)}\n"
        return shown + omitted_columns(columns, kept)

    def _by_corridor(self, name: str) -> pd.DataFrame:
        """Return the rows of a state by corridor, of all origins where each has rows."""
        rows = self.rows[name]
        return (
            rows[rows.index.get_level_values("origin") == "all"].droplevel("origin") if self.scope.each_origin else rows
        )

    def _confidence(self, width: int | None) -> str:
        """Return how sure the figures are that the answers rest on."""
        from corridor.model.figures import confidence_counts

        counts = confidence_counts(self.network.figure_records)
        if not counts:
            return ""
        text = (
            f"Confidence of the {sum(counts.values())} figures behind this: A {counts['A']}, B {counts['B']}, "
            f"C (estimates) {counts['C']}. network.figures() lists them, with ranges and rival sources."
        )
        return f"{paragraph(text, width)}\n"


def _lost_columns() -> list[Column]:
    """Return the columns that say what is lost."""
    return [
        replace(by_name("outcomes")[name], heading=by_name("outcomes")[name].heading.split("\n")[0]) for name in LOST
    ]


def _rounded(change: float) -> float:
    """Return a change, 0 where it is printed as none."""
    return 0.0 if abs(change) < _LEAST_MTPA else change


def _named_in_one(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows by corridor and origin under one name each."""
    if rows.index.nlevels == 1:
        return rows
    return rows.set_axis([f"{corridor}, {origin}" for corridor, origin in rows.index])


def _grouped_by(values: pd.Series[Any]) -> list[tuple[str, str]]:
    """Return each value that is not empty, with the rows that have it in words."""
    from corridor.study.comparison_text import joined

    rows: dict[str, list[str]] = {}
    for id, value in values.items():
        if value:
            rows.setdefault(str(value), []).append(str(id))
    return [(value, joined(ids)) for value, ids in rows.items()]


def _summed(rows: Iterable[dict[str, float]]) -> dict[str, float]:
    """Return the sums of numbers by name."""
    total: dict[str, float] = {}
    for row in rows:
        for name, value in row.items():
            total[name] = total.get(name, 0.0) + value
    return total
