//! What surrounds the report: the head, the looks, the script that sorts tables.

use std::io::{self, Write};

use super::escape::text;

/// Nothing is loaded from anywhere, nothing is sent anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

const STYLE: &str = "\
:root { color-scheme: light dark; --line: #8884; --failed: #c22; --warned: #b70; --done: #283; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid; }
th[aria-sort=ascending] button::after { content: ' \\2191'; }
th[aria-sort=descending] button::after { content: ' \\2193'; }
td.value { overflow-wrap: anywhere; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { background: #8881; overflow-x: auto; padding: .6rem; }
details { border-bottom: 1px solid var(--line); padding: .3rem 0; }
summary { cursor: pointer; }
.failed { color: var(--failed); font-weight: 600; }
.skipped, .not-started { color: var(--warned); }
.done { color: var(--done); }
.line { min-width: 14rem; width: 30%; }
svg { background: #8881; display: block; margin-top: .4rem; width: 100%; }
rect { fill: #888; }
rect.done { fill: var(--done); }
rect.failed { fill: var(--failed); }
";

/// Sorts a table by the column whose heading is pressed, by what a cell has to be sorted by, or else by its text.
const SCRIPT: &str = "\
const compare = new Intl.Collator(undefined, { numeric: true }).compare;
for (const button of document.querySelectorAll('th button')) {
  button.addEventListener('click', () => {
    const head = button.parentElement;
    const body = head.closest('table').tBodies[0];
    const up = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of head.parentElement.cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const key = (row) => row.cells[head.cellIndex].dataset.key ?? row.cells[head.cellIndex].textContent;
    const rows = [...body.rows].sort((one, other) => compare(key(one), key(other)));
    body.append(...(up ? rows : rows.reverse()));
  });
}
for (const link of document.querySelectorAll('td a[href^=\"#\"]')) {
  link.addEventListener('click', () => { document.querySelector(link.getAttribute('href')).open = true; });
}
";

/// Everything before the first table.
pub(super) fn begin(out: &mut dyn Write, title: &str, totals: &str) -> io::Result<()> {
    let (title, totals) = (text(title), text(totals));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>groundwork: {title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{totals}</p>\n"
    )
}

/// Everything after the last target.
pub(super) fn end(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<script>\n{SCRIPT}</script>\n</body>\n</html>\n")
}
