"""What-if analysis of oil transit out of the Caspian: how oil reaches the market when a route is closed.

Examples
--------
>>> import corridor as cr
>>> net = cr.load("caspian", year=2024)
>>> table = cr.compare(net, scenarios=[cr.load_scenario("cpc-shut")])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.2.0"
__docformat__ = "numpy"  # for pdoc

_HOME = {
    "corridor.errors": ("CorridorError", "DataError", "SolverError", "UnknownNameError"),
    "corridor.model.records": (
        "Commodity", "Corridor", "Edge", "Figure", "Fleet", "Market", "Node", "Observation", "Quota", "Rate",
        "RateGroup", "Source", "Supply", "Trunk",
    ),
    "corridor.model.network": ("Network",),
    "corridor.model.scenario": (  # where changes add up to scenarios
        "Event", "Scenario",
        "Delay", "DemandShock", "Derate", "Expansion", "Opening", "Outage", "PriceShock", "QuotaChange", "SupplyShock",
        "TariffShock",
    ),
    "corridor.risk.measures": ("cvar",),
    "corridor.model.distributions": ("Lognormal", "TwoPart", "Uniform"),
    "corridor.model.hazard": ("Hazard",),
    "corridor.library.interruptions": ("interruptions",),
    "corridor.library.networks": ("load", "networks"),
    "corridor.files.scenario_yaml": ("save_scenario",),
    "corridor.library.scenarios": ("load_scenario", "scenarios"),
    "corridor.files.network": ("read_network", "write_network"),
    "corridor.files.dimacs": ("read_dimacs",),
    "corridor.files.tntp": ("read_tntp",),
    "corridor.files.schema": ("schema",),
    "corridor.library.starter": ("start_network",),
    "corridor.solver.flow": ("Flow", "solve"),
    "corridor.solver.pypsa": ("from_pypsa", "to_pypsa"),
    "corridor.show.bottlenecks": ("plot_bottlenecks",),
    "corridor.show.charts": ("plot_ensemble", "plot_tornado", "plot_waterfall"),
    "corridor.show.comparison": ("plot_comparison",),
    "corridor.show.exceedance": ("plot_exceedance",),
    "corridor.show.map": ("plot_map",),
    "corridor.show.brief.report": ("report",),
    "corridor.show.sankey": ("plot_sankey",),
    "corridor.study.backcast": ("backcast",),
    "corridor.study.breakdown": ("breakdown",),
    "corridor.study.bridge": ("bridge",),
    "corridor.study.calibrate": ("Calibration", "calibrate"),
    "corridor.study.claims": ("claims",),
    "corridor.study.compare": ("compare",),
    "corridor.study.diff": ("diff",),
    "corridor.risk.ensemble": ("Ensemble",),
    "corridor.testing.check": ("check",),
    "corridor.study.export": ("write_tables",),
    "corridor.study.legs": ("legs",),
    "corridor.study.hazard_rates": ("hazard_rates", "jurisdiction_rates"),
    "corridor.study.availability": ("availability", "common_cause"),
    "corridor.study.concentration": ("indices", "jurisdictions"),
    "corridor.study.outcomes": ("outcomes",),
    "corridor.study.recommendations": ("recommendations",),
    "corridor.study.sensitivity": ("sensitivity",),
    "corridor.study.sources": ("sources",),
    "corridor.study.uncertainty": ("uncertainty",),
    "corridor.risk.simulate": ("simulate",),
}  # fmt: skip

__all__ = sorted(name for names in _HOME.values() for name in names)

if TYPE_CHECKING:
    from corridor.errors import CorridorError as CorridorError
    from corridor.errors import DataError as DataError
    from corridor.errors import SolverError as SolverError
    from corridor.errors import UnknownNameError as UnknownNameError
    from corridor.files.dimacs import read_dimacs as read_dimacs
    from corridor.files.network import read_network as read_network
    from corridor.files.network import write_network as write_network
    from corridor.files.scenario_yaml import save_scenario as save_scenario
    from corridor.files.schema import schema as schema
    from corridor.files.tntp import read_tntp as read_tntp
    from corridor.library.interruptions import interruptions as interruptions
    from corridor.library.networks import load as load
    from corridor.library.networks import networks as networks
    from corridor.library.scenarios import load_scenario as load_scenario
    from corridor.library.scenarios import scenarios as scenarios
    from corridor.library.starter import start_network as start_network
    from corridor.model.changes import Delay as Delay
    from corridor.model.changes import DemandShock as DemandShock
    from corridor.model.changes import Derate as Derate
    from corridor.model.changes import Expansion as Expansion
    from corridor.model.changes import Opening as Opening
    from corridor.model.changes import Outage as Outage
    from corridor.model.changes import PriceShock as PriceShock
    from corridor.model.changes import QuotaChange as QuotaChange
    from corridor.model.changes import SupplyShock as SupplyShock
    from corridor.model.changes import TariffShock as TariffShock
    from corridor.model.distributions import Lognormal as Lognormal
    from corridor.model.distributions import TwoPart as TwoPart
    from corridor.model.distributions import Uniform as Uniform
    from corridor.model.hazard import Hazard as Hazard
    from corridor.model.network import Network as Network
    from corridor.model.records import Commodity as Commodity
    from corridor.model.records import Corridor as Corridor
    from corridor.model.records import Edge as Edge
    from corridor.model.records import Figure as Figure
    from corridor.model.records import Fleet as Fleet
    from corridor.model.records import Market as Market
    from corridor.model.records import Node as Node
    from corridor.model.records import Observation as Observation
    from corridor.model.records import Quota as Quota
    from corridor.model.records import Rate as Rate
    from corridor.model.records import RateGroup as RateGroup
    from corridor.model.records import Source as Source
    from corridor.model.records import Supply as Supply
    from corridor.model.records import Trunk as Trunk
    from corridor.model.scenario import Event as Event
    from corridor.model.scenario import Scenario as Scenario
    from corridor.risk.ensemble import Ensemble as Ensemble
    from corridor.risk.measures import cvar as cvar
    from corridor.risk.simulate import simulate as simulate
    from corridor.show.bottlenecks import plot_bottlenecks as plot_bottlenecks
    from corridor.show.brief.report import report as report
    from corridor.show.charts import plot_ensemble as plot_ensemble
    from corridor.show.charts import plot_tornado as plot_tornado
    from corridor.show.charts import plot_waterfall as plot_waterfall
    from corridor.show.comparison import plot_comparison as plot_comparison
    from corridor.show.exceedance import plot_exceedance as plot_exceedance
    from corridor.show.map import plot_map as plot_map
    from corridor.show.sankey import plot_sankey as plot_sankey
    from corridor.solver.flow import Flow as Flow
    from corridor.solver.flow import solve as solve
    from corridor.solver.pypsa import from_pypsa as from_pypsa
    from corridor.solver.pypsa import to_pypsa as to_pypsa
    from corridor.study.availability import availability as availability
    from corridor.study.availability import common_cause as common_cause
    from corridor.study.backcast import backcast as backcast
    from corridor.study.breakdown import breakdown as breakdown
    from corridor.study.bridge import bridge as bridge
    from corridor.study.calibrate import Calibration as Calibration
    from corridor.study.calibrate import calibrate as calibrate
    from corridor.study.claims import claims as claims
    from corridor.study.compare import compare as compare
    from corridor.study.concentration import indices as indices
    from corridor.study.concentration import jurisdictions as jurisdictions
    from corridor.study.diff import diff as diff
    from corridor.study.export import write_tables as write_tables
    from corridor.study.hazard_rates import hazard_rates as hazard_rates
    from corridor.study.hazard_rates import jurisdiction_rates as jurisdiction_rates
    from corridor.study.legs import legs as legs
    from corridor.study.outcomes import outcomes as outcomes
    from corridor.study.recommendations import recommendations as recommendations
    from corridor.study.sensitivity import sensitivity as sensitivity
    from corridor.study.sources import sources as sources
    from corridor.study.uncertainty import uncertainty as uncertainty
    from corridor.testing.check import check as check
else:
    _MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

    def __getattr__(name: str) -> object:
        """Import a public name when it is first asked for."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module 'corridor' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(_MODULE_OF[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """Return the public names, so that completion in notebooks finds them."""
        return [*__all__, "__version__"]
