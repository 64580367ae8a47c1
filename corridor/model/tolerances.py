"""How far numbers that should be equal may be apart: what the solver leaves of a zero, and what is too small to report.

Those marked "in units of the program" are multiplied by `Program.unit_mtpa` or `Program.unit_usd_per_t`, which are 1
for numbers of an ordinary size.
"""

from __future__ import annotations

ZERO_MTPA = 1e-9
"""Amounts up to this are 0: the solver keeps bounds only so far. In units of the program. [Mt/y]"""

ZERO_USD_PER_T = 1e-7
"""Duals up to this are 0, the tolerance to which the solver proves optimality. In units of the program. [USD/t]"""

BOUND_MTPA = 1e-9
"""An optimum of other bounds is optimal here too if it exceeds none by more. In units of the program. [Mt/y]"""

HELD_MTPA = 1e-7
"""Amounts that a second program holds may fall short by this, or rounding would make it infeasible. [Mt/y]

In units of the program.
"""

OPTIMAL = 1e-7
"""A flow counts as optimal too if its objective is below the optimum's by no more than this share. [1]"""

SPAN_MTPA = 0.01
"""A flow that no other optimum moves by as much is quoted bare, others with "about". [Mt/y]"""

HELD_MONEY = 1e-3
"""Money by usual ways is "about" where another optimum of the baseline moves it by more than this share. [1]"""

FULL_MTPA = 1e-6
"""A market that lacks no more than this is full. [Mt/y]"""

TIE_USD_PER_T = 1e-9
"""A route replaces the best one so far only if it earns more by this, so that ties go to the first. [USD/t]"""

SHORTER_USD_PER_T = 1e-12
"""A path replaces another only if it costs less by this, so that a cycle that costs nothing is never taken. [USD/t]"""

BEST_USD_PER_T = 0.01
"""Ways whose next tonne earns less than the best's by no more are as good: what is known of a difference. [USD/t]"""

REPORTED_USD_PER_T = 0.05
"""A gain or loss below this is explained as none: it would be printed as 0.0 or 0.1. [USD/t]"""

REPORTED_MTPA = 0.05
"""A change of a flow below this is not told in words: it would be printed as 0.0 or 0.1. [Mt/y]"""

REPORTED_LIFTED_MTPA = 1e-6
"""Extra tonnes lifted up to this are not mentioned. [Mt/y]"""

ROOM_MTPA = 0.01
"""A corridor with less room than this carries as much as it can. [Mt/y]"""

EXCESS = 1e-6
"""Violation of a bound, relative to it, from which a state is solved again in smaller units. [1]"""

REFUSED_EXCESS = 1e-3
"""Violation of a bound, relative to it, from which no flow is reported. [1]"""

FEASIBILITY = 1e-9
"""Violation of a bound that HiGHS accepts, in the units it is given. [1]"""

SMALL_LIMIT_MTPA = 1e-6
"""A violation is measured relative to its limit, or to this if the limit is smaller. [Mt/y]

A balance, which has no size, counts as a hundred times this. In units of the program.
"""
