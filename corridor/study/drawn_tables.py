"""What uncertain figures do to the tables of one commodity: the numbers of `uncertainty`, for whoever shows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from corridor.model.network import Network
from corridor.model.scenario import Scenario
from corridor.model.variation import Variation
from corridor.study.compare import chosen_columns
from corridor.study.compared_numbers import ComparedNumbers, number_columns
from corridor.study.comparison_scope import comparison_scope
from corridor.study.draws import DrawJob, drawn_numbers
from corridor.study.outcomes import OutcomeNumbers
from corridor.study.scenario_runs import named_scenarios
from corridor.study.uncertainty import TableNumbers, Uncertainty


def has_ranges(network: Network) -> bool:
    """Tell whether a network has figures that can be drawn."""
    return bool(network.figure_records) and bool(Variation(network).varying_figures())


def drawn_comparison(
    network: Network, *, commodity: str, columns: str | Iterable[str], draws: int, seed: int
) -> Uncertainty:
    """Return what the baseline's comparison comes to with all uncertain figures drawn together.

    Parameters
    ----------
    network : Network
        Network with ranges, see `has_ranges`.
    commodity : str
        Id of the commodity compared for.
    columns : str or iterable of str
        Columns and groups of `compare`; those that hold no numbers, and those of risk, are passed over.
    draws, seed : int
        As `compare` takes them, with the same draws.

    Returns
    -------
    Uncertainty
        With `compare`, `ranking` where the next tonne is among the columns, and `drivers`.

    Raises
    ------
    DataError
        If no draw makes a sound network.
    """
    compared = ComparedNumbers(comparison_scope(network, commodity=commodity), number_columns(chosen_columns(columns)))
    return _drawn(network, (), compared, commodity, draws=draws, seed=seed)


def drawn_outcomes(
    network: Network, scenarios: Iterable[Scenario], *, commodity: str, draws: int, seed: int
) -> Uncertainty:
    """Return what `outcomes` of one commodity come to with all uncertain figures drawn together.

    Parameters and errors as of `drawn_comparison`; scenarios without effect in a draw are passed over.

    Returns
    -------
    Uncertainty
        With `outcomes` of the commodity, and `drivers`.
    """
    scope = dataclasses.replace(comparison_scope(network, commodity=commodity), corridors=[])
    return _drawn(network, scenarios, ComparedNumbers(scope, ()), commodity, draws=draws, seed=seed)


def _drawn(
    network: Network, scenarios: Iterable[Scenario], compared: ComparedNumbers, commodity: str, *, draws: int, seed: int
) -> Uncertainty:
    asked = TableNumbers(compared, OutcomeNumbers(commodity))
    states = tuple(named_scenarios(network, scenarios))
    drawn = drawn_numbers(DrawJob(network, states, asked, seed), draws, progress=False, strict=False)
    others = tuple(scenario for _, scenario in states if scenario is not None)
    return Uncertainty(network=network, scenarios=others, seed=seed, asked=asked, drawn=drawn)
