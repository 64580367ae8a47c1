"""What "In short" says of networks worked out by hand: leads, ties, full ways, equal scenarios, luck and ignorance."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import corridor as cr
from helpers.in_short import sentences
from helpers.small_networks import edge, network, scenario

SHUT = scenario(cr.Outage(edge="north"), name="north shut")
STOPPED = cr.Scenario(name="north stopped", changes=cr.Derate(edge="north", remaining=0.0), duration_days=73)
WIDER = scenario(cr.Expansion(edge="north", add_mtpa=1.0), name="north wider")
STORM = cr.Hazard(name="storm", changes=[cr.Outage(edge="south")], frequency_per_year=2.0, duration_days=9)


def two(north: float | None, south: float | None, **more: Any) -> cr.Network:
    """Return two ways of 20 and 30 USD/t for 5 Mt/y to a port that pays 100."""
    net = network(edge("north", 20.0, north, corridor="north"), edge("south", 30.0, south, corridor="south"))
    return net.replace(**more)


def tariff(of: str, value: float, low: float, high: float, **more: Any) -> cr.Figure:
    """Return a figure with a range."""
    return cr.Figure(
        **{
            "record": "edge", "subject": of, "attribute": "tariff_usd_per_t", "value": value, "low": low, "high": high,
            "unit": "USD/t", "since": 2000, "until": 2100, "confidence": "C", "choice": "chosen",
        } | more
    )  # fmt: skip


class TestEarnsMost:
    """The next tonne: 80 USD/t by north, 70 by south."""

    def say(self, net: cr.Network, folder: Path) -> str:
        """Return the sentence."""
        return sentences(net, [], folder)["earns_most"]

    def test_the_lead_is_the_difference_to_the_next_best(self, tmp_path: Path) -> None:
        """80 and 70 where both have room."""
        text = self.say(two(9.0, 9.0), tmp_path)
        assert "earns most by north: netback 80.0 USD/t, 10.0 USD/t more than by south." in text

    def test_equal_ways_are_named_together(self, tmp_path: Path) -> None:
        """North is full, so a tonne more by either ends up by south: 70."""
        assert "by north and south alike: netback 70.0 USD/t; no other way" in self.say(two(3.0, 9.0), tmp_path)

    def test_one_way_has_no_lead(self, tmp_path: Path) -> None:
        """Nothing is said of a second."""
        text = self.say(network(edge("only", 20.0, corridor="only")), tmp_path)
        assert "earns most by only: netback 80.0 USD/t; no other way takes one more." in text

    def test_full_ways_are_said_to_be_full(self, tmp_path: Path) -> None:
        """3 and 2 for 5 offered; the cheaper stays worth naming."""
        text = self.say(two(3.0, 2.0), tmp_path)
        assert "every way is full. At posted cost a tonne earns most by north: netback 80.0 USD/t." in text

    def test_shut_ways_are_not_called_full(self, tmp_path: Path) -> None:
        """Nothing leads to the port."""
        assert self.say(two(0.0, 0.0), tmp_path).endswith("no way leads there.")

    def test_a_network_without_corridors_says_so(self, tmp_path: Path) -> None:
        """There is no way by name."""
        assert self.say(network(edge("only", 20.0)), tmp_path) == "No corridor of this network can carry oil."

    def test_without_ranges_nothing_is_claimed_to_be_sure(self, tmp_path: Path) -> None:
        """No draws, no share."""
        text = self.say(two(9.0, 9.0), tmp_path)
        assert text.endswith("How sure this is cannot be drawn: no figure of this network has a range.")

    def test_a_way_that_is_always_ahead_is_best_in_all_draws(self, tmp_path: Path) -> None:
        """South at 21 to 39 never comes below north at 20."""
        net = two(9.0, 9.0, figure_records=[tariff("south", 30.0, 21.0, 39.0)])
        text = self.say(net, tmp_path)
        assert "netback 80.0 USD/t (80.0 to 80.0 in 90 % of the draws), 10.0 USD/t more than by south" in text
        assert text.endswith("north is best in 100 % of 200 draws.")

    def test_ties_share_a_draw(self, tmp_path: Path) -> None:
        """Two ways of 20 USD/t are best alike in every draw: half each."""
        net = network(edge("a", 20.0, corridor="a"), edge("b", 20.0, corridor="b"), edge("c", 50.0, corridor="c"))
        text = self.say(net.replace(figure_records=[tariff("c", 50.0, 40.0, 60.0)]), tmp_path)
        assert text.endswith("a is best in 50 % of 200 draws, b in 50 %.")

    def test_draws_without_a_way_are_counted(self, tmp_path: Path) -> None:
        """3 to 9 offered, mode 5, ways for 6: full in (9 - 6)^2 / ((9 - 3) (9 - 5)) = 3 / 8 of draws."""
        offered = tariff("field.oil", 5.0, 3.0, 9.0, record="supply", attribute="volume_mtpa", unit="Mt/y")
        text = self.say(two(4.0, 2.0, figure_records=[offered]), tmp_path)
        found = re.search(r"none takes one more in (\d+) %", text)
        assert found
        assert abs(float(found[1]) - 37.5) < 100 * 4 * (0.375 * 0.625 / 200) ** 0.5

    def test_nothing_is_drawn_where_that_is_asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """And the sentence says so."""
        monkeypatch.setattr("corridor.show.brief.results.drawn_comparison", lambda *_, **__: pytest.fail("drawn"))
        net = two(9.0, 9.0, figure_records=[tariff("south", 30.0, 21.0, 39.0)])
        text = sentences(net, [], tmp_path, ranges=False)["earns_most"]
        assert text.endswith("How sure this is was not drawn (ranges=False).")


class TestHurtsMost:
    """North carries 3 Mt/y at 80, south 2 at 70."""

    NET = two(3.0, 2.0)

    def say(self, scenarios: list[cr.Scenario], folder: Path, net: cr.Network = NET) -> str:
        """Return the sentence."""
        return sentences(net, scenarios, folder)["hurts_most"]

    def test_the_loss_is_that_of_the_tonnes_shut_in(self, tmp_path: Path) -> None:
        """3 Mt/y of 80."""
        text = self.say([SHUT, WIDER], tmp_path)
        assert text.startswith("Of 2 scenarios, 'north shut' loses most: 240 million USD/y, 3.0 Mt/y more shut in.")

    def test_equal_scenarios_are_named_together_with_the_days_of_each(self, tmp_path: Path) -> None:
        """73 days are a fifth of a year: 48 million USD and 0.6 Mt."""
        text = self.say([STOPPED, WIDER, SHUT], tmp_path)
        assert "'north stopped' and 'north shut' alike lose most: 240 million USD/y, 3.0 Mt/y more shut in" in text
        assert text.endswith("('north stopped' over its 73 days 48 million USD, 0.60 Mt).")

    def test_the_only_scenario_is_not_called_the_worst(self, tmp_path: Path) -> None:
        """There is nothing to compare it with."""
        assert self.say([SHUT], tmp_path).startswith("The only scenario, 'north shut', loses 240 million USD/y")

    def test_billions_are_written_as_such(self, tmp_path: Path) -> None:
        """3 Mt/y at 1 080 USD/t."""
        market = cr.Market(node="port", commodity="oil", price_usd_per_t=1100.0)
        assert "3.2 billion USD/y" in self.say([SHUT], tmp_path, self.NET.replace(markets=[market]))

    def test_the_loss_has_its_range_where_ranges_are_asked_for(self, tmp_path: Path) -> None:
        """3 Mt/y at 100 less a tariff of 10 to 30, mode 20: 220 to 260 million USD/y in 90 %, by the closed form."""
        net = self.NET.replace(figure_records=[tariff("north", 20.0, 10.0, 30.0)])
        text = sentences(net, [SHUT], tmp_path, ranges=True)["hurts_most"]
        found = re.search(
            r"240 million USD/y \((\d+) million USD/y to (\d+) million USD/y in 90 % of the draws\)", text
        )
        assert found
        assert [float(end) for end in found.groups()] == pytest.approx([3 * 73.16, 3 * 86.84], abs=5.0)

    def test_scenarios_without_a_loss_are_not_said_to_hurt(self, tmp_path: Path) -> None:
        """One widens, one is as good as nothing."""
        dearer = scenario(cr.TariffShock(edge="south", add_usd_per_t=0.1), name="a little dearer")
        assert self.say([WIDER, dearer], tmp_path) == "None of the 2 scenarios loses more than 1 million USD/y."

    def test_tonnes_shut_in_without_a_loss_are_told(self, tmp_path: Path) -> None:
        """A tonne by south earns nothing at a tariff of 100, and 2 Mt/y are shut in without it."""
        net = network(edge("north", 20.0, 3.0, corridor="north"), edge("south", 100.0, 2.0, corridor="south"))
        shut = scenario(cr.Outage(edge="south"), name="south shut")
        text = self.say([shut], tmp_path, net)
        assert text == (
            "The only scenario, 'south shut', does not lose more than 1 million USD/y; 2.0 Mt/y more are shut in."
        )

    def test_unmet_requirements_are_told(self, tmp_path: Path) -> None:
        """A port that needs 5 gets 2: 3 Mt/y are missing, and have no cost of replacement."""
        market = cr.Market(node="port", commodity="oil", price_usd_per_t=100.0, required_mtpa=5.0)
        text = self.say([SHUT], tmp_path, self.NET.replace(markets=[market]))
        assert "3.0 Mt/y more of what markets require not delivered (3.0 Mt/y of it without a cost of replac" in text

    def test_the_country_that_costs_most_is_named_in_words(self, tmp_path: Path) -> None:
        """All cross Georgia, and 3 of 5 Mt/y Russia."""
        net = network(
            edge("north", 20.0, 3.0, corridor="north", countries=("RUS", "GEO")),
            edge("south", 30.0, 2.0, corridor="south", countries=("GEO",)),
        )
        text = self.say([], tmp_path, net)
        assert text == (
            "100 % of the exports by corridors cross Georgia: if it closes, 380 million USD/y are lost and 5.0 Mt/y "
            "more are shut in."
        )

    def test_a_closure_that_is_the_worst_scenario_is_not_told_twice(self, tmp_path: Path) -> None:
        """The scenario closes Georgia."""
        net = network(edge("north", 20.0, 3.0, corridor="north", countries=("GEO",)), edge("south", 30.0, 1.0))
        text = self.say([scenario(cr.Outage(country="GEO"), name="Georgia shut")], tmp_path, net)
        assert "cross Georgia: if it closes, it comes to the same." in text

    def test_nothing_known_is_said_to_be_unknown(self, tmp_path: Path) -> None:
        """Neither scenarios nor countries."""
        assert self.say([], tmp_path).startswith("No scenario is compared and no transit country is known")


class TestHelpsMost:
    """One more Mt/y by north earns 80, by south 70."""

    NET = two(3.0, 1.0)

    def say(self, scenarios: list[cr.Scenario], folder: Path, net: cr.Network = NET) -> str:
        """Return the sentence."""
        return sentences(net, scenarios, folder)["helps_most"]

    def test_the_gain_of_an_expansion_is_that_of_its_tonnes(self, tmp_path: Path) -> None:
        """One more of 80 USD/t."""
        text = self.say([SHUT, WIDER], tmp_path)
        assert "(1 scenario), 'north wider' gains most: 80 million USD/y, 1.0 Mt/y less shut in." in text

    def test_a_price_that_rises_is_no_help(self, tmp_path: Path) -> None:
        """It is another's harm; scenarios that add nothing are said to be none."""
        dear = scenario(cr.PriceShock(node="port", add_usd_per_t=50.0), name="dear")
        assert self.say([dear], tmp_path).startswith("No scenario compared adds capacity or eases a way.")

    def test_help_of_nothing_is_said_to_be_none(self, tmp_path: Path) -> None:
        """South has room already."""
        wider = scenario(cr.Expansion(edge="south", add_mtpa=1.0), name="south wider")
        text = self.say([wider], tmp_path, two(3.0, 9.0))
        assert "No scenario that adds capacity or eases a way ('south wider') gains more than 1 million USD/y." in text

    def test_the_limit_worth_most_is_named_with_what_it_earns(self, tmp_path: Path) -> None:
        """Both ways are full, north earns more; with north shut it is south."""
        text = self.say([SHUT], tmp_path)
        assert "One more Mt/y at field to port [north] is worth 80 million USD/y to all shippers" in text
        assert text.endswith(
            "under 'north shut' one more Mt/y at field to port [south] is worth 70 million USD/y to all shippers."
        )

    def test_sections_out_of_service_are_named_before_limits(self, tmp_path: Path) -> None:
        """A third way takes 4 at 90 and leaves 1 at 80, instead of 3 at 80 and 1 at 70."""
        third = edge("third", 10.0, 4.0, corridor="third", in_service=False)
        net = network(edge("north", 20.0, 3.0, corridor="north"), edge("south", 30.0, 1.0, corridor="south"), third)
        text = self.say([], tmp_path, net)
        assert "Opening field to port [third], not in service, is worth 130 million USD/y to all shippers. One" in text

    def test_what_a_scenario_closes_is_not_offered_for_opening(self, tmp_path: Path) -> None:
        """Only the baseline's own sections that are out of service are."""
        assert "Opening" not in self.say([SHUT], tmp_path)

    def test_no_limit_is_praised_where_none_binds(self, tmp_path: Path) -> None:
        """All is lifted by the better way."""
        assert self.say([], tmp_path, two(9.0, 9.0)) == "No single open limit earns 1 million USD/y by one unit more."


class TestBadYear:
    """Storms close the way of 2 Mt/y some of the time; the other is full."""

    def say(self, folder: Path, *, hazard: cr.Hazard = STORM, **more: Any) -> str:
        """Return the sentence."""
        return sentences(two(3.0, 2.0, hazards=[hazard]), [], folder, **more)["bad_year"]

    def test_no_hazards_are_told(self, tmp_path: Path) -> None:
        """Instead of a year without harm."""
        assert sentences(two(3.0, 2.0), [], tmp_path)["bad_year"].startswith("This network has no hazards")

    def test_no_years_are_told(self, tmp_path: Path) -> None:
        """years=0."""
        assert self.say(tmp_path, years=0).startswith("No years were simulated (years=0)")

    def test_a_hazard_that_takes_nothing_is_said_to_take_nothing(self, tmp_path: Path) -> None:
        """North has room for all."""
        text = sentences(two(9.0, 2.0, hazards=[STORM]), [], tmp_path, years=50)["bad_year"]
        assert text == "In none of 50 simulated years do hazards change how much of oil is shut in."

    def test_only_what_hazards_add_is_counted(self, tmp_path: Path) -> None:
        """1 of 5 Mt/y is shut in anyway; the storm's share of time is 1 - exp(-2 x 9 / 365), its 2 Mt/y 0.096 Mt."""
        net = two(2.0, 2.0, hazards=[STORM])
        text = sentences(net, [], tmp_path, years=9999)["bad_year"]
        found = re.search(r"Hazards shut in ([\d.]+) Mt", text)
        assert found
        assert abs(float(found[1]) - 0.0962) < 0.01

    def test_central_rates_leave_ignorance_out_and_say_so(self, tmp_path: Path) -> None:
        """draws=0."""
        assert "how far the rates themselves are open is not drawn here" in self.say(tmp_path, years=400, draws=0)

    def test_fixed_rates_are_no_ignorance(self, tmp_path: Path) -> None:
        """All draws are the same rate, and differ by luck."""
        text = self.say(tmp_path, years=2000, draws=20)
        assert "20 draws of the hazards' rates differ by hardly more than that explains." in text

    def test_a_short_record_is_ignorance(self, tmp_path: Path) -> None:
        """A rate between 0.2 and 6 makes the average year anything from little to much; the tail needs more years."""
        wide = STORM.replace(frequency_per_year=(0.2, 2.0, 6.0))
        text = self.say(tmp_path, hazard=wide, years=2000, draws=20)
        low, high = re.search(r"may be ([\d.]+) to ([\d.]+) Mt \(90 % of 20 draws\)", text).groups()  # type: ignore[union-attr]
        assert float(high) > 3 * float(low)
        assert "the worst 5 % have no such range below 1,000 years a draw." in text

    def test_a_thousand_years_a_draw_give_the_worst_a_range(self, tmp_path: Path) -> None:
        """Beside that of the average."""
        wide = STORM.replace(frequency_per_year=(0.2, 2.0, 6.0))
        assert re.search(r"the worst 5 % [\d.]+ to [\d.]+ Mt\.", self.say(tmp_path, hazard=wide, years=4000, draws=4))

    def test_priors_are_told(self, tmp_path: Path) -> None:
        """All rests on the one hazard, of which the record holds none."""
        text = self.say(tmp_path, hazard=STORM.replace(events=0), years=200)
        assert text.endswith(
            "100 % of the average and 100 % of the worst years rest on hazards without an event on record."
        )

    def test_the_other_bound_comes_with_the_section_that_shows_it(self, tmp_path: Path) -> None:
        """And not without."""
        assert "by usual ways only" not in self.say(tmp_path, years=200)
        assert "by usual ways only" in self.say(tmp_path, years=200, sections=["summary", "bad_years"])

    def test_bounds_are_compared_at_the_same_rates(self, tmp_path: Path) -> None:
        """Drawn rates have another mean than central ones: both bounds are then told at central rates."""
        wide = STORM.replace(frequency_per_year=(0.2, 2.0, 6.0))
        text = self.say(tmp_path, hazard=wide, years=2000, draws=20, sections=["summary", "bad_years"])
        found = re.search(
            r"At central rates it is ([\d.]+) and \S+ Mt by other ways at once, ([\d.]+) and \S+ Mt by usual", text
        )
        assert found
        assert found[1] == found[2]  # north is full, so nothing can go another way

    def test_luck_is_told_from_the_mean(self, tmp_path: Path) -> None:
        """A standard deviation is no difference between two years, which is larger by the root of 2."""
        assert "By luck years differ from their mean by" in self.say(tmp_path, years=200)


class TestHangsOn:
    """5 Mt/y by the one way at 20 USD/t."""

    def say(self, *figures: cr.Figure, folder: Path) -> str:
        """Return the sentence."""
        return sentences(network(edge("only", 20.0, corridor="only")).replace(figure_records=figures), [], folder)[
            "hangs_on"
        ]

    def test_half_the_range_of_a_tariff_counts_for_every_tonne(self, tmp_path: Path) -> None:
        """5 Mt/y and 10 to 30 USD/t: 50 million USD/y."""
        text = self.say(tariff("only", 20.0, 10.0, 30.0), folder=tmp_path)
        assert "(C; no source named): half the range of it moves it by 50 million USD/y." in text

    def test_one_figure_is_no_share(self, tmp_path: Path) -> None:
        """There is no other."""
        assert self.say(tariff("only", 20.0, 10.0, 30.0), folder=tmp_path).endswith("No other figure matters.")

    def test_figures_of_a_hundredth_of_the_largest_effect_matter(self, tmp_path: Path) -> None:
        """Effects 50, 0.5 and 0.4: the second, of confidence A, counts, the third does not."""
        premium, quality = (
            tariff("only", 0.0, -half, half, attribute=field, confidence="A")
            for field, half in (("risk_premium_usd_per_t", 0.1), ("quality_usd_per_t", 0.08))
        )
        text = self.say(tariff("only", 20.0, 10.0, 30.0), premium, quality, folder=tmp_path)
        assert "Of the 2 figures that matter, 50 % have confidence A or B; none are carried" in text

    def test_no_figures_are_told(self, tmp_path: Path) -> None:
        """Nor ranges."""
        assert self.say(folder=tmp_path).startswith("The figures of this network have neither sources nor ranges")

    def test_a_figure_without_a_range_hangs_nothing_on_it(self, tmp_path: Path) -> None:
        """It cannot move anything."""
        assert self.say(tariff("only", 20.0, 20.0, 20.0), folder=tmp_path).startswith("No figure of this network has a")


def test_numbers_are_of_the_commodity_unless_said(tmp_path: Path) -> None:
    """A second shipper's loss does not enter: 2 Mt/y of gas by the same edge, at 30 USD/t."""
    net = two(None, 2.0)
    gas = net.replace(
        commodities=[*net.commodities, cr.Commodity(id="gas")],
        supplies=[*net.supplies, cr.Supply(node="field", commodity="gas", volume_mtpa=2.0)],
        markets=[*net.markets, cr.Market(node="port", commodity="gas", price_usd_per_t=50.0)],
    )
    shut = scenario(cr.Outage(edge=("north", "south")), name="all shut")
    texts = sentences(gas, [shut], tmp_path, commodity="gas")
    assert "loses 60 million USD/y, 2.0 Mt/y more shut in" in texts["hurts_most"]
    assert texts["note"].startswith("All numbers are of gas unless they are said to be of all shippers.")
