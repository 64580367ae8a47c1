"""Return periods and ranges over draws: what is drawn is what the years say, counted again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import corridor as cr
from helpers.figures import clashes, drawn, outside, sheet, texts
from helpers.parallel_routes import closes, ways

DRAWS, EACH = 20, 200
LASTS = cr.Lognormal(median=20.0, sigma=1.0)


@pytest.fixture(scope="module")
def central() -> cr.Ensemble:
    """Simulate years of one storm."""
    return cr.simulate(ways(10, hazards=[closes("storm", "w0", rate=0.8, days=LASTS)]), 500, 3)


@pytest.fixture(scope="module")
def uncertain() -> cr.Ensemble:
    """Simulate draws of a storm whose rate is not known well."""
    storm = closes("storm", "w0", days=LASTS).replace(frequency_per_year=(0.2, 1.0, 2.4))
    return cr.simulate(ways(10, hazards=[storm]), DRAWS * EACH, 3, rates="drawn", draws=DRAWS)


def by_draw(ens: cr.Ensemble, column: str = "shortfall_mt") -> Any:
    """Return the years of each draw."""
    return ens.years[column].to_numpy().reshape(DRAWS, EACH)


def edges(ax: Any, name: str, along: int) -> dict[float, tuple[float, float]]:
    """Return least and most of the other coordinate of a band by one of its coordinates, read back from its outline."""
    (band,) = drawn(ax, "band")[name]
    found: dict[float, list[float]] = {}
    for path in band.get_paths():
        for point in path.vertices:
            found.setdefault(float(point[along]), []).append(float(point[1 - along]))
    return {at: (min(values), max(values)) for at, values in found.items()}


# Return periods


@pytest.mark.parametrize("column", ["shortfall_mt", "delivered_mt"])
def test_the_curve_is_one_over_the_share_of_worse_years(central: cr.Ensemble, column: str) -> None:
    """Read back from the line, for losses and where more is better; the worst year is no point of it."""
    years = central.years[column].to_numpy()
    sign = -1.0 if column == "delivered_mt" else 1.0
    with sheet((8, 5)) as ax:
        cr.plot_exceedance(central, column, ax)
        (curve,) = drawn(ax, "curve")["baseline"]
        periods, levels = (np.asarray(values, dtype=float) for values in curve.get_data())
        assert ax.get_xscale() == "log"
        assert ax.get_xlim()[1] > periods.max()
    assert len(levels) > 50
    assert (periods[-1], levels[-1]) == (500.0, np.sort(sign * years)[-2] * sign)
    for period, level in zip(periods, levels, strict=True):
        assert period == pytest.approx(1.0 / np.mean(sign * years > sign * level))


def test_the_band_is_the_range_over_draws(uncertain: cr.Ensemble) -> None:
    """At each level 1 over the 95 and 5 % points of the draws' shares, where ten years of a draw are worse."""
    years = by_draw(uncertain)
    with sheet((8, 5)) as ax:
        cr.plot_exceedance(uncertain, ax=ax)
        band = edges(ax, "baseline", 1)
        limit = ax.get_xlim()[1]
    assert len(band) > 50
    assert max(band) < uncertain.exceedance(levels=max(band)).index[0] + 1e-9
    for level, (short, long) in band.items():
        shares = (years > level).mean(axis=1)
        assert shares.mean() >= 10 / EACH
        low, high = np.quantile(shares, [0.05, 0.95])
        assert short == pytest.approx(1.0 / high)
        assert long == pytest.approx(1.0 / low) if low > 0 else long > limit


def test_central_rates_have_no_band(central: cr.Ensemble) -> None:
    """In neither picture of years."""
    for draw in (cr.plot_exceedance, cr.plot_ensemble):
        with sheet((8, 5)) as ax:
            draw(central, ax=ax)
            assert drawn(ax, "band") == drawn(ax, "range") == {}


def test_a_picture_says_what_it_is_of(central: cr.Ensemble, uncertain: cr.Ensemble) -> None:
    """Bad transport years, of which network, shippers and hazards, how many years and draws; names in the legend."""
    with sheet((8, 5)) as ax:
        cr.plot_exceedance({"sure": central, "unsure": uncertain}, ax=ax)
        words = " ".join([ax.get_title(loc="left"), *(text.get_text() for text in ax.texts)])
        names = {text.get_text() for text in ax.get_legend().get_texts()}  # type: ignore[union-attr]
    assert "bad transport year" in words
    assert "ways, all shippers, the network's own hazards" in words
    assert "500 simulated years / 4,000 simulated years of 20 draws of rates" in words
    assert names == {"sure", "unsure", "5 to 95 % of draws, unsure"}


def test_years_without_any_loss_have_a_picture() -> None:
    """Nothing is ever worse than nothing: an empty curve, no warning."""
    ens = cr.simulate(ways(10, hazards=[closes("storm", "w0", rate=1e-9)]), 20, 3)
    with sheet((8, 5)) as ax:
        cr.plot_exceedance(ens, ax=ax)
        ax.get_figure(root=True).canvas.draw()  # type: ignore[union-attr]
        assert len(drawn(ax, "curve")["baseline"][0].get_xdata()) == 0


@pytest.mark.parametrize("size", [(6.0, 4.0), (12.0, 8.0)])
def test_return_periods_are_legible(uncertain: cr.Ensemble, size: tuple[float, float]) -> None:
    """Texts stand apart, inside the Axes or above them."""
    with sheet(size) as ax:
        cr.plot_exceedance(uncertain, ax=ax)
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        inside = [text for text in texts(ax) if text.get_gid() not in ("title", "subtitle")]
        assert clashes(texts(ax)) == []
        assert outside(inside, ax) == []


@pytest.mark.parametrize(
    ("column", "message"), [("shortfal_mt", "did you mean 'shortfall_mt'"), ("draw", "no column named 'draw'")]
)
def test_what_is_no_quantity_is_refused(uncertain: cr.Ensemble, column: str, message: str) -> None:
    """A misspelt column, and the number of the draw."""
    for draw in (cr.plot_exceedance, cr.plot_ensemble):
        with pytest.raises(cr.DataError, match=message):
            draw(uncertain, column)


# Exceedance curves of drawn rates


@pytest.mark.parametrize("column", ["shortfall_mt", "delivered_mt"])
def test_curves_of_single_draws_are_a_band(uncertain: cr.Ensemble, column: str) -> None:
    """At each level the 5 and 95 % points of the shares of years that are at least as bad, draw by draw."""
    years = by_draw(uncertain, column)
    with sheet((8, 5)) as ax:
        cr.plot_ensemble(uncertain, column, ax)
        band = edges(ax, "baseline", 0)
    assert len(band) > 50
    for level, (least, most) in band.items():
        shares = (years <= level if column == "delivered_mt" else years >= level).mean(axis=1)
        assert shares.mean() >= 10 / EACH
        low, high = 100.0 * np.quantile(shares, [0.05, 0.95])
        assert (least, most) == pytest.approx((max(low, 1e-9), high))


def test_the_means_of_draws_have_a_range(uncertain: cr.Ensemble) -> None:
    """From the 5 to the 95 % point, as in the summary, and told in the legend."""
    row = uncertain.summary().loc["shortfall_mt"]
    with sheet((8, 5)) as ax:
        cr.plot_ensemble(uncertain, ax=ax)
        (line,) = drawn(ax, "range")["baseline"]
        ends = np.asarray(line.get_xdata(), dtype=float)
        words = [text.get_text() for text in ax.get_legend().get_texts()]  # type: ignore[union-attr]
    assert ends.tolist() == pytest.approx([row["mean_p05"], row["mean_p95"]])
    assert any(text.startswith("means of draws: ") and text.endswith(" Mt") for text in words)
    assert math.isfinite(ends.sum())
