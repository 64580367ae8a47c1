"""Small problems in the public formats DIMACS and TNTP."""

from __future__ import annotations

# Written by hand after the format's documentation. Its optimum by hand: both arcs into 4 are needed, 2 by 2 and 2 by 3;
# 1-2-4 costs 2 + 1 = 3 each, 1-3-4 costs 2 + 3 = 5 each, 2-3 is dearer than 1-3; so 2 x 3 + 2 x 5 = 16, less nothing.
SMALL = """c a small minimum-cost flow problem
p min 4 5
n 1 4
n 4 -4
a 1 2 0 4 2
a 1 3 0 2 2
a 2 3 0 2 1
a 2 4 0 2 1
a 3 4 0 5 3
"""


NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 4
<ORIGINAL HEADER>~ init term capacity
<END OF METADATA>

~ init_node term_node capacity length free_flow_time b power speed toll link_type ;
\t1\t3\t10\t2\t2\t0.15\t4\t0\t0\t1\t;
\t3\t2\t6\t2\t2\t0.15\t4\t0\t0\t1\t;
\t3\t4\t10\t3\t3\t0.15\t4\t0\t1\t1\t;
\t4\t2\t10\t3\t4\t0.15\t4\t0\t0\t1\t;
"""


TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 9.0
<END OF METADATA>

Origin \t1
    1 :      1.0;     2 :    8.0;

Origin  2
"""
