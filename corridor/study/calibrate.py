"""`calibrate`: what weights the corridors that shippers choose, and how well last year's weights foretold the next."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import DataError
from corridor.library import networks as library
from corridor.messages import shown
from corridor.model.arguments import required_integer
from corridor.model.columns import column_names
from corridor.model.commodity_groups import members
from corridor.model.network import Network, require_network
from corridor.model.stamp import stamped
from corridor.solver.choice_weights import choosing, weights, weights_of
from corridor.solver.flow import Flow, solve
from corridor.study.uncertainty import uncertainty

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Calibration:
    """What weights the corridors of shippers that choose, and what weights of earlier years would have foretold.

    Attributes
    ----------
    weights : DataFrame
        Indexed by (commodity, corridor): weight, observed_mtpa and its year, cost there, and whether the observed flows
        exceed the limits of that year (the weight is then a lower bound).
    errors : DataFrame
        Indexed by (year, corridor), of boxes or whatever the group asked for is: what was observed, what the network of
        that year says with weights of the year before, the flow of the year before ("no change"), the same told of what
        that year is known to refuse, and each over what was observed.
    scores : DataFrame
        Indexed by (year, corridor): between which values 90 % of the draws of figures lie, and the interval score of
        that range, of the same widened by the model's mean factor of error, and of no change within its own factor. A
        smaller score is better: the width, and twenty times what an observation lies outside. Empty without draws.
    """

    weights: pd.DataFrame
    errors: pd.DataFrame
    scores: pd.DataFrame

    @property
    def mean_factors(self) -> pd.DataFrame:
        """Mean factor of error by corridor: of the model, of no change, and of no change told of the refusal.

        Notes
        -----
        ``exp`` of the mean of ``|ln(said / observed)|``: 1.25 is a quarter too much or a fifth too little.
        """
        columns = [column for column in self.errors.columns if column.endswith("_factor")]
        off = self.errors[columns].map(lambda factor: abs(math.log(factor)))
        table = off.groupby(level="corridor").mean().map(math.exp)
        table.attrs.update(self.errors.attrs)
        return table

    def __repr__(self) -> str:
        return f"<Calibration: {len(self.weights)} corridors weighted, {len(self.errors)} years foretold>"


def calibrate(
    network: Network, year: int | None = None, *, group: str | None = None, draws: int = 0, seed: int = 7
) -> Calibration:
    """Return what weights the corridors that a network's shippers choose, with errors one year ahead.

    Parameters
    ----------
    network : Network
        Network whose commodities choose (`Commodity.choice_usd_per_t`).
    year : int, optional
        Year whose observed flows give the weights shown, for a network that ships; by default those that the network
        has, of the last observed year before its own. Weights of its own year are for show: they would put in what
        should come out.
    group : str, optional
        Group of commodities, or one of them, whose totals the errors are of; by default the first that chooses.
    draws : int
        How many times all uncertain figures are drawn for `scores`, as `uncertainty` does; 0 for none.
    seed : int
        Random seed of the draws.

    Returns
    -------
    Calibration
        Tables `weights`, `errors`, `mean_factors` and `scores`. Errors are of all vintages of a shipped network up to
        its own year that were observed; of another network there are none.

    Raises
    ------
    DataError
        If no commodity chooses, the year was not observed, observed flows do not add up, or `draws` is no number of
        draws.

    References
    ----------
    Gneiting and Raftery (2007), Strictly Proper Scoring Rules, Prediction, and Estimation, Journal of the American
    Statistical Association 102, for the interval score.

    Examples
    --------
    >>> import corridor as cr
    >>> cal = cr.calibrate(cr.load("caspian_freight", 2024))
    >>> int(cal.weights["year"].max())
    2022
    """
    require_network(network)
    asked = choosing(network)
    if not asked:
        raise DataError(f"no commodity of {network!r} chooses between corridors; set choice_usd_per_t of one that does")
    subject = group or asked[0].group or asked[0].id
    counted = members(network, subject)
    draws = required_integer("draws", draws, 0, 100_000)
    own, errors = _weights(network, year), _errors(network, subject, counted)
    first = Calibration(own, errors, _stamped_scores([], network, subject))
    if not draws or not len(errors):
        return first
    return Calibration(own, errors, _scores(first, network, counted, draws, seed, subject))


def interval_score(observed: float, low: float, high: float) -> float:
    """Return the interval score of a range that should hold 90 % of what comes; smaller is better.

    Examples
    --------
    >>> interval_score(5.0, 4.0, 7.0), interval_score(8.0, 4.0, 7.0)
    (3.0, 23.0)
    """
    outside = max(low - observed, observed - high, 0.0)
    return high - low + 2 / _OUTSIDE * outside


_OUTSIDE = 0.1
"""Share of what comes that may lie outside a range. [1]"""


def _scores(
    calibration: Calibration, network: Network, counted: tuple[str, ...], draws: int, seed: int, subject: str
) -> pd.DataFrame:
    """Return ranges one year ahead and their interval scores."""
    factors = calibration.mean_factors
    rows: list[dict[str, Any]] = []
    for year, errors in calibration.errors.groupby(level="year"):
        vintage = library.load(network.shipped_as or "", int(str(year)))
        corridors = list(errors.index.get_level_values("corridor"))
        ends = _drawn_ends(vintage, corridors, counted, draws, seed)
        for corridor, error in zip(corridors, errors.to_dict("records"), strict=True):
            (low, high), seen = ends[corridor], float(error["observed_mtpa"])
            by_model, by_last = (
                float(np.asarray(factors.loc[corridor, f"{name}_factor"])) for name in ("modelled", "no_change")
            )
            last = float(error["no_change_mtpa"])
            rows.append({
                "year": year, "corridor": corridor, "observed_mtpa": seen, "modelled_p05_mtpa": low,
                "modelled_p95_mtpa": high, "modelled_score": interval_score(seen, low, high),
                "widened_score": interval_score(seen, low / by_model, high * by_model),
                "no_change_score": interval_score(seen, last / by_last, last * by_last),
            })  # fmt: skip
    return _stamped_scores(rows, network, subject)


def _stamped_scores(rows: list[dict[str, Any]], network: Network, subject: str) -> pd.DataFrame:
    """Return rows of scores as their table."""
    import pandas as pd

    table = pd.DataFrame(rows, columns=["year", "corridor", *column_names("scores")])
    return stamped(table.set_index(["year", "corridor"]), network, commodity=subject)


def _drawn_ends(
    vintage: Network, corridors: list[str], counted: tuple[str, ...], draws: int, seed: int
) -> dict[str, tuple[float, float]]:
    """Return the 5 and 95 % points of the flow of some commodities by corridor. [Mt/y]"""
    paths = {
        f"compare.{corridor}.{id}.throughput_mtpa": corridor
        for corridor in corridors
        for id in counted
        if vintage.trunk(corridor, id)
    }
    drawn = uncertainty(vintage, draws=draws, seed=seed, numbers=list(paths), progress=False).draws
    amounts = drawn.assign(corridor=drawn["number"].map(paths)).groupby(["draw", "corridor"])["value"].sum()
    low, high = (amounts.groupby(level="corridor").quantile(share).to_dict() for share in (0.05, 0.95))
    return {corridor: (low[corridor], high[corridor]) for corridor in corridors}


def _weights(network: Network, year: int | None) -> pd.DataFrame:
    """Return the table of weights."""
    import pandas as pd

    if year is None:
        rows = weights(network)
    else:
        year = required_integer("year", year, 1, 9999)
        scales = {commodity.id: commodity.choice_usd_per_t for commodity in choosing(network)}
        rows = weights_of(_observed_in(network, year), scales)
    columns = {
        "weight": [row.weight for row in rows], "observed_mtpa": [row.observed_mtpa for row in rows],
        "year": [row.year for row in rows], "cost_usd_per_t": [row.cost_usd_per_t for row in rows],
        "beyond_limits": [row.beyond_limits for row in rows],
    }  # fmt: skip
    keys = [[row.commodity for row in rows], [row.corridor for row in rows]]
    index = pd.MultiIndex.from_arrays(keys, names=["commodity", "corridor"])
    return stamped(pd.DataFrame(columns, columns=list(column_names("weights")), index=index), network)


def _observed_in(network: Network, year: int) -> Network:
    """Return the network of a year with what was observed up to it."""
    if network.reference is not None and network.reference.year == year:
        return network.reference
    if network.shipped_as is None:
        known = network.reference.year if network.reference is not None else None
        raise DataError(
            f"year must be that of the network's reference, {known} (got {year}); other years need a network that ships"
        )
    years = sorted({row.year for row in network.observed})
    if year not in years or year < library.years(network.shipped_as)[0]:
        raise DataError(f"year must be one that was observed: {', '.join(map(str, years))} (got {shown(year)})")
    return library.reference(network.shipped_as, year)


def _errors(network: Network, subject: str, counted: tuple[str, ...]) -> pd.DataFrame:
    """Return what weights of the year before would have said of each observed year, beside no change."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for year in range(library.years(network.shipped_as)[0], (network.year or 0) + 1) if network.shipped_as else ():
        vintage = library.load(network.shipped_as or "", year)
        if vintage.reference is None or not choosing(vintage):
            continue
        flow: Flow | None = None
        for corridor in (record.id for record in network.corridors):
            observed = _total(network, counted, corridor, year)
            before = [_total(network, counted, corridor, earlier) for earlier in range(year - 1, year - 6, -1)]
            last = next((amount for amount in before if not math.isnan(amount)), math.nan)
            if math.isnan(observed) or math.isnan(last):
                continue
            flow = flow or solve(vintage)
            modelled = sum(flow.throughput_mtpa(corridor, id) for id in counted)
            without = last * _kept(vintage, corridor, counted)
            rows.append({
                "year": year, "corridor": corridor, "observed_mtpa": observed, "modelled_mtpa": modelled,
                "no_change_mtpa": last, "told_mtpa": without, "modelled_factor": modelled / observed,
                "no_change_factor": last / observed, "told_factor": without / observed,
            })  # fmt: skip
    table = pd.DataFrame(rows, columns=["year", "corridor", *column_names("calibration")])
    return stamped(table.set_index(["year", "corridor"]), network, commodity=subject)


def _total(network: Network, counted: tuple[str, ...], corridor: str, year: int) -> float:
    """Return what a corridor carried of some commodities in a year; NaN where one that it ever carried is not known."""
    ever = {row.commodity for row in network.observed if row.corridor == corridor and row.commodity in counted}
    rows = [
        row for row in network.observed
        if (row.corridor, row.year) == (corridor, year) and row.commodity in ever and row.observed_mtpa is not None
    ]  # fmt: skip
    return (
        sum(row.observed_mtpa or 0.0 for row in rows) if ever and {row.commodity for row in rows} == ever else math.nan
    )


def _kept(vintage: Network, corridor: str, counted: tuple[str, ...]) -> float:
    """Return the share of shippers that a corridor's risk premium leaves, which its reference does not know of. [1]"""
    premiums = [
        edge.risk_premium_usd_per_t - vintage.reference.edge(edge.id).risk_premium_usd_per_t
        for edge in vintage.trunk(corridor, counted)
        if vintage.reference is not None and edge.in_service
    ]
    scale = max(vintage.commodity(id).choice_usd_per_t for id in counted)
    return math.exp(-min(premiums, default=0.0) / scale)
