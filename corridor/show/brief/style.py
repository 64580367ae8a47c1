"""Style sheet of the brief, for screens and for A4."""

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1c2529; font: 16px/1.5 Georgia, "Times New Roman", serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.2rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .4rem 0 1rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .6rem; border-bottom: 2px solid #20334d; padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
.about { white-space: pre-line; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .8rem 0; padding: 0; list-style: none; }
nav { font: .9rem/1.5 system-ui, "Segoe UI", Arial, sans-serif; }
.points li { margin: .35rem 0; }
.note, figcaption, footer { color: #4d5a60; font-size: .86rem; }
small { color: #4d5a60; font-size: .9em; font-weight: 400; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font: .82rem/1.35 system-ui, "Segoe UI", Arial, sans-serif; }
th, td { padding: .25rem .6rem .25rem 0; vertical-align: top; border-bottom: 1px solid #dfe4e6; }
th { text-align: left; font-weight: 600; border-bottom: 1px solid #5d6a70; vertical-align: bottom; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th.n { white-space: normal; }
.w { text-align: left; }
td.w:first-child { min-width: 7.5em; }
figure { margin: 1rem 0; }
img { max-width: 100%; height: auto; display: block; }
summary { cursor: pointer; font-weight: 600; margin-top: .5rem; }
a { color: #20508a; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; border-top: 1px solid #c8cfd2; padding-top: .6rem; }
@page {
  size: A4; margin: 14mm;
  @bottom-center { content: counter(page) " / " counter(pages); font: 8.5pt Georgia, "Times New Roman", serif; }
}
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  .note, figcaption, footer { font-size: 8.5pt; }
  table { font-size: 6.8pt; }
  th, td { padding: 1pt 4pt 1pt 0; }
  h2, h3, summary { break-after: avoid; }
  figure, tr, li { break-inside: avoid; }
  nav { display: none; }
  thead { display: table-header-group; }
  img { max-height: 235mm; margin: 0 auto; }
}
"""
