"""How the page of a report looks."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --soft: #5b5b62; --paper: #fdfdfc; --line: #d9d9d6; --ours: #005a8c;
  --alarm: #fff1d6; --row: #f3f3f0; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #a9a9b0; --paper: #17181a; --line: #3a3b3f;
  --ours: #6cb8e6; --alarm: #3d3117; --row: #202125; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); margin: 0 0 .75rem; }
h2 { font-size: 1.6rem; margin: 3rem 0 .25rem; border-top: 1px solid var(--line); padding-top: 1.5rem; }
h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
h4 { margin: 0 0 .25rem; font-size: .95rem; overflow-wrap: anywhere; }
.headline { font-size: 1.2rem; line-height: 1.45; margin: 0 0 .9rem; max-width: 62rem; overflow-wrap: anywhere; }
.headline b { display: block; font-size: .85rem; color: var(--ours); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1rem; }
a { color: var(--ours); }
.about, .note, footer { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
.alarm { background: var(--alarm); padding: .6rem .9rem; border-radius: .4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); white-space: nowrap;
  vertical-align: top; }
thead th { color: var(--soft); font-weight: 500; }
tbody th { color: var(--ours); font-weight: 600; }
tr.baseline th { color: inherit; font-weight: 400; font-style: italic; }
tbody tr:hover { background: var(--row); }
table.narrow td { white-space: normal; overflow-wrap: anywhere; min-width: 14rem; }
table.narrow th { white-space: normal; overflow-wrap: anywhere; max-width: 14rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1.5rem;
  margin: 1.5rem 0; align-items: start; }
figure { margin: 0; }
svg { width: 100%; height: auto; display: block; }
article { border-left: 3px solid var(--line); padding: .1rem 0 .1rem 1rem; margin: 1.25rem 0; }
article p, article ol { margin: .35rem 0; }
.value { color: var(--soft); font-weight: 400; }
blockquote { margin: .35rem 0; font-style: italic; overflow-wrap: anywhere; }
li.right { font-weight: 600; color: var(--ours); }
small { color: var(--soft); font-weight: 400; }
summary { cursor: pointer; color: var(--ours); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--row); padding: .75rem; border-radius: .4rem;
  font-size: .8rem; }
footer { margin-top: 3rem; }
@media print { main { max-width: none; } nav { display: none; } }
"""
