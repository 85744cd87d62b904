/**
 * What a page does beyond showing itself: order and filter of the table of queries, buttons that copy, all details open on
 * paper. It makes no markup from texts. Without it the page shows everything.
 */
export const PAGE_SCRIPT = `"use strict";
{
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  for (const element of all("[data-script]")) element.hidden = false;

  const table = document.querySelector("#queries table");
  if (table) {
    const body = table.tBodies[0];
    const heads = all("th[data-sort]", table);
    const select = document.querySelector("#sort");
    const cards = document.querySelector("#cards");
    const cardOf = (row) => document.getElementById(row.dataset.card).parentElement;
    const rows = [...body.rows];
    const sortBy = (head) => {
      const value = (row) => Number(row.cells[head.cellIndex].dataset.value);
      rows.sort((a, b) => value(b) - value(a));
      body.append(...rows);
      cards.append(...rows.map(cardOf));
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", "descending");
      select.value = head.dataset.sort;
    };
    for (const head of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sortBy(head));
      head.append(button);
    }
    select.addEventListener("change", () => sortBy(heads.find((head) => head.dataset.sort === select.value)));

    const filter = document.querySelector("#filter");
    const count = document.querySelector("#shown");
    const texts = new Map(rows.map((row) => [row, (row.textContent + " " + cardOf(row).textContent).toLowerCase()]));
    const apply = () => {
      const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const fits = words.every((word) => texts.get(row).includes(word));
        row.hidden = cardOf(row).hidden = !fits;
        if (fits) shown++;
      }
      count.textContent = words.length === 0 ? "" : shown + " of " + rows.length;
    };
    filter.addEventListener("input", apply);
    // A link to a query that the filter hides shows all again.
    addEventListener("hashchange", () => {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (target?.closest("[hidden]")) {
        filter.value = "";
        apply();
        target.scrollIntoView();
      }
    });
  }

  document.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element ? target.closest("button[data-copy]") : null;
    if (!button) return;
    const code = button.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = before), 1500);
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
}
`;
