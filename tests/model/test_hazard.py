"""What a hazard can say: what it strikes, how often, how hard, how surely, and where."""

from __future__ import annotations

import copy
import math
import pickle
import re
from typing import Any

import numpy as np
import pytest

import corridor as cr
from corridor.model.hazard import Hit, Posterior

SHUT = cr.Outage(edge="a")
POSTERIOR = {"shape": 9.253696, "calm_years": 35.51636, "war_years": 3.849418}
GROUP = cr.RateGroup(id="slow", calm_shape=6.5, calm_years=117.74161, war_shape=16.5, war_years=30.893908)


def hazard(**fields: Any) -> cr.Hazard:
    """Return a hazard that shuts edge a, but for the fields given."""
    does = {} if "hits" in fields else {"changes": [SHUT]}
    return cr.Hazard(**{"name": "h", "frequency_per_year": 1.0, "duration_days": 3.0, **does, **fields})


def full() -> cr.Hazard:
    """Return a hazard that says all that it can."""
    return hazard(
        hits=[{"edge": "a"}, {"node": ["x", "y"], "country": "RUS", "probability": 0.4, "shocks": 7.0}],
        frequency_per_year={"calm": [0.0545, 0.1272, 0.219], "war": 1.23}, duration_days={"median": 5.0, "sigma": 1.8},
        severity={"complete": 0.1, "mean": 0.28, "at_most": 0.6, "concentration": 2.084, "of": "flow"},
        cause={"war": 0.25, "technical": 0.75}, place="RUS", events=8, rate_group="slow",
        posterior={**POSTERIOR, "durations": 11, "complete_of": 5, "pooled_mean": 0.4227, "freedom": 6.7},
    )  # fmt: skip


def network(*hazards: cr.Hazard, **parts: Any) -> cr.Network:
    """Return a network of one edge with some hazards."""
    return cr.Network(
        nodes=[cr.Node(id="x"), cr.Node(id="y")], edges=[cr.Edge(id="a", tail="x", head="y")], commodities=[],
        hazards=hazards, **parts,
    )  # fmt: skip


# Values


def test_a_hazard_without_more_says_nothing_more() -> None:
    """As hazards did before there was more to say."""
    plain = hazard()
    assert plain.hits == ()
    assert [plain.severity, plain.cause, plain.place, plain.events, plain.rate_group, plain.posterior] == [None] * 6


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_hazard_is_its_copy(twin: Any) -> None:
    """Equal, with the same hash and the same members."""
    it = full()
    assert twin(it) == it
    assert hash(twin(it)) == hash(it)
    assert twin(it).members == it.members


@pytest.mark.parametrize(
    "other",
    [
        {"hits": [{"edge": "a"}, {"node": ["x", "y"], "country": "RUS", "probability": 0.5, "shocks": 7.0}]},
        {"frequency_per_year": {"calm": [0.0545, 0.1272, 0.219], "war": 1.24}},
        {"frequency_per_year": 1.23}, {"duration_days": 5}, {"severity": {"mean": 0.28, "complete": 0.1,
         "at_most": 0.6, "concentration": 2.0}}, {"cause": "war"}, {"place": "KAZ"}, {"events": 7},
        {"rate_group": "other"}, {"posterior": {**POSTERIOR, "durations": 12}},
    ],
)  # fmt: skip
def test_hazards_that_differ_in_a_field_are_not_equal(other: dict[str, Any]) -> None:
    """Whichever it is; and `replace` makes the other one."""
    altered = full().replace(**other)
    assert altered != full()
    assert altered.replace(**{field: getattr(full(), field) for field in other}) == full()


def test_hits_are_what_the_hazard_does() -> None:
    """Nothing of what is struck remains; each is a member of its own."""
    it = full()
    assert it.changes == (
        cr.Derate(edge="a", remaining=0.0),
        cr.Derate(node=["x", "y"], country="RUS", remaining=0.0),
    )
    assert [(member.probability, member.changes) for member in it.members] == [
        (1.0, it.changes[:1]), (0.4, it.changes[1:]),
    ]  # fmt: skip
    assert it.only_derates


def test_changes_are_one_member() -> None:
    """All of them happen."""
    both = (SHUT, cr.Derate(edge="b", remaining=0.3))
    assert [(m.probability, m.changes) for m in hazard(changes=both).members] == [(1.0, both)]


def test_new_changes_take_the_place_of_hits_and_the_other_way_round() -> None:
    """And other fields leave both as they are."""
    struck = hazard(hits=[Hit(edge="b", probability=0.5)])
    assert struck.replace(changes=[SHUT]) == hazard()
    assert hazard().replace(hits=struck.hits) == struck
    assert struck.replace(events=3).hits == struck.hits
    assert struck.replace(events=3).changes == struck.changes


def test_hazards_add_up_to_a_scenario_in_which_all_is_struck() -> None:
    """Each hit as if it were certain."""
    total = hazard(hits=[Hit(edge="b", probability=0.5)]) + hazard(name="i")
    assert type(total) is cr.Scenario
    assert total.name == "h + i"
    assert total.changes == (cr.Derate(edge="b", remaining=0.0), SHUT)


def test_applied_all_hits_are_struck() -> None:
    """Whatever their probability and the severity; the network given stays as it is."""
    it = hazard(hits=[Hit(edge="a", probability=0.5)], severity={"mean": 0.5})
    assert it.apply(net := network()).edge("a").available_mtpa == 0
    assert net.edge("a").available_mtpa == math.inf


def test_a_hit_of_what_is_not_there_is_a_problem_of_the_network() -> None:
    """As a change of it is, with a suggestion."""
    (problem,) = network(hazard(hits=[Hit(edge="aa", probability=0.5)])).problems()
    assert problem == "hazard 'h': no edge named 'aa'; did you mean 'a'?"


def test_a_hit_shows_what_was_given() -> None:
    """As changes do."""
    assert str(Hit(edge="a", probability=0.5)) == "Hit(edge='a', probability=0.5)"


def test_text_of_a_hazard_has_every_field() -> None:
    """By name."""
    text = repr(full())
    assert all(f"{field}=" in text for field in cr.Hazard.model_fields)


# Rates


@pytest.mark.parametrize(
    ("given", "regime", "rate", "mean"),
    [
        (0.4, None, 0.4, 0.4), (2, "war", 2.0, 2.0), ("0.4", None, 0.4, 0.4), (np.float32(0.5), None, 0.5, 0.5),
        ([0.1, 0.2, 0.4], None, (0.1, 0.2, 0.4), 0.2), ((0, 1, 2), "calm", (0.0, 1.0, 2.0), 1.0),
        ({"war": 1.5, "calm": [0.1, 0.2, 0.4]}, "calm", (0.1, 0.2, 0.4), 0.2), ({"mine": 3}, "mine", 3.0, 3.0),
    ],
)  # fmt: skip
def test_a_rate_is_a_number_or_a_range_for_all_regimes_or_by_regime(
    given: Any, regime: str | None, rate: Any, mean: float
) -> None:
    """Text and numbers of numpy count as numbers."""
    it = hazard(frequency_per_year=given)
    assert it.rate_per_year(regime) == rate
    assert it.mean_frequency_per_year(regime) == mean
    assert it.in_regime(regime).frequency_per_year == mean


@pytest.mark.parametrize(("regime", "got"), [("peace", "got 'peace'"), (None, "the network has none")])
def test_a_rate_of_no_such_regime_is_refused(regime: str | None, got: str) -> None:
    """Naming those that there are."""
    it = hazard(frequency_per_year={"war": 1, "calm": 2})
    with pytest.raises(cr.DataError, match=rf"hazard 'h' has rates for the regimes 'war', 'calm' \({got}\)"):
        it.mean_frequency_per_year(regime)


def test_regimes_are_those_with_rates() -> None:
    """None where one rate is for all."""
    assert hazard(frequency_per_year={"war": 1, "calm": 2}).regimes == ("war", "calm")
    assert hazard().regimes == ()


def test_rates_given_do_not_change_with_the_mapping_given() -> None:
    """The hazard keeps a copy."""
    rates, causes = {"war": 1.0}, {"war": 1.0}
    it = hazard(frequency_per_year=rates, cause=causes)
    rates["war"] = causes["war"] = -1.0
    assert (it.frequency_per_year, it.cause) == ({"war": 1.0}, {"war": 1.0})


WIDE = r"95 % point - 5 % point must be at most 5.8 times the mean, as in a gamma distribution"


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (0, r"frequency_per_year must be > 0(\.0)? \(got 0\)"), (-1, r"frequency_per_year must be > 0"),
        (math.nan, "frequency_per_year must be a finite number"), (math.inf, "frequency_per_year must be a finite"),
        (True, r"frequency_per_year must be a number \(got True\)"), (np.True_, "frequency_per_year must be a number"),
        ("often", r"frequency_per_year must be a number \(got 'often'\)"),
        ("0,4", r"frequency_per_year must be a number \(got '0,4'\); write 0\.4"),
        (None, r"frequency_per_year must be a number \(got None\)"),
        ([1, 2], r"a range must be three numbers: 5 % point, mean and 95 % point \(got \[1, 2\]\)"),
        ([1, 2, 3, 4], "a range must be three numbers"), ([], "a range must be three numbers"),
        ([3, 2, 4], r"5 % point <= mean <= 95 % point must hold \(got \[3\.0, 2\.0, 4\.0\]\)"),
        ([1, 3, 2], "5 % point <= mean <= 95 % point must hold"),
        ([-1, 1, 2], r"must be >= 0(\.0)? \(got -1\)"), ([0, 0, 1], "frequency_per_year must be > 0"),
        ([1, 2, math.inf], "must be a finite number"), ([0, True, 2], r"must be a number \(got True\)"),
        ([0, 1, 5.9], rf"frequency_per_year: {WIDE} \(got \[0\.0, 1\.0, 5\.9\]\); give a narrower range"),
        ({"war": [0, 1, 5.9]}, rf"frequency_per_year\.war: {WIDE}"),
        ({"war": 0}, r"frequency_per_year\.war must be > 0"), ({"war": math.nan}, r"\.war must be a finite"),
        ({"war": True}, r"frequency_per_year\.war must be a number \(got True\)"),
        ({"war": [1, 2]}, r"frequency_per_year\.war: a range must be three numbers"),
        ({"war": {"calm": 1}}, r"frequency_per_year\.war must be a number"),
        ({}, r"rates by regime must name at least one, as in \{war: 1\.2\}"),
        ({" war": 1}, r"a regime must be a name without spaces around it, as in war \(got ' war'\)"),
        ({"": 1}, "a regime must be a name"), ({2022: 1}, r"a regime must be a name .* \(got 2022\)"),
    ],
)  # fmt: skip
def test_a_rate_that_cannot_be_meant_is_refused(rate: Any, message: str) -> None:
    """With regime, rule and what was given."""
    with pytest.raises(cr.DataError, match=message) as caught:
        hazard(frequency_per_year=rate)
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith("Hazard: frequency_per_year")


@pytest.mark.parametrize("rate", [[0, 1, 5.8], [0, 0.5, 2.9], {"war": [0.1, 1, 5.9]}])
def test_a_range_may_be_as_wide_as_a_gamma_distribution_gets(rate: Any) -> None:
    """5.8 times its mean."""
    assert hazard(frequency_per_year=rate).mean_frequency_per_year("war") > 0


def test_a_wider_range_needs_a_posterior() -> None:
    """It is drawn from that."""
    assert hazard(frequency_per_year=[0, 1, 9], posterior=POSTERIOR).rate_per_year() == (0.0, 1.0, 9.0)


# What is struck


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"hits": []}, r"a hazard needs changes, or hits \(got neither\)"),
        ({"changes": []}, r"a hazard needs changes, or hits \(got neither\)"),
        ({"hits": [{"edge": "a"}], "changes": [SHUT]}, "a hazard says changes or hits, not both"),
        ({"hits": [{"edge": "a"}], "changes": [cr.Derate(edge="a", remaining=0)]}, "changes or hits, not both"),
        ({"hits": [{"edge": "a"}, {"edge": "b", "probability": 0}]}, r"hits\[1\]\.probability must be > 0"),
        ({"hits": [{"edge": "a", "probability": 1.1}]}, r"hits\[0\]\.probability must be <= 1(\.0)? \(got 1\.1\)"),
        ({"hits": [{"edge": "a", "probability": math.nan}]}, r"hits\[0\]\.probability must be a finite number"),
        ({"hits": [{"edge": "a", "probability": True}]}, r"hits\[0\]: probability must be a number or a name"),
        ({"hits": [{"edge": "a", "probabilty": 1}]}, r"hits\[0\]: no field named 'probabilty'; did you mean 'probab"),
        ({"hits": [{"edge": "a", "remaining": 1}]}, r"hits\[0\]: no field named 'remaining'"),
        ({"hits": [{"probability": 0.5}]}, r"hits\[0\]: Hit needs at least one of edge, node, corridor"),
        ({"hits": [{"edge": "a", "probability": 0.5, "shocks": 0}]}, r"hits\[0\]\.shocks must be > 0"),
        ({"hits": [{"edge": "a", "shocks": 5}]}, r"shocks draw a probability below 1; leave shocks out"),
        ({"hits": {"edge": "a"}}, "hits must be a list"),
    ],
)
def test_hits_that_cannot_be_meant_are_refused(fields: dict[str, Any], message: str) -> None:
    """With the number of the hit, from 0."""
    with pytest.raises(cr.DataError, match=message) as caught:
        hazard(**fields)
    assert len(caught.value.problems) == 1


# How hard


@pytest.mark.parametrize(
    ("severity", "message"),
    [
        ({"mean": 0.5, "at_most": 0.4}, r"severity: mean must be at most at_most \(got mean=0\.5, at_most=0\.4\)"),
        ({"mean": 0}, r"severity\.mean must be > 0"), ({"mean": 1.5}, r"severity\.mean must be <= 1"),
        ({"mean": math.nan}, r"severity\.mean must be a finite number"), ({}, r"severity\.mean is missing"),
        ({"mean": True}, r"severity: mean must be a number \(got True\)"),
        ({"mean": 0.5, "complete": -0.1}, r"severity\.complete must be >= 0"),
        ({"mean": 0.5, "complete": 1.1}, r"severity\.complete must be <= 1"),
        ({"mean": 0.5, "concentration": 0}, r"severity\.concentration must be > 0"),
        ({"mean": 0.5, "of": "oil"}, r"severity\.of must be 'capacity' or 'flow' \(got 'oil'\)"),
        ({"mean": 0.5, "at_mst": 1}, r"severity: no field named 'at_mst'; did you mean 'at_most'\?"),
        ({"mean": 0.5, "low": 0.1}, "severity: says low and high, or mean and what goes with it, not both"),
        ({"low": 0.5, "high": 0.4}, r"severity: high must not be less than low"),
        ({"low": 0.5}, r"severity\.high is missing"), ({"low": True, "high": 1}, r"severity: low must be a number"),
        (0.5, r"severity: must be \{mean: \.\.\.\}, or \{low: \.\.\., high: \.\.\.\} \(got 0\.5\)"),
    ],
)  # fmt: skip
def test_a_severity_that_cannot_be_meant_is_refused(severity: Any, message: str) -> None:
    """With field, rule and what was given."""
    with pytest.raises(cr.DataError, match=message) as caught:
        hazard(severity=severity)
    assert len(caught.value.problems) == 1


def test_a_severity_needs_something_to_vary() -> None:
    """Shares are of what outages and derates take."""
    with pytest.raises(cr.DataError, match="severity varies outages and derates"):
        hazard(changes=[cr.Delay(edge="a", add_days=3)], severity={"mean": 0.5})


def test_an_old_severity_still_works() -> None:
    """Two bounds, with changes and one rate."""
    it = hazard(severity={"low": 0.2, "high": 0.6})
    assert it.severity == cr.Uniform(low=0.2, high=0.6)
    assert it.severity.overall_mean == pytest.approx(0.4)


def test_the_mean_share_has_the_complete_ones() -> None:
    """0.1 of all, and 0.28 of the rest: 0.352."""
    severity = cr.TwoPart(complete=0.1, mean=0.28, at_most=0.6)
    assert severity.overall_mean == pytest.approx(0.352)


# Why and where


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ("wether", r"cause: no cause named 'wether'; did you mean 'weather'\?"),
        ({"ordr": 1}, r"cause: no cause named 'ordr'; did you mean 'order'\?"),
        ({"war": 0.5, "order": 0.4}, r"cause: shares must add up to 1 \(got 0\.9, "),
        ({"war": 0.33, "order": 0.33, "natural": 0.33}, r"shares must add up to 1 \(got 0\.99"),
        ({"war": 1.5, "order": -0.5}, r"the share of war must be 0 to 1 \(got 1\.5\)"),
        ({"war": True}, r"the share of war must be 0 to 1 \(got True\)"),
        ({"war": math.nan, "order": 1}, r"the share of war must be 0 to 1 \(got nan\)"),
        ({"war": "all"}, r"the share of war must be 0 to 1 \(got 'all'\)"),
        ({}, r"must be a word, or shares by word, as in \{war: 0\.4, order: 0\.6\} \(got \{\}\)"),
        (3, "must be a word, or shares by word"), (True, "must be a word, or shares by word"),
    ],
)  # fmt: skip
def test_causes_that_cannot_be_meant_are_refused(cause: Any, message: str) -> None:
    """Unknown words with the nearest known."""
    with pytest.raises(cr.DataError, match=message) as caught:
        hazard(cause=cause)
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("cause", "shares"),
    [
        (None, {}), ("war", {"war": 1.0}), ({"war": 0.25, "order": 0.75}, {"war": 0.25, "order": 0.75}),
        (dict.fromkeys(("war", "order", "natural"), 0.3333), dict.fromkeys(("war", "order", "natural"), 1 / 3)),
    ],
)  # fmt: skip
def test_shares_of_causes_add_up_to_1(cause: Any, shares: dict[str, float]) -> None:
    """However few digits they were given to."""
    assert hazard(cause=cause).shares_by_cause == pytest.approx(shares, rel=1e-12)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"events": -1}, r"events must be >= 0 \(got -1\)"), ({"events": 2.5}, "events must be a whole number"),
        ({"events": True}, r"events must be a number \(got True\)"), ({"events": math.nan}, "events must be a"),
        ({"place": 3}, "place must be text"), ({"rate_group": ""}, "rate_group must not be empty"),
        ({"rate_group": 3}, "rate_group must be text"), ({"duration_days": True}, "duration_days must be a number"),
        ({"duration_days": {"median": True, "sigma": 1}}, "duration_days: median must be a number"),
        ({"evnts": 3}, "no field named 'evnts'; did you mean 'events'"),
    ],
)  # fmt: skip
def test_other_fields_that_cannot_be_meant_are_refused(fields: dict[str, Any], message: str) -> None:
    """A count is whole, a place a text."""
    with pytest.raises(cr.DataError, match=message) as caught:
        hazard(**fields)
    assert len(caught.value.problems) == 1


def test_an_actor_is_read_as_the_place_with_a_warning() -> None:
    """Shown where the hazard is made."""
    with pytest.warns(DeprecationWarning, match="`actor` of a hazard is now called `place`") as told:
        assert hazard(actor="RUS") == hazard(place="RUS")  # type: ignore[arg-type]
    assert told[0].filename == __file__


def test_an_actor_is_replaced_as_the_place_with_a_warning() -> None:
    """Whatever the place was."""
    with pytest.warns(DeprecationWarning, match="is now called `place`") as told:
        assert hazard(place="KAZ").replace(actor="RUS") == hazard(place="RUS")
    assert told[0].filename == __file__


def test_place_and_actor_together_are_refused() -> None:
    """They are one field."""
    with pytest.raises(cr.DataError, match=r"place is given twice \(got KAZ, and RUS as actor\); use place"):
        hazard(place="KAZ", actor="RUS")


# What the record leaves open


@pytest.mark.parametrize(
    ("posterior", "message"),
    [
        ({"shape": 0, "calm_years": 1}, r"posterior\.shape must be > 0"),
        ({"shape": 1, "calm_years": 0}, r"posterior\.calm_years must be > 0"),
        ({"shape": 1, "calm_years": 1, "war_years": -1}, r"posterior\.war_years must be >= 0"),
        ({"shape": math.nan, "calm_years": 1}, r"posterior\.shape must be a finite number"),
        ({"shape": True, "calm_years": 1}, r"posterior: shape must be a number \(got True\)"),
        ({"shape": 1, "calm_years": 1, "durations": 0}, r"posterior\.durations must be > 0"),
        ({"shape": 1, "calm_years": 1, "pooled_mean": 1}, r"posterior\.pooled_mean must be < 1"),
        ({"shape": 1, "calm_years": 1, "shap": 1}, r"posterior: no field named 'shap'; did you mean 'shape'"),
        ({"shape": 1}, r"posterior\.calm_years is missing"), (3, "posterior must be a mapping"),
    ],
)  # fmt: skip
def test_a_posterior_that_cannot_be_meant_is_refused(posterior: Any, message: str) -> None:
    """With field, rule and what was given."""
    with pytest.raises(cr.DataError, match=message):
        hazard(posterior=posterior)


@pytest.mark.parametrize(
    ("severity", "more"),
    [
        (None, {"complete_of": 5}), ({"mean": 0.3, "complete": 1}, {"complete_of": 5}),
        ({"mean": 0.3}, {"complete_of": 5}), ({"low": 0.1, "high": 0.2}, {"complete_of": 5}),
        ({"mean": 0.3}, {"freedom": 5}), ({"mean": 0.3}, {"pooled_mean": 0.5}),
        ({"mean": 0.3, "complete": 1, "concentration": 2}, {"pooled_mean": 0.5}),
    ],
)  # fmt: skip
def test_what_does_not_vary_is_not_drawn(severity: Any, more: dict[str, float]) -> None:
    """Else a number given would be passed over."""
    (key,) = more
    with pytest.raises(cr.DataError, match=rf"posterior\.{key} draws .*; leave it out \(got {key}="):
        hazard(severity=severity, posterior={**POSTERIOR, **more})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": ""}, "id must not be empty"), ({"calm_shape": 0}, "calm_shape must be > 0"),
        ({"calm_years": -1}, "calm_years must be > 0"), ({"war_shape": math.nan}, "war_shape must be a finite number"),
        ({"war_years": math.inf}, "war_years must be a finite number"), ({"war_years": "x"}, "war_years must be a n"),
        ({"calm_shape": True}, r"calm_shape must be a number \(got True\)"), ({"shape": 1}, "no field named 'shape'"),
    ],
)  # fmt: skip
def test_a_rate_group_that_cannot_be_meant_is_refused(fields: dict[str, Any], message: str) -> None:
    """With field, rule and what was given."""
    with pytest.raises(cr.DataError, match=message):
        GROUP.replace(**fields)


def test_the_factor_of_a_rate_group_is_the_ratio_of_its_means() -> None:
    """16.5 in 30.893908 years over 6.5 in 117.74161: 9.67448, by hand."""
    assert GROUP.factor == pytest.approx(16.5 * 117.74161 / (30.893908 * 6.5))
    assert GROUP.factor == pytest.approx(9.67448, abs=5e-6)


def test_a_rate_group_without_a_row_is_refused() -> None:
    """When the network is made, and when either is replaced."""
    lost = hazard(rate_group="slw")
    message = r"hazard 'h': rate_group: no rate group named 'slw'; did you mean 'slow'\?"
    with pytest.raises(cr.DataError, match=message):
        network(lost, rate_groups=[GROUP])
    with pytest.raises(cr.DataError, match=message):
        network(rate_groups=[GROUP]).replace(hazards=[lost])
    with pytest.raises(cr.DataError, match=r"no rate group named 'slow'; there is none; give the network rate_groups"):
        network(hazard(rate_group="slow"), rate_groups=[GROUP]).replace(rate_groups=[])


def test_the_rate_groups_that_there_are_are_named() -> None:
    """Where none is near."""
    with pytest.raises(cr.DataError, match="no rate group named 'x'; there are 'other' and 'slow'"):
        network(hazard(rate_group="x"), rate_groups=[GROUP, GROUP.replace(id="other")])


def rates(calm: float, war: float, **more: Any) -> cr.Hazard:
    """Return a hazard with mean rates and the posterior of a worked example: shape 9.253696, 35.51636 and 3.849418."""
    return hazard(frequency_per_year={"calm": calm, "war": war}, posterior=POSTERIOR, **more)


@pytest.mark.parametrize(
    "agreeing",
    [
        # 9.253696 / (35.51636 + 9.67448 * 3.849418) = 0.12719, times 9.67448 is 1.2304
        rates(0.1272, 1.23, rate_group="slow"), rates(0.1281, 1.24, rate_group="slow"),
        # the fixed ratio 1 of all regimes: 9.253696 / (35.51636 + 3.849418) = 0.23507
        hazard(frequency_per_year=0.23507, posterior=POSTERIOR), rates(0.23507, 0.23507),
        # the fixed ratio 3.6, no war in the exposure: 1 / 160.01
        hazard(frequency_per_year={"calm": 0.00625, "war": 0.0225}, posterior={"shape": 1.0, "calm_years": 160.01}),
        hazard(frequency_per_year={"calm": 3.0}, rate_group="slow"), hazard(),
    ],
)  # fmt: skip
def test_rates_that_agree_with_their_posterior_are_no_problem(agreeing: cr.Hazard) -> None:
    """Within 1 %; without a posterior there is nothing to compare."""
    assert network(agreeing, rate_groups=[GROUP]).problems() == []


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (rates(0.13, 1.23, rate_group="slow"), [r"\.calm .* of 9\.674 of rate group 'slow', 0\.1272 \(got 0\.13\)"]),
        (rates(0.1272, 1.2, rate_group="slow"), [r"\.war .* of 9\.674 of rate group 'slow', 1\.23 \(got 1\.2\)"]),
        (rates(0.2, 0.2, rate_group="slow"), [r"\.calm .*, 0\.1272 \(got 0\.2\)", r"\.war .*, 1\.23 \(got 0\.2\)"]),
        (hazard(frequency_per_year=0.3, posterior=POSTERIOR), [r"\.calm .* of 1, 0\.2351 \(got 0\.3\)", r"\.war "]),
        (hazard(frequency_per_year={"war": 1}, posterior=POSTERIOR), ["posterior needs rates of calm and war"]),
    ],
)  # fmt: skip
def test_rates_beside_their_posterior_are_a_problem_of_the_network(off: cr.Hazard, told: list[str]) -> None:
    """Naming hazard, both numbers and what to do."""
    problems = network(off, rate_groups=[GROUP]).problems()
    assert len(problems) == len(told)
    for problem, pattern in zip(problems, told, strict=True):
        assert problem.startswith("hazard 'h': ")
        assert re.search(pattern, problem), problem
        assert "leave posterior out" in problem


def test_a_hazard_without_a_rate_in_the_networks_regime_is_a_problem() -> None:
    """As no year can be simulated."""
    lacks = hazard(frequency_per_year={"calm": 1})
    assert network(lacks, regime="calm").problems() == []
    assert network(lacks, regime="war").problems() == [
        "hazard 'h': has no rate in regime 'war' of the network, but in 'calm'; "
        "add it, or give one rate for all regimes"
    ]


def test_posteriors_are_values() -> None:
    """Equal, hashable, frozen."""
    assert Posterior(**POSTERIOR) == Posterior(**POSTERIOR)
    assert hash(Posterior(**POSTERIOR)) == hash(Posterior(**POSTERIOR))
    assert Posterior(**POSTERIOR).replace(shape=1.0).shape == 1.0
