"""Figures at other values: many networks at once are the same as one at a time; quantiles of what is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corridor as cr
from corridor.model.distributions import triangular_quantile, yes_quantile
from corridor.model.figures import key_of
from corridor.model.variation import Variation

VARIATION = Variation(cr.load(year=2024))
N_FIGURES = len(VARIATION.varying_figures())


@pytest.mark.parametrize("year", [2018, 2022, 2024])
def test_arrays_of_values_make_the_networks_that_single_ones_make(year: int) -> None:
    """Row by row, every field of every record: what `with_values` makes of the row's numbers."""
    variation = Variation(cr.load(year=year))
    n = len(variation.varying_figures())
    drawn = variation.drawn(np.random.default_rng(year).random((4, n)))
    fields = variation.fields(drawn)
    for row in range(4):
        of_row = {
            owner: {name: value[row] if isinstance(value, list) else value for name, value in changed.items()}
            for owner, changed in fields.items()
        }
        alone = variation.with_values({key: float(values[row]) for key, values in drawn.items()})
        assert variation.with_fields(of_row) == alone


@given(st.floats(0.0, 1.0))
def test_what_is_drawn_keeps_to_its_range(chance: float) -> None:
    """Every figure, whatever the chance; those with a range of their own assumption about what their formula gives."""
    drawn = VARIATION.drawn(np.full((1, N_FIGURES), chance))
    for figure in VARIATION.varying_figures():
        if not figure.formula:
            low, high = VARIATION.range_of(figure)
            assert low <= drawn[key_of(figure)][0] <= high


@given(st.floats(-50.0, 50.0), st.floats(0.1, 50.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_triangular_quantile_is_scipys(low: float, width: float, share: float, chance: float) -> None:
    """Whatever low, mode and high are, the mode at an end too."""
    from scipy.stats import triang

    got = triangular_quantile(np.array([chance]), low, low + width, low + share * width)[0]
    assert got == pytest.approx(triang.ppf(chance, share, loc=low, scale=width), abs=1e-9 * max(1.0, abs(low) + width))


@given(st.floats(0.0, 1.0))
def test_a_share_of_chances_is_yes(share: float) -> None:
    """Of 1 000 evenly spread ones, to one."""
    chances = (np.arange(1000) + 0.5) / 1000
    assert abs(yes_quantile(chances, share).sum() - 1000 * share) <= 1.0


def test_minima_shrink_alike_where_a_drawn_capacity_is_less_than_they_ask_for() -> None:
    """6 and 3 on a pipe of 10 become 3 and 1.5 on one of 4.5; a scenario then finds a sound network."""
    net = cr.Network.from_frames(
        pd.DataFrame({"id": ["field", "port"]}),
        pd.DataFrame({"id": ["pipe"], "tail": ["field"], "head": ["port"], "capacity_mtpa": [10.0]}),
        supplies=pd.DataFrame({"node": ["field"] * 2, "commodity": ["light", "heavy"], "volume_mtpa": [8.0, 8.0]}),
        markets=pd.DataFrame({"node": ["port"] * 2, "commodity": ["light", "heavy"], "price_usd_per_t": [100.0, 90.0]}),
        quotas=pd.DataFrame({"edge": ["pipe"] * 2, "commodity": ["light", "heavy"], "min_mtpa": [6.0, 3.0]}),
        figures=pd.DataFrame(
            {"record": ["edge"], "subject": ["pipe"], "attribute": ["capacity_mtpa"], "value": [10.0], "low": [4.0],
             "high": [10.0], "unit": ["Mt/y"], "since": [2000], "until": [2100], "confidence": ["C"]}
        ),
    )  # fmt: skip
    varied = Variation(net).with_values({"edge:pipe.capacity_mtpa": 4.5})
    assert {quota.commodity: quota.min_mtpa for quota in varied.quotas} == pytest.approx({"light": 3.0, "heavy": 1.5})
    shut = cr.Scenario(name="shut", changes=cr.Outage(edge="pipe"))
    assert cr.solve(varied, shut).shortfall_mtpa == pytest.approx(16.0)
