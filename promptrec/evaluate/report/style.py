"""How the page of a report looks."""

# Blue and orange are Okabe and Ito's, which colour-blind people can tell apart, lighter on a dark page.
STYLE = """
:root { color-scheme: light dark; --ink: #1b1c1f; --soft: #5a5c63; --paper: #fcfcfa; --card: #fff; --line: #dcdcd7;
  --ours: #005f96; --baseline: #6f7177; --second: #b86e00; --warn: #fff3da; --row: #f2f3f1; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececee; --soft: #a8aab2; --paper: #16171a; --card: #1d1f23;
  --line: #37393f; --ours: #74bdec; --baseline: #9fa2aa; --second: #f0ad3c; --warn: #3a2f18; --row: #24262b; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 120rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.01em; margin: 0 0 .25rem; }
h2 { font-size: 1.5rem; letter-spacing: -.01em; margin: 3.5rem 0 .25rem; padding-top: 1.75rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2.25rem 0 .6rem; }
h4 { margin: 0 0 .5rem; font-size: .95rem; }
p { margin: .5rem 0; }
a, summary { color: var(--ours); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1.25rem; font-size: .95rem; }
ul { padding-left: 1.25rem; margin: .25rem 0; }
.about, .note, footer, small { color: var(--soft); }
.about, .note, footer { font-size: .9rem; max-width: 64rem; }
header, article, .alarm, table.facts { max-width: 74rem; }
.headlines { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem;
  margin-top: 1.25rem; }
.headline { background: var(--card); border: 1px solid var(--line); border-left: 5px solid var(--ours);
  border-radius: .5rem; padding: .9rem 1.1rem; }
.headline.lost { border-left-color: var(--second); }
.headline h2 { all: unset; display: block; font-size: .85rem; font-weight: 600; color: var(--soft); }
.headline p { margin: .2rem 0 0; font-size: 1.15rem; line-height: 1.4; font-weight: 600; }
.headline p + p { margin-top: .5rem; font-size: .9rem; line-height: 1.5; font-weight: 400; color: var(--soft); }
.alarm { background: var(--warn); border-left: 4px solid var(--second); padding: .6rem .9rem; border-radius: .3rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); white-space: nowrap;
  vertical-align: top; line-height: 1.35; overflow-wrap: normal; }
th:first-child { position: sticky; left: 0; background: var(--paper); z-index: 1; }
td small { display: block; font-size: .78rem; }
thead th { color: var(--soft); font-weight: 500; vertical-align: bottom; white-space: normal; }
tbody th { color: var(--ours); font-weight: 600; }
tbody th small { display: block; font-weight: 400; font-size: .78rem; }
tr.baseline th { color: inherit; font-weight: 400; font-style: italic; }
tbody tr:hover > * { background: var(--row); }
table.facts { table-layout: fixed; width: 100%; }
table.facts th, table.facts td { white-space: normal; overflow-wrap: anywhere; position: static; }
table.facts th:first-child { width: 16rem; font-weight: 500; color: var(--soft); }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 2rem 2.5rem;
  margin: 2rem 0; align-items: start; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .5rem; }
svg { width: 100%; height: auto; display: block; overflow: visible; }
svg text { font-family: inherit !important; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .9rem 1.1rem;
  margin: 1rem 0; }
article :is(ol, ul) { margin: .35rem 0 .75rem; padding-left: 1.6rem; }
article blockquote { margin: 0 0 .75rem; padding-left: .9rem; border-left: 3px solid var(--line); }
article .details { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0 2rem; }
.value { color: var(--soft); font-weight: 400; }
li small { font-weight: 400; }
li.right { font-weight: 600; color: var(--ours); }
summary { cursor: pointer; padding: .2rem 0; }
pre { white-space: pre-wrap; background: var(--row); padding: .75rem; border-radius: .4rem; font-size: .8rem;
  margin: .35rem 0 .75rem; }
footer { margin-top: 3rem; }
@media (max-width: 40rem) {
  main { padding: 1.25rem 1rem 3rem; }
  th, td { padding-right: .75rem; }
  table.facts thead { display: none; }
  table.facts :is(tbody, tr, th, td) { display: block; width: auto; padding-right: 0; }
  table.facts th:first-child { width: auto; border: 0; padding-bottom: 0; }
}
@media print {
  main { max-width: none; padding: 0; } nav { display: none; } .scroll { overflow: visible; }
  table { font-size: .7rem; } figure, article, tr, .headline { break-inside: avoid; }
}
"""
