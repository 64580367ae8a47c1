"""Networks that many tests share, and how hypothesis searches.

By default it tries the same few examples every time; ``CORRIDOR_HYPOTHESIS=thorough`` tries more of them, as the
automatic run does, ``searching`` many new ones.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points

import pandas as pd
import pytest
from hypothesis import Phase, settings

import corridor as cr
from corridor.cli import waiting
from helpers.examples import THOROUGH

pytest_plugins = ["pytester"]
if "corridor" not in entry_points(group="pytest11").names:  # run from a folder, not installed
    pytest_plugins.append("corridor.pytest_plugin")

os.environ.setdefault("MPLBACKEND", "Agg")
settings.register_profile("steady", max_examples=12, deadline=None, derandomize=True)
settings.register_profile(
    "quick", max_examples=12, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)
settings.register_profile("thorough", max_examples=THOROUGH, deadline=None, derandomize=True)
settings.register_profile("searching", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("CORRIDOR_HYPOTHESIS", "steady"))
waiting.EVERY_S = 3600.0  # on a busy machine a quick command may take longer than it should; test_waiting is impatient


@pytest.fixture(autouse=True)
def _no_figure_stays_open() -> Iterator[None]:
    """Close what tests have drawn once there is much of it, as matplotlib warns of more than twenty open figures."""
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and len(pyplot.get_fignums()) > _MOST_FIGURES:
        pyplot.close("all")


_MOST_FIGURES = 3


@pytest.fixture
def diamond() -> cr.Network:
    """Return four nodes whose best flow is plain arithmetic.

    Notes
    -----
    Oil goes from the field by north or by south to the port, where it earns 100 USD/t; 10 Mt/y are offered, and a
    tonne not lifted costs 1000. Capital costs 730 x 0.10 / 365 = 0.2 USD/t and day::

                      north_in 5 USD/t  --> north --  north_out 10 USD/t, 10 days, at most 6 Mt/y
        field 10 Mt/y                                                                              port 100 USD/t
                      south_in 5 USD/t  --> south --  south_out 20 USD/t,          at most 3 Mt/y

    - By north a tonne costs 5 + 10 + 10 x 0.2 = 17 and earns 83; 6 Mt/y go there: +498 million USD/y.
    - By south it costs 5 + 20 = 25 and earns 75; 3 Mt/y go there: +225.
    - 1 Mt/y is left: -1000.
    - Together 498 + 225 - 1000 = -277 million USD/y.

    One more Mt/y by north would earn 83 + 1000 = 1083, by south 75 + 1000 = 1075.
    """
    return cr.Network.from_frames(
        nodes=pd.DataFrame({"id": ["field", "north", "south", "port"]}),
        edges=pd.DataFrame(
            [
                {"id": "north_in", "tail": "field", "head": "north", "tariff_usd_per_t": 5.0},
                {"id": "north_out", "tail": "north", "head": "port", "tariff_usd_per_t": 10.0, "transit_days": 10.0,
                 "capacity_mtpa": 6.0, "corridor": "north"},
                {"id": "south_in", "tail": "field", "head": "south", "tariff_usd_per_t": 5.0},
                {"id": "south_out", "tail": "south", "head": "port", "tariff_usd_per_t": 20.0, "capacity_mtpa": 3.0,
                 "corridor": "south"},
            ]
        ),
        commodities=pd.DataFrame(
            {"id": ["oil", "gas"], "value_usd_per_t": [730.0, None], "interest_per_year": [0.10, None]}
        ),
        supplies=pd.DataFrame({"node": ["field"], "commodity": ["oil"], "volume_mtpa": [10.0]}),
        markets=pd.DataFrame({"node": ["port"], "commodity": ["oil"], "price_usd_per_t": [100.0]}),
        name="diamond",
    )  # fmt: skip


@pytest.fixture(scope="session")
def bundled() -> cr.Network:
    """Return the shipped network of 2021, the year of the policy brief."""
    return cr.load("caspian", year=2021)


@pytest.fixture(scope="session")
def shut(bundled: cr.Network) -> cr.Flow:
    """Return the flow of 2021 with the CPC shut."""
    return cr.solve(bundled, cr.load_scenario("cpc-shut"))
