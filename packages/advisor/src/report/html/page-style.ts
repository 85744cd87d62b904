/** The style sheet of every page: light and dark by the reader's own choice, one column on a phone, black on white on paper. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --bg: #f5f6f8; --panel: #fff; --ink: #1b2130; --soft: #566074; --line: #dde1e8;
  --code: #f2f4f7; --accent: #2a66cf; --bar: #4c82e0; --bad: #c02b26; --bad-bg: #fdeceb; --warn: #8f5600; --warn-bg: #fff4dd;
  --good: #14713f; --good-bg: #e5f5ec; --info-bg: #e9effb; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #0f131a; --panel: #181e28; --ink: #e3e7ee; --soft: #9aa5b8; --line: #2a3341; --code: #11161e; --accent: #7fadff;
    --bar: #5b8fea; --bad: #ff8079; --bad-bg: #3a1c1d; --warn: #eab84f; --warn-bg: #33280f; --good: #5fd492; --good-bg: #12301f;
    --info-bg: #1b2740; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 3.5rem; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header.page, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 1.25rem; }
header.page { padding-top: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: .95rem; margin: 1.25rem 0 .4rem; }
.panel > h3:first-child { margin-top: 0; }
p { margin: .4rem 0; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.soft, figcaption, dt { color: var(--soft); }
.small, figcaption, dt { font-size: .82rem; }
nav { position: sticky; top: 0; z-index: 1; background: var(--bg); border-bottom: 1px solid var(--line); margin-top: 1rem; }
nav ul { display: flex; gap: 1.1rem; max-width: 1180px; margin: 0 auto; padding: .55rem 1.25rem; list-style: none; overflow-x: auto; white-space: nowrap; }
nav a { text-decoration: none; }
.panel, details.card, article.card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 0 0 .75rem; }
.alert { background: var(--bad-bg); color: var(--bad); border-radius: 8px; padding: .7rem 1rem; margin: 1rem 0; }
.alert ul { margin: .3rem 0 0; padding-left: 1.2rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem; margin: 1rem 0 0; }
.tiles div { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
.tiles dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tiles dd.bad, .bad-text { color: var(--bad); }
.tiles .small { font-weight: 400; color: var(--soft); display: block; }
.tiles + .panel { margin-top: .75rem; }
.impact + .impact, .impact + .ledger { margin-top: 1rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem 1.5rem; margin: .75rem 0; }
figure { margin: 0; min-width: 0; }
.plot { display: block; overflow: visible; }
.plot text { fill: var(--soft); font: 11px system-ui, sans-serif; text-anchor: middle; }
.plot text.start { text-anchor: start; }
.plot text.end { text-anchor: end; }
.plot .axis, .plot .grid { stroke: var(--line); }
.plot .axis { stroke: var(--soft); }
.plot .mark { stroke: var(--ink); stroke-dasharray: 3 3; }
.plot .value, .share rect { fill: var(--bar); }
.plot .bad { fill: var(--bad); }
.plot .bar:hover { fill: var(--accent); }
td a, p a, li a { text-decoration-color: transparent; }
a:hover { text-decoration-color: currentColor; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { overflow-wrap: normal; text-align: left; font-weight: 600; font-size: .82rem; color: var(--soft); border-bottom: 1px solid var(--line); padding: .35rem .5rem; }
td { border-bottom: 1px solid var(--line); padding: .45rem .5rem; vertical-align: top; }
tr:last-child td { border-bottom: 0; }
table.narrow { max-width: 32rem; }
.num { text-align: right; }
td.num { white-space: nowrap; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
th[aria-sort] button::after { content: " \\2193"; color: var(--accent); }
.toolbar { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 .75rem; align-items: center; }
.toolbar label { display: flex; gap: .5rem; align-items: center; }
.toolbar .grow { flex: 1 1 16rem; }
.toolbar input { flex: 1; }
input, select, .button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .35rem .6rem; min-width: 0; }
.button { cursor: pointer; font-size: .82rem; }
.button:hover { border-color: var(--accent); }
[hidden] { display: none !important; }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .8rem; margin: .4rem 0; max-height: 26rem; overflow: auto; white-space: pre-wrap; }
pre.plan { white-space: pre; overflow-wrap: normal; }
.code { position: relative; }
.code .button { position: absolute; top: .4rem; right: .4rem; }
.code .button + pre { padding-right: 4.5rem; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 1rem; }
.sides > div { min-width: 0; }
summary { cursor: pointer; }
details.card { padding: 0; }
details.card > summary { display: flex; flex-wrap: wrap; gap: .15rem .8rem; align-items: baseline; padding: .7rem 1rem; }
details.card > summary::before { content: "\\25b8"; color: var(--soft); margin-right: -.3rem; }
details.card[open] > summary::before { content: "\\25be"; }
details.card > summary code { flex: 1 1 16rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
details.card > .body { padding: 0 1rem 1rem; }
summary::-webkit-details-marker { display: none; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .5rem 1rem; margin: .75rem 0; }
.facts dd { margin: 0; }
.facts .wide { grid-column: 1 / -1; }
.badge { display: inline-block; border-radius: 4px; padding: 0 .45rem; font-size: .78rem; line-height: 1.5; background: var(--info-bg); color: var(--accent); }
.badge.error, .badge.fatal, .badge.panic, .badge.bad { background: var(--bad-bg); color: var(--bad); }
.badge.warning, .badge.cancel, .badge.warn { background: var(--warn-bg); color: var(--warn); }
.badge.good { background: var(--good-bg); color: var(--good); }
.badge.plain { background: var(--code); color: var(--soft); }
a.badge { text-decoration: none; }
a.badge:hover { text-decoration: underline; }
article.finding { border-left: 4px solid var(--accent); }
article.finding.error { border-left-color: var(--bad); }
article.finding.warning { border-left-color: var(--warn); }
.head { display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: baseline; margin: 0 0 .4rem; }
.head h3 { margin: 0; }
.ledger { list-style: none; margin: .6rem 0 0; padding: 0; }
.ledger li { padding-left: 1.4rem; text-indent: -1.4rem; }
.ledger b { display: inline-block; width: 1.4rem; text-indent: 0; }
.ledger .for { color: var(--good); }
.ledger .against { color: var(--bad); }
.ledger .unknown { color: var(--warn); }
.keys { display: flex; flex-wrap: wrap; gap: .25rem; }
.keys code { background: var(--code); border: 1px solid var(--line); border-radius: 4px; padding: 0 .4rem; }
tr.advised td { background: var(--good-bg); }
:target { scroll-margin-top: 6.5rem; }
article:target, tr:target { outline: 2px solid var(--accent); outline-offset: 2px; }
footer { padding-top: 1.5rem; padding-bottom: 2.5rem; color: var(--soft); font-size: .82rem; }
@media (max-width: 900px) {
  table.stack thead { display: none; }
  table.stack, table.stack tbody, table.stack tr, table.stack td { display: block; }
  table.stack tr { display: flex; flex-wrap: wrap; gap: .1rem .9rem; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  table.stack tr:last-child { border-bottom: 0; }
  table.stack td { border: 0; padding: 0; text-align: left; background: none !important; }
  table.stack td.full { flex: 1 0 100%; }
  table.stack td.empty { display: none; }
  table.stack td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: .82rem; }
}
@media (max-width: 640px) {
  .facts { grid-template-columns: 1fr 1fr; }
  .facts dd { font-size: .88rem; }
  header.page, main, footer { padding-left: .75rem; padding-right: .75rem; }
  nav ul { padding-left: .75rem; padding-right: .75rem; }
  .panel, article.card { padding: .75rem; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .tiles dd { font-size: 1.1rem; }
}
@media print {
  :root { color-scheme: light; --bg: #fff; --panel: #fff; --ink: #000; --soft: #444; --line: #bbb; --code: #fff; --accent: #000;
    --bar: #777; --bad: #a00; --bad-bg: #fff; --warn: #640; --warn-bg: #fff; --good: #050; --good-bg: #fff; --info-bg: #fff; }
  body { font-size: 10pt; }
  nav, .toolbar, .button { display: none !important; }
  pre { max-height: none; white-space: pre-wrap !important; }
  article, tr, figure { break-inside: avoid; }
  details.card::details-content { content-visibility: visible; block-size: auto; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;
