"""What if the CPC closes, and what does it help to lift the BTC quota and widen Aktau?

Run with ``python examples/what_if.py``.
"""

import corridor as cr

net = cr.load("caspian", year=2024)
shut = cr.load_scenario("cpc-shut")
lifted = cr.load_scenario("btc-quota-lifted")
wider = cr.load_scenario("aktau-expanded")

print("Kazakh crude when the CPC is shut, alone and with what is usually proposed against it:\n")
table = cr.outcomes(net, [shut, shut + lifted, shut + lifted + wider], commodity="kazakh_crude")
print(table[["delivered_mtpa", "shortfall_mtpa", "netback_change_musd_per_year"]].round(1).to_string())

print("\nWhy not more by the BTC, even then?\n")
print(cr.solve(net, shut + lifted + wider).explain("btc"))

print("\nWho says how much the BTC can carry?\n")
print(
    net.figures("btc", "capacity_mtpa")[["value", "low", "high", "choice", "confidence", "publisher"]].to_string(
        index=False
    )
)
