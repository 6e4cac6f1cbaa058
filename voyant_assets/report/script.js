"use strict";
(() => {
const root = document.documentElement, nav = document.querySelector(".toc");
const button = (text, on) => Object.assign(document.createElement("button"), {type: "button", textContent: text, onclick: on});
const names = ["auto", "light", "dark"]; let at = 0;
const theme = button("Theme: auto", () => { at = (at + 1) % 3; root.dataset.theme = names[at]; theme.textContent = "Theme: " + names[at]; });
theme.className = "theme"; nav.append(theme);
for (const table of document.querySelectorAll("table.columns")) {
  const body = table.tBodies[0], rows = [...body.rows];
  [...table.tHead.rows[0].cells].forEach((th, i) => {
    if (!th.dataset.sort) return;
    const b = button(th.textContent, () => {
      const up = th.getAttribute("aria-sort") !== "ascending", number = th.dataset.sort === "number";
      const v = r => i === 0 ? r.cells[0].textContent : r.cells[i].dataset.v;
      rows.sort((a, c) => (number ? v(a) - v(c) : v(a).localeCompare(v(c))) * (up ? 1 : -1)).forEach(r => body.append(r));
      table.querySelectorAll("[aria-sort]").forEach(x => x.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
    });
    th.textContent = ""; th.append(b);
  });
}
const all = [...document.querySelectorAll("table.columns tbody tr")], count = rows => new Set(rows.map(r => r.cells[0].textContent)).size;
if (all.length > 12) {
  const label = document.createElement("label"), input = Object.assign(document.createElement("input"), {type: "search", placeholder: "name, role or type"}), said = document.createElement("output");
  label.textContent = "Show columns with "; label.append(input); document.getElementById("filter").append(label, said);
  input.oninput = () => {
    const q = input.value.trim().toLowerCase();
    for (const r of all) r.hidden = !(r.cells[0].textContent + " " + r.cells[1].dataset.v).toLowerCase().includes(q);
    for (const d of document.querySelectorAll("details.family")) if (q) d.open = !!d.querySelector("tbody tr:not([hidden])");
    said.textContent = q ? count(all.filter(r => !r.hidden)) + " of " + count(all) : "";
  };
}
const reveal = () => { for (let e = location.hash && document.querySelector(location.hash); e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true; };
addEventListener("hashchange", reveal); reveal();
})();
