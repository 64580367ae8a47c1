"""Networks that extend another: how the tables of the two become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corridor.model.figures import key_of
from corridor.model.records import Figure

Rows = list[dict[str, str]]


def merged(tables: Sequence[Rows], key: Sequence[str]) -> Rows:
    """Return the rows of several tables of one kind of record as one, those of the base first among the tables.

    Parameters
    ----------
    tables : sequence of lists of mappings
        Tables of a base and of what extends it, in that order; a column that a table lacks is empty there.
    key : sequence of str
        Columns that name a record.

    Returns
    -------
    list of mappings
        Rows of the last table first, in its order, then those of the tables before it that it does not name. Where
        several tables have a record, the cells that a later one fills replace those of the earlier.

    Examples
    --------
    >>> base = [{"id": "a", "mode": "rail"}, {"id": "b", "mode": "sea"}]
    >>> merged([base, [{"id": "b", "mode": "", "tags": "port"}]], ["id"])
    [{'id': 'b', 'mode': 'sea', 'tags': 'port'}, {'id': 'a', 'mode': 'rail'}]
    """
    if len(tables) == 1:
        return tables[0]
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for table in tables:
        own = {tuple(row[column] for column in key): row for row in table}
        for name, row in own.items():
            filled = {column: cell for column, cell in row.items() if cell or column not in rows.get(name, {})}
            own[name] = rows.get(name, {}) | filled
        rows = own | {name: row for name, row in rows.items() if name not in own}
    return list(rows.values())


def contradictions(base: Iterable[Figure], added: Iterable[Figure], names: tuple[str, str]) -> list[str]:
    """Return a sentence for each figure of an extension that its base has chosen too.

    Parameters
    ----------
    base, added : iterable of Figure
        Figures that stand for one year, of the base and of what extends it.
    names : (str, str)
        Names of the base and of the extension.
    """
    chosen = {key_of(figure): figure for figure in base if figure.choice == "chosen"}
    of_base, of_extension = names
    return [
        f"{of_extension}/figures: figure '{figure.subject}.{figure.attribute}' ({figure.record}): must not be chosen "
        f"where {of_base} has chosen one (got {_stated(figure)} beside {_stated(chosen[key_of(figure)])} of {of_base});"
        " make it a rival, or name another record"
        for figure in added
        if figure.choice == "chosen" and key_of(figure) in chosen
    ]


def _stated(figure: Figure) -> str:
    """Return the value or formula of a figure with its unit and years."""
    return f"{figure.formula or f'{figure.value:g}'} {figure.unit} for {figure.since}-{figure.until}"
