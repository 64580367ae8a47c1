"""The columns of every result: name, unit and meaning, and how people read them; stated here and nowhere else."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from corridor.model.column import Column as Column
from corridor.model.recommended_columns import RECOMMENDATIONS

_THROUGHPUT = Column("throughput_mtpa", "Mt/y", "what passes, all commodities together")
_AVAILABLE = Column("available_mtpa", "Mt/y", "most that may pass, after outages and derates")
_UTILISATION = Column(
    "utilisation", "1", "share of available capacity used, all shippers; NaN where nothing is available", "share"
)
_FLOW = Column("flow_mtpa", "Mt/y", "what it carries")
_SHADOW = Column("shadow_price_usd_per_t", "USD/t", "what one more tonne of its limit would earn")
_UNIT_COST = Column("unit_cost_usd_per_t", "USD/t", "all costs of a tonne: tariffs, premiums, quality losses, interest")
_NETBACK = Column("netback_usd_per_t", "USD/t", "price at the destination less unit cost")
_DELIVERED = Column("delivered_mtpa", "Mt/y", "what arrives at markets")
_SHORTFALL = Column("shortfall_mtpa", "Mt/y", "supply not lifted")
_UNMET = Column("unmet_mtpa", "Mt/y", "requirements of markets not met")
_UNMET_MINIMUM = Column("unmet_minimum_mtpa", "Mt/y", "minima of quotas not met")
_NETBACK_A_YEAR = Column("netback_musd_per_year", "million USD/y", "prices of what arrives less all costs")
_ORIGIN = Column("origin", "", "node where the route begins", "word")
_DESTINATION = Column("destination", "", "node where the route ends", "word")
_BORNE = (
    Column("mean", "Mt", "borne in an average year", heading="average\nyear", digits=3, priority=1),
    Column("mean_share", "1", "share of all that hazards changed", "share", "share", priority=4),
    Column("tail", "Mt", "borne in the worst years", heading="worst\n{tail}", digits=3, priority=1),
    Column("tail_share", "1", "share of all that hazards changed in the worst years", "share", "share", priority=2),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "totals": (
        _DELIVERED, _SHORTFALL, _UNMET, _UNMET_MINIMUM,
        Column("cost_musd_per_year", "million USD/y", "all costs of what moves"),
        _NETBACK_A_YEAR,
        Column("objective", "million USD/y", "what the program maximises: netback less steering penalties, not money"),
    ),
    "commodities": (_DELIVERED, _SHORTFALL, _UNMET, _UNMET_MINIMUM, _NETBACK_A_YEAR),
    "corridors": (_THROUGHPUT, _AVAILABLE, _UTILISATION),
    "edges": (_FLOW, _AVAILABLE, _UTILISATION, _UNIT_COST, _SHADOW),
    "nodes": (_THROUGHPUT, _AVAILABLE, _UTILISATION, _SHADOW),
    "supplies": (
        Column("volume_mtpa", "Mt/y", "tonnes offered"),
        Column("lifted_mtpa", "Mt/y", "tonnes taken away"),
        _SHORTFALL, _NETBACK,
        Column("marginal_netback_usd_per_t", "USD/t", "what one more tonne offered would earn"),
        Column("penalty_usd_per_t", "USD/t", "steering price of a tonne not lifted: not money"),
    ),
    "markets": (
        _DELIVERED,
        Column("price_usd_per_t", "USD/t", "price, delivered"),
        Column("required_mtpa", "Mt/y", "tonnes that should arrive"),
        _UNMET,
    ),
    "quotas": (
        Column("min_mtpa", "Mt/y", "ship-or-pay volume"),
        Column("max_mtpa", "Mt/y", "most that may pass"),
        _FLOW, _UNMET_MINIMUM,
    ),
    "fleets": (
        Column("capacity_mt_days", "Mt days/y", "cargo that it can have under way, way back and waiting counted"),
        Column("available_mt_days", "Mt days/y", "what is left of it after outages and derates"),
        Column("used_mt_days", "Mt days/y", "flows of its edges, each times the days of a round trip"),
        _UTILISATION,
        Column("shadow_price_usd_per_t_day", "USD/(t day)", "what one more tonne under way would earn a day"),
    ),
    "edge_flows": (_FLOW,),
    "routes": (
        Column("edges", "", "edges in order, origin to destination", "list"),
        Column("commodity", "", "what moves", "word"),
        Column("corridor", "", "corridor whose trunk it crosses; empty: none", "word"),
        _FLOW, _UNIT_COST, _NETBACK,
        Column("transit_days", "days", "time on the route"),
        _ORIGIN, _DESTINATION,
    ),
    "choices": (
        _FLOW,
        Column("share", "1", "share of all of the commodity that moves", "share"),
        Column("weight", "1", "what the corridor takes at equal cost, relative to the one that takes most"),
        _UNIT_COST,
        Column("rent_usd_per_t", "USD/t", "what full limits on the cheapest route that way are worth"),
        Column("transit_days", "days", "time on that route"),
        Column("late_days", "days", "expected lateness on that route"),
    ),
    "weights": (
        Column("weight", "1", "what it takes at equal cost, relative to the one that takes the rest, or most"),
        Column("observed_mtpa", "Mt/y", "flow that the weight makes come out"),
        Column("year", "year", "year in which that was observed", digits=0),
        Column("cost_usd_per_t", "USD/t", "what one more tonne cost there, with what was full priced"),
        Column("beyond_limits", "", "whether observed flows exceed limits: it is a lower bound", "word"),
    ),
    "calibration": (
        Column("observed_mtpa", "Mt/y", "what was observed"),
        Column("modelled_mtpa", "Mt/y", "what the year's network says, with weights of the last observed year before"),
        Column("no_change_mtpa", "Mt/y", "what was observed last before"),
        Column("told_mtpa", "Mt/y", "the same less the shippers that are known to refuse the corridor that year"),
        Column("modelled_factor", "1", "modelled over observed"),
        Column("no_change_factor", "1", "no change over observed"),
        Column("told_factor", "1", "no change told of the refusal, over observed"),
    ),
    "compare": (
        Column(
            "status", "",
            "open, reduced, expanded or (from nothing) opened against the baseline; closed, or no access where only "
            "quotas of the commodity itself bar the way",
            "word", "status", priority=8, group="main", also=("containers",),
        ),
        Column(
            "destination", "", "node where the best way ends: the market that the netback is for", "word",
            group="main",
        ),
        Column(
            "nameplate_mtpa", "Mt/y", "what the trunk in service is built for, all shippers together, outages not "
            "counted",
            heading="name-\nplate", title="nameplate, all shippers", priority=6, group="main",
            legend="Nameplate: what the trunk is built for, all shippers together.",
        ),
        Column(
            "reachable_mtpa", "Mt/y",
            "the most of the commodity that pipes, ports and tankers would let pass: its capacity with the ceilings of "
            "its own quotas lifted",
            heading="reach-\nable", title="reachable with quotas lifted", priority=5, group="main",
            legend="Reachable: with the commodity's quotas lifted.",
        ),
        Column(
            "capacity_mtpa", "Mt/y",
            "the most of the commodity that could move this way now if supply and buyers were unlimited, others of its "
            "group lifting no less, other groups giving way, and minima of quotas met as they are",
            heading="capacity", priority=1, group="main",
            legend="Capacity: the most that could move now if supply and buyers were unlimited.",
        ),
        Column(
            "bottleneck", "",
            "a minimum cut: edges, quotas, nodes or fleets that together stop more (``a + b``), or limits in series, "
            "each of which stops as much (``a or b``); where another cut is as small, raising one alone adds nothing",
            "word", "a minimum cut", priority=9, wide=True, group="main", also=("containers",),
        ),
        Column(
            "throughput_mtpa", "Mt/y", "what does move", heading="moves", title="moved of capacity", priority=2,
            group="main",
        ),
        Column(
            "capacity_used", "1",
            "throughput over capacity: share of the commodity's own maximum; what all shippers use of the trunk is "
            "``utilisation`` in ``flow.corridors``", "share",
            "share of its\nown maximum", "share of the commodity's own maximum", digits=0, priority=13, group="main",
        ),
        Column(
            "unit_cost_usd_per_t", "USD/t",
            "tariffs, premiums, quality losses, interest, on the best way",
            heading="cost", title="unit cost", priority=10, group="main",
            legend="Cost: tariffs, premiums, quality losses and interest on the best way{origin}.",
        ),
        Column(
            "transit_days", "days", "time on the way, waiting included; of boxes the mean over what moves",
            heading="time", digits=0, priority=11, group="main", also=("containers",),
        ),
        Column(
            "risk_score", "0-1",
            "governance of the weakest country on the best way, index 0 to 1: one such country or three are the same "
            "to it; empty where an edge on land has no score, at sea none counts 0",
            heading="governance\nrisk", title="governance risk, weakest country", digits=2, priority=12, group="main",
            legend="Risk: governance of the weakest country on the best way, 0 to 1.",
        ),
        Column(
            "netback_usd_per_t", "USD/t",
            "price at the destination less unit cost of the best way, at posted cost: at the field gate, before "
            "lifting cost, duty and tax",
            heading="netback", title="netback at the field gate", priority=3, group="main",
            legend="Netback: price less cost of the best way{origin}, at the field gate, before lifting cost, duty and "
            "tax.",
        ),
        Column(
            "next_tonne_usd_per_t", "USD/t",
            "what the commodity earns more, netback of all its tonnes, by the next tonne at the origin if that must go "
            "this way and other shippers stay; differs from netback by the rent where the way is full; empty where "
            "every such way is full, there is none, or more supply would go unlifted, and of a commodity that chooses "
            "between corridors (`Commodity.choice_usd_per_t`), whose next tonne does not take the way that earns most",
            heading="next tonne", title="netback of the next tonne", priority=4, group="main",
            legend="Next tonne: what one more tonne that must go this way adds to the commodity's netback.",
        ),
        Column(
            "shortfall_if_lost_mtpa", "Mt/y",
            "how much more of the commodity's supply would go unlifted without the corridor than with it",
            heading="if lost", title="if lost: more not lifted than with it", priority=7, group="main",
            legend="If lost: how much more of the commodity's supply would go unlifted without the corridor than with "
            "it.",
        ),
        Column(
            "subjects", "",
            'ids of all that the row\'s numbers come from, so that ``network.figures(row["subjects"], inputs=True)`` '
            "shows every figure behind it", "list", group="main", also=("containers",),
        ),
        Column("origin", "", "node where the best way begins", "word", group="route"),
        Column("distance_km", "km", "length of the way", heading="way", digits=0, priority=17, group="route"),
        Column("countries", "", "countries crossed, in order", "word", group="route"),
        Column(
            "shortfall_if_lost_all_mtpa", "Mt/y",
            "how much more of all shippers' supply would go unlifted without the corridor than with it",
            legend="If lost, all shippers: how much more of their supply would go unlifted than with it.",
            heading="if lost, all\nshippers", title="if lost: more not lifted than with it, all shippers", priority=16,
            group="if_lost",
        ),
        Column(
            "loss_if_lost_musd_per_year", "million USD/y",
            "loss of all shippers without the corridor, against the state with it: fall in netback, plus rise in unmet "
            "requirements times what each costs its buyer beyond the price",
            heading="loss if lost,\nall shippers", title="if lost: more lost than with it, all shippers", digits=0,
            priority=18, group="if_lost",
        ),
        Column(
            "availability", "1",
            "mean share of capacity in service on the best route, its whole way: at each time that of its weakest "
            "edge, node or fleet, as in `availability`; empty: no hazard on record there",
            "share", "mean share of\ncapacity in service", "mean share of capacity in service", priority=19,
            legend="In service, untouched, closed: on the whole best way, by {hazards}; -: none on record there.",
            group="risk",
        ),
        Column(
            "untouched_share", "1",
            "share of time in which hazards take nothing from the best route; delays take no capacity", "share",
            "time\nuntouched", "share of time untouched", priority=21, group="risk",
        ),
        Column(
            "closed_share", "1",
            "share of time in which nothing can pass, on the best route or on the best one by another trunk edge",
            "share", "time\nclosed", "share of time closed", digits=2, priority=20, group="risk",
        ),
        Column(
            "disturbed_by_country", "",
            'shares of time in which the hazards of a country take anything from the best route, as in "RUS 5.34 %, '
            'TUR 0.81 %": the country where what they strike lies; several may at the same time', "word",
            "disturbed, by country", priority=23, wide=True, group="risk",
        ),
        Column(
            "expected_loss_usd_per_t", "USD/t",
            "expected fall of the commodity's own netback, with rerouting, by the hazards on the best route, over what "
            "the corridor carries of it: of a hazard that strikes several routes only what it does to this one; by "
            "sets of two at most, what more add is bounded in the table's attrs; empty: none on record there, or less "
            "than 0.05 Mt/y carried",
            heading="expected\nloss", title="expected loss, with rerouting", priority=22,
            legend="Expected loss: what hazards do on the way itself, taken from the commodity's netback on average, "
            "with rerouting, over its tonnes there.", group="risk",
        ),
        Column(
            "capacity_teu_per_year", "TEU/y",
            "``capacity_mtpa`` in boxes of 20 feet: the most of the group that could move this way now",
            heading="capacity", digits=0, priority=1, group="containers",
            legend="Capacity: the most boxes that could move now if supply and buyers were unlimited, other cargo "
            "giving way.",
        ),
        Column(
            "throughput_teu_per_year", "TEU/y", "what does move", heading="moves", title="moved of capacity", digits=0,
            priority=2, group="containers",
        ),
        Column(
            "share", "1", "share of all boxes of the group that move", "share", "share of\nboxes", "share of boxes",
            priority=4, group="containers",
        ),
        Column(
            "usd_per_feu", "USD/FEU",
            "posted charges and premiums of a box of 40 feet, without the value of time: mean over what moves; where "
            "nothing does, of the cheapest way of the largest stream",
            heading="price", title="price of a box of 40 feet", digits=0, priority=3, group="containers",
            legend="Price, time, late: of what moves; where nothing does, of the cheapest way of the largest stream. "
            "1 FEU = 2 TEU.",
        ),
        Column(
            "late_days", "days", "expected lateness on the way, beyond its time; means as of the price",
            heading="late", title="expected lateness", priority=6, group="containers",
        ),
        Column(
            "rent_usd_per_feu", "USD/FEU",
            "what full limits on the way are worth: their shadow prices added up, of fleets times the days of a round "
            "trip; limits of 0 have none; means as of the price",
            heading="rent", title="rents of full limits", digits=0, priority=7, group="containers",
            legend="Rent: what one box more would save at the full limits of the way.",
        ),
    ),
    "recommendations": RECOMMENDATIONS,
    "legs": (
        Column("name", "", "name of the edge, or its id", "word", "leg", priority=2),
        Column("tail", "", "node where it starts", "word"),
        Column("head", "", "node where it ends", "word"),
        Column(
            "step", "1", "position on the cheapest way of the largest stream; empty beside it", heading="step",
            digits=0, priority=7,
        ),
        Column(
            "capacity_mtpa", "Mt/y",
            "the most of what is asked for that its own limits let pass, whatever can reach it, other groups giving "
            "way; of all together the capacity of the corridor",
            heading="most", digits=2, priority=1,
        ),
        Column(
            "limit", "", "what limits it: the edge, a node at one of its ends, a fleet, or quotas; empty: nothing",
            "word", "limited by", priority=3, wide=True,
        ),
        Column(
            "confidence", "", "confidence of the figure that sets the limit: A, B or C", "word", "grade", priority=6
        ),
        Column(
            "figure_year", "year", "last year that the source of that figure speaks of", heading="figure\nof", digits=0,
            priority=8,
        ),
        Column(
            "age_years", "years", "over how many years the figure is carried to the network's; 0: it is of its year",
            heading="carried", digits=0, priority=5,
        ),
        Column(
            "usd_per_t", "USD/t", "posted charges and premiums, without interest and the value of time",
            heading="price", priority=4,
        ),
        Column("transit_days", "days", "time under way, without waiting", heading="moving", priority=9),
        Column("waiting_days", "days", "time at borders and quays", heading="waiting", priority=10),
        Column("late_days", "days", "expected lateness, beyond both", heading="late", priority=11),
        Column("commodity", "", "whose price and days they are: the largest stream that can pass", "word"),
    ),
    "outcomes": (
        replace(_DELIVERED, heading="delivered", priority=6),
        replace(_SHORTFALL, heading="shortfall", priority=7),
        replace(_UNMET, heading="unmet", priority=8),
        replace(_UNMET_MINIMUM, heading="unmet\nminimum", priority=12),
        replace(_NETBACK_A_YEAR, heading="netback", digits=0, priority=9),
        Column(
            "delivered_change_mtpa", "Mt/y", "change against the baseline", heading="delivered\nchange", signed=True,
            priority=4,
        ),
        Column(
            "shortfall_change_mtpa", "Mt/y", "change against the baseline", heading="shortfall\nchange", signed=True,
            priority=2,
        ),
        Column(
            "unmet_change_mtpa", "Mt/y", "change against the baseline", heading="unmet\nchange", signed=True,
            priority=3,
        ),
        Column(
            "unmet_minimum_change_mtpa", "Mt/y", "change against the baseline", heading="unmet min.\nchange",
            signed=True, priority=13,
        ),
        Column(
            "netback_change_musd_per_year", "million USD/y", "change against the baseline", heading="netback\nchange",
            digits=0, signed=True, priority=5,
        ),
        Column(
            "loss_musd_per_year", "million USD/y",
            "the harm, by which scenarios are ranked: fall in netback, plus rise in unmet requirements times what each "
            "costs its buyer beyond the price", heading="loss", digits=0, priority=1,
        ),
        Column(
            "unmet_not_in_loss_mtpa", "Mt/y", "rise in unmet requirements of markets without a replacement cost",
            heading="unmet not\nin loss", priority=11,
        ),
        Column(
            "duration_days", "days", "how long it lasts, on average for a hazard; empty: not known", heading="lasts",
            digits=0, priority=7,
        ),
        Column(
            "shortfall_mt", "Mt", "change in supply not lifted over these days, all ways at once",
            heading="shortfall,\nall ways\nat once", digits=2, priority=9,
        ),
        Column(
            "loss_musd", "million USD", "loss over these days, all ways at once", heading="loss,\nall ways\nat once",
            digits=0, priority=8,
        ),
        Column(
            "shortfall_mt_held", "Mt",
            "change in supply not lifted over these days, usual ways only: no commodity moves on an edge beyond its "
            "usual flow, as in the first days",
            heading="shortfall,\nusual ways\nonly", digits=2, priority=9,
        ),
        Column(
            "loss_musd_held", "million USD", "loss over these days, usual ways only",
            heading="loss,\nusual ways\nonly", digits=0, priority=8,
        ),
        Column(
            "route_hhi", "1", "concentration of what crosses a corridor; 1: all by one corridor", heading="route HHI",
            digits=2, priority=10,
        ),
    ),
    "backcast": (
        Column("modelled_mtpa", "Mt/y", "what the model carries", heading="modelled", priority=1),
        Column("observed_mtpa", "Mt/y", "what was carried", heading="observed", priority=2),
        Column("error_mtpa", "Mt/y", "modelled less observed", heading="error", priority=3),
        Column("last_year_mtpa", "Mt/y", "what was carried the year before", heading="last year", priority=6),
        Column("low_mtpa", "Mt/y", "low end of the observation"),
        Column("high_mtpa", "Mt/y", "high end of the observation"),
        Column(
            "basis", "", "reported, or difference: worked out from other volumes, and scored apart", "word", "basis",
            priority=5,
        ),
        Column("confidence", "", "confidence of the observation: A, B or C", "word", "confidence", priority=4),
        Column("source", "", "id of the observation's source", "word", "source", priority=7),
        Column("note", "", "what to know before quoting it", "word"),
        Column(
            "skill", "1", "1 less the sum of absolute errors over that of \"as last year\"; above 0: better than that",
        ),
    ),
    "summary": (
        Column("mean", "", "mean of all years"),
        Column("undisturbed", "", "a year in which no hazard comes"),
        Column("mean_low", "", "lower end of the 95 % confidence interval of the mean: chance of what was simulated"),
        Column("mean_high", "", "upper end of it"),
        Column(
            "mean_p05", "", "5 % of draws have a lower mean; luck of the years of a draw, which is still in it, widens "
            "the range by a share of about luck² / (2 years_per_draw ignorance²)", group="drawn",
        ),
        Column("mean_p95", "", "5 % of draws have a higher mean", group="drawn"),
        Column("mean_p05_se", "", "standard error of mean_p05, by resampling draws", group="drawn"),
        Column("mean_p95_se", "", "standard error of mean_p95, by resampling draws", group="drawn"),
        Column("luck", "", "standard deviation of a year within a draw: what chance does to a year", group="drawn"),
        Column(
            "ignorance", "", "standard deviation of the means of draws, luck taken out: what the record leaves open; "
            "0 where luck explains all", group="drawn",
        ),
        Column("sd", "", "standard deviation of a year"),
        Column("p5", "", "5 % of years are lower"),
        Column("p50", "", "half of the years are lower"),
        Column("var", "", "value at risk: what only a share 1 - alpha of years is worse than"),
        Column("cvar_low", "", "lower end of the 95 % confidence interval of the CVaR: chance of what was simulated"),
        Column("cvar_high", "", "upper end of it"),
        Column(
            "cvar_p05", "", "5 % of draws have a lower CVaR of their own years; empty below 1 000 years a draw",
            group="drawn",
        ),
        Column("cvar_p95", "", "5 % of draws have a higher CVaR of their own years; empty likewise", group="drawn"),
        Column("cvar_p05_se", "", "standard error of cvar_p05, by resampling draws", group="drawn"),
        Column("cvar_p95_se", "", "standard error of cvar_p95, by resampling draws", group="drawn"),
        Column("p95", "", "5 % of years are higher"),
        Column("cvar", "", "mean of the worst share 1 - alpha of years (CVaR)"),
    ),
    "exceedance": (
        Column("chance", "1", "chance that a year is worse than the level", "share", "chance", priority=1),
        Column(
            "return_period_years", "years", "such a year comes once in so many years: 1 / chance",
            heading="once in years", digits=1, priority=2,
        ),
        Column(
            "chance_low", "1", "lower end of the 95 % confidence interval of the chance: of what was simulated",
            "share",
        ),
        Column("chance_high", "1", "upper end of it", "share"),
        Column(
            "chance_p05", "1", "5 % of draws have a lower chance; empty where fewer than 10 years of an average draw "
            "are worse, as it would be luck", "share", group="drawn",
        ),
        Column("chance_p95", "1", "5 % of draws have a higher chance; empty likewise", "share", group="drawn"),
        Column("chance_p05_se", "1", "standard error of chance_p05, by resampling draws", "share", group="drawn"),
        Column("chance_p95_se", "1", "standard error of chance_p95, by resampling draws", "share", group="drawn"),
        Column("return_period_years_p05", "years", "1 / chance_p95", group="drawn"),
        Column("return_period_years_p95", "years", "1 / chance_p05", group="drawn"),
    ),
    "bad_year": (
        Column("unit", "", "unit of all numbers of the row", "word", "unit", priority=2),
        Column("undisturbed", "", "a year in which no hazard comes", heading="undisturbed", digits=2, priority=4),
        Column("mean", "", "mean of all years", heading="average", digits=2, priority=1),
        Column("mean_half", "", "half of the 95 % confidence interval of the mean", heading="+-", digits=2, priority=3),
        Column("p5", "", "5 % of years are lower", title="5 % point", digits=2),
        Column("p95", "", "5 % of years are higher", title="95 % point", digits=2),
        Column(
            "cvar", "", "mean of the worst years (CVaR)", heading="worst {tail}",
            title="mean of the worst {tail} (CVaR)", digits=2, priority=1,
        ),
        Column("cvar_half", "", "half of the 95 % confidence interval of the CVaR", heading="+-", digits=2, priority=3),
    ),
    "attribution": (
        Column("place", "", "where: country in which what the hazard strikes lies, not who did it", "word"),
        Column("events", "1", "events of the hazard on record; 0: a prior; empty: not said", digits=0),
        Column("record", "", "what the record holds of the hazard, in words; empty: not said", "word"),
        Column(
            "amount", "Mt", "a year, in the unit of the column attributed: here tonnes", heading="amount", digits=3,
            priority=1,
        ),
        Column("share", "1", "share of all that hazards changed", "share", "share", priority=2),
        Column(
            "prior_share", "1", "share of the amount that hazards without an event on record bear; empty: not said",
            "share", "on priors", priority=3,
        ),
    ),
    "attributed": (
        *_BORNE,
        Column(
            "prior_share", "1",
            "share of what is borne in the worst years that hazards without an event on record bear; empty: not said",
            "share", "on priors", priority=3,
        ),
    ),
    "attributed_hazards": (
        *_BORNE,
        Column(
            "events", "1", "events of the hazard on record; 0: a prior; empty: not said", heading="events", digits=0,
            priority=3,
        ),
    ),
    "bounds": (
        Column(
            "mean", "Mt", "mean of all years, in the unit of the column: here tonnes", heading="average", digits=2,
            priority=1,
        ),
        Column("mean_low", "Mt", "low end of the mean's range", heading="from", digits=2, priority=3),
        Column("mean_high", "Mt", "high end of the mean's range", heading="to", digits=2, priority=3),
        Column("cvar", "Mt", "mean of the worst years (CVaR)", heading="worst {tail}", digits=2, priority=1),
        Column("cvar_low", "Mt", "low end of the CVaR's range", heading="from", digits=2, priority=4),
        Column("cvar_high", "Mt", "high end of the CVaR's range", heading="to", digits=2, priority=4),
        Column("range", "", "what the range is of", "word", "range", priority=5, wide=True),
    ),
    "states": (
        Column("hazards", "", "names of the hazards in force", "list"),
        Column("days_per_year", "a year", "days that it lasts", heading="days", digits=2, priority=1),
        Column("stretches_per_year", "1/y", "times entered"),
        Column("delivered_mtpa", "Mt/y", "what arrives at markets while it lasts"),
        Column("shortfall_mtpa", "Mt/y", "supply not lifted while it lasts", heading="short", priority=2),
        Column("netback_musd_per_year", "million USD/y", "netback while it lasts"),
        Column(
            "shortfall_share", "1", "share of all shortfall beyond the undisturbed", "share", "of all", priority=3,
        ),
    ),
}  # fmt: skip
"""Columns by table, in the order in which they are printed and explained; `column_names` has that of the table."""
INTERCHANGEABLE = "Buyers at one price are interchangeable here: who gets which tonne is one choice of several."
"""What must be known wherever a market, or a split between ports, is shown."""
AMOUNTS = ("duration_days", "shortfall_mt", "loss_musd", "shortfall_mt_held", "loss_musd_held")
"""Columns of outcomes over the days of a scenario; empty where these are not known."""
FLOW_TABLES = (
    "corridors", "edges", "nodes", "commodities", "supplies", "markets", "quotas", "fleets", "edge_flows", "routes",
    "choices",
)  # fmt: skip
"""The tables of a flow; `totals` are its attributes."""
ROUTE = Column("way", "", "ends of the best way", "word", "best way", priority=14, wide=True, legend=INTERCHANGEABLE)
"""In printed comparisons: origin and destination in one."""


_ENDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "supplies": (("shortfall_mtpa", "lifted_mtpa"), ("marginal_netback_usd_per_t", "netback_usd_per_t")),
    "quotas": (("flow_mtpa",), ("unmet_minimum_mtpa",)),
    "routes": (("flow_mtpa", "origin"), ("destination", "netback_usd_per_t")),
    "compare": (("throughput_mtpa", "capacity_mtpa"), ("next_tonne_usd_per_t", "netback_usd_per_t")),
    "compare.containers": (("throughput_teu_per_year", "capacity_teu_per_year"), ("usd_per_feu", "bottleneck")),
    "outcomes": (("shortfall_mtpa",), ("loss_musd_per_year",)),
    "attribution": (("amount", "share"), ("events", "record")),
}
"""Columns that stand first and last in a table: of one too wide for a screen, pandas prints its ends."""


def column_names(table: str) -> tuple[str, ...]:
    """Return the names of a table's columns, in their order: what is asked for most at both ends."""
    return _between_ends(table, [column.name for column in COLUMNS[table]])


def _between_ends(key: str, names: Iterable[str]) -> tuple[str, ...]:
    first, last = _ENDS.get(key, ((), ()))
    return (*first, *(name for name in names if name not in {*first, *last}), *last)


def by_name(table: str) -> dict[str, Column]:
    """Return a table's columns by name."""
    return {column.name: column for column in COLUMNS[table]}


def grouped(table: str) -> dict[str, tuple[str, ...]]:
    """Return the names of a table's columns by group, in the order of the table."""
    groups: dict[str, list[str]] = {column.group: [] for column in COLUMNS[table] if column.group}
    columns = by_name(table)
    for name in column_names(table):
        for group in filter(None, (columns[name].group, *columns[name].also)):
            groups[group].append(name)
    return {group: _between_ends(f"{table}.{group}", names) for group, names in groups.items()}


def printed(table: str) -> list[Column]:
    """Return the columns that are printed, in this order: long text last."""
    columns = (*COLUMNS[table], ROUTE) if table == "compare" else COLUMNS[table]
    return sorted((column for column in columns if column.priority), key=lambda column: column.wide)


def blank(table: str) -> dict[str, Any]:
    """Return a row of a table in which nothing is known yet."""
    empty: dict[str, Any] = {"number": float("nan"), "share": float("nan"), "word": "", "list": ()}
    return {column.name: empty[column.kind] for column in COLUMNS[table]}


def legend(columns: Iterable[Column], *, hazards: str = "hazards", origin: str = "") -> str:
    """Return what must be known to read some columns: by whose rates, and from where the best ways lead."""
    texts = " ".join(column.legend for column in columns if column.legend)
    return texts.format(hazards=hazards, origin=f" from {origin}" if origin else "")


def described(table: str) -> str:
    """Return a list of a table's columns, as cleaned docstrings have it: name, unit, meaning; a list for each group."""
    lists = []
    for group in dict.fromkeys(column.group for column in COLUMNS[table]):
        items = (f"{c.name}{f' [{c.unit}]' if c.unit else ''}: {c.meaning}" for c in COLUMNS[table] if c.group == group)
        wrapped = (textwrap.wrap(item, 108, initial_indent="- ", subsequent_indent="  ") for item in items)
        head = [f"Group ``{group}``:", ""] if group else []
        lists.append("\n    ".join([*head, *(line for lines in wrapped for line in lines)]))
    return "\n\n    ".join(lists).replace("\n    \n", "\n\n")
