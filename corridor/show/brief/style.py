"""Style sheet of the brief, for screens light and dark, and for A4."""

LIGHT = {
    "paper": "#ffffff", "ink": "#1c2529", "faint": "#4d5a60", "rule": "#dfe4e6", "line": "#5d6a70",
    "accent": "#20334d", "link": "#20508a",
}  # fmt: skip
"""Colours by their role, on a light screen and in print: background, text, small print, lines, titles, links."""
DARK = {
    "paper": "#14191d", "ink": "#e3e7e9", "faint": "#a9b4b9", "rule": "#333c42", "line": "#7f8b91",
    "accent": "#8fb3e0", "link": "#93bdf0",
}  # fmt: skip
"""The same where the reader's screen is dark; pictures keep their white ground, as a card."""


def _variables(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


_SERIF = 'Georgia, "Times New Roman", "Noto Serif", "Noto Serif Georgian", "Noto Serif Armenian", serif'
_SANS = (
    'system-ui, "Segoe UI", Arial, "Noto Sans", "Noto Sans Georgian", "Noto Sans Armenian", "Noto Sans Arabic", '
    '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif'
)
STYLE = (
    f":root {{ color-scheme: light; {_variables(LIGHT)} --serif: {_SERIF}; --sans: {_SANS}; }}\n"
    "@media screen and (prefers-color-scheme: dark) {\n"
    f"  :root {{ color-scheme: dark; {_variables(DARK)} }}\n"
    f"  figure {{ {_variables(LIGHT)} background: var(--paper); border-radius: 6px; padding: .6rem; }}\n"
    "}"
    """
* { box-sizing: border-box; }
html { scroll-padding-top: .5rem; }
body { margin: 0 auto; max-width: 62rem; padding: 1.2rem; background: var(--paper); color: var(--ink); }
body { font: 16px/1.5 var(--serif); overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .4rem 0 1rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .6rem; border-bottom: 2px solid var(--accent); padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
.skip { position: absolute; left: -99rem; background: var(--paper); padding: .4rem .8rem; }
.skip:focus { left: .5rem; top: .5rem; z-index: 1; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.about { white-space: pre-line; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .8rem 0; padding: 0; list-style: none; }
nav { font: .9rem/1.5 var(--sans); }
.points li { margin: .35rem 0; }
.note, figcaption, footer { color: var(--faint); font-size: .86rem; }
small { color: var(--faint); font-size: .9em; font-weight: 400; }
sup { font-size: .75em; line-height: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font: .82rem/1.35 var(--sans); }
th, td { padding: .25rem .6rem .25rem 0; vertical-align: top; border-bottom: 1px solid var(--rule); }
th { text-align: left; font-weight: 600; border-bottom: 1px solid var(--line); vertical-align: bottom; }
tbody th { font-weight: 400; vertical-align: top; border-bottom: 1px solid var(--rule); }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th.n { white-space: normal; }
.w { text-align: left; }
tbody .w:first-child { min-width: 7.5em; }
.sources li { margin: .5rem 0; font-size: .88rem; }
.sources ul { margin: .15rem 0; padding-left: 1.1rem; }
.grade { font: 700 .85em var(--sans); border: 1px solid currentColor; border-radius: 3px; padding: 0 .3em; }
figure { margin: 1rem 0; }
img { max-width: 100%; height: auto; display: block; }
summary { cursor: pointer; font-weight: 600; margin-top: .5rem; }
a { color: var(--link); overflow-wrap: anywhere; }
sup a { text-decoration: none; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--rule); padding-top: .6rem; }
@page {
  size: A4; margin: 14mm;
  @bottom-center { content: counter(page) " / " counter(pages); font: 8.5pt Georgia, "Times New Roman", serif; }
}
@media print {
  body { font-size: 10pt; line-height: 1.4; max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  .note, figcaption, footer { font-size: 8.5pt; }
  table { font-size: 6.8pt; }
  td small { font-size: .8em; }
  th, td { padding: 1pt 4pt 1pt 0; }
  h1, h2, h3, summary, h2 + .note, h3 + .note { break-after: avoid; }
  figure, tr, li, .note { break-inside: avoid; }
  tbody tr:first-child, tbody tr:nth-last-child(2) { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  nav, .skip { display: none; }
  thead { display: table-header-group; }
  a { color: inherit; }
  .sources { columns: 2; column-gap: 7mm; padding-left: 1.6em; line-height: 1.3; }
  .sources li { font-size: 7pt; margin: 2pt 0; }
  .sources ul { margin: 0; padding-left: 8pt; }
  img { max-height: 225mm; width: auto; margin: 0 auto; }
}
"""
)
"""Text of the style sheet."""
