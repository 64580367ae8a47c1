"""The claims of the policy brief of 2022, row by row; `study.claims` checks them."""

from __future__ import annotations

from corridor.library.networks import data_root, table


def claim_rows() -> list[dict[str, str]]:
    """Return the rows of ``claims.csv``: a claim, its number, how it is checked, and the result in words each."""
    return table(data_root().joinpath("claims.csv"))
