// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Private to the collection hospital_it.pkcs12.
// Sorting and filtering. Without it the page shows everything; whatever needs it is made or shown here.
(() => {
  "use strict";
  const DIMENSIONS = ["status", "actor", "authorisation", "workstation"];
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const number = new Intl.NumberFormat(language);
  const quoted = (text) => (language === "fr" ? `\u00ab\u00a0${text}\u00a0\u00bb` : `\u201c${text}\u201d`);
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // Sorting: every heading of a table of rows becomes a button.
  const keyOf = (cell) => {
    if (cell.dataset.sort !== undefined) return cell.dataset.sort === "" ? null : Number(cell.dataset.sort);
    return cell.textContent.trim() || null;
  };
  const compare = (one, other) => (typeof one === "number" ? one - other : collator.compare(one, other));

  const sort = (heading, descending) => {
    const table = heading.closest("table");
    const body = table.tBodies[0];
    const column = heading.cellIndex;
    const rows = Array.from(body.rows, (row) => ({ row, key: keyOf(row.cells[column]) }));
    const sign = descending ? -1 : 1;
    // Where there is nothing to compare, a row comes last in both directions.
    rows.sort((one, other) => {
      if (one.key === null || other.key === null) return (one.key === null) - (other.key === null);
      return sign * compare(one.key, other.key);
    });
    const sorted = document.createDocumentFragment();
    for (const { row } of rows) sorted.append(row);
    body.append(sorted);
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  };

  for (const heading of document.querySelectorAll(".rows thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
  }

  // Filtering: the table of holders.
  const table = document.querySelector(".holders");
  const filter = document.getElementById("filter");
  const count = document.getElementById("count");
  const controls = Object.fromEntries(Array.from(filter.querySelectorAll("[name]"), (each) => [each.name, each]));
  const holders = Array.from(table.tBodies[0].rows, (row) => ({ row, text: null, data: { ...row.dataset } }));
  const textOf = (holder) => (holder.text ??= fold(Array.from(holder.row.cells).slice(0, 3).map((cell) => cell.textContent).join(" ")));
  const tiles = [];

  const described = () => DIMENSIONS.filter((name) => controls[name].value)
    .map((name) => `${controls[name].parentElement.firstChild.textContent.trim()} = ${controls[name].selectedOptions[0].textContent}`)
    .concat(controls.text.value.trim() ? [quoted(controls.text.value.trim())] : []);

  const apply = () => {
    const words = fold(controls.text.value).split(/\s+/).filter(Boolean);
    const wanted = DIMENSIONS.filter((name) => controls[name].value).map((name) => [name, controls[name].value]);
    let shown = 0;
    for (const holder of holders) {
      const fits = wanted.every(([name, value]) => holder.data[name].split(" ").includes(value))
        && words.every((word) => textOf(holder).includes(word));
      if (holder.row.hidden === fits) holder.row.hidden = !fits;
      shown += fits;
    }
    const filters = described();
    count.textContent = (filters.length ? `${count.dataset.some} (${filters.join(", ")})` : count.dataset.all)
      .replace("{n}", number.format(shown)).replace("{total}", number.format(holders.length));
    count.classList.toggle("filtered", filters.length > 0);
    for (const { button, tile } of tiles) {
      button.setAttribute("aria-pressed", String("clear" in tile.dataset ? !filters.length : controls[tile.dataset.filter].value === tile.dataset.value));
    }
  };

  const clear = () => { for (const control of Object.values(controls)) control.value = ""; };

  for (const tile of document.querySelectorAll(".tile[data-filter], .tile[data-clear]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...tile.childNodes);
    tile.append(button);
    tiles.push({ tile, button });
  }

  // The state of filters and sorting is the part of the address after #, so that it can be sent to somebody.
  const remember = () => {
    const state = new URLSearchParams();
    for (const [name, control] of Object.entries(controls)) if (control.value.trim()) state.set(name, control.value.trim());
    const sorted = table.querySelector("th[aria-sort]");
    if (sorted && sorted.dataset.chosen) {
      state.set("sort", sorted.dataset.column);
      state.set("order", sorted.getAttribute("aria-sort"));
    }
    history.replaceState(null, "", `#${state.size ? state : "all"}`);
  };

  const recall = () => {
    if (!location.hash.includes("=")) return;
    const state = new URLSearchParams(location.hash.slice(1));
    clear();
    for (const [name, control] of Object.entries(controls)) {
      const value = state.get(name) ?? "";
      if (name === "text" || Array.from(control.options).some((option) => option.value === value)) control.value = value;
    }
    const heading = Array.from(table.tHead.rows[0].cells).find((each) => each.dataset.column === state.get("sort"));
    if (heading) choose(heading, state.get("order") === "descending");
    apply();
  };

  const choose = (heading, descending) => {
    for (const each of heading.parentElement.cells) delete each.dataset.chosen;
    heading.dataset.chosen = "yes";
    sort(heading, descending);
  };

  const changed = () => { apply(); remember(); };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const heading = button.closest("th");
    const tile = button.closest(".tile");
    if (heading) {
      choose(heading, heading.getAttribute("aria-sort") === "ascending");
      remember();
    } else if (tile) {
      const again = button.getAttribute("aria-pressed") === "true";
      clear();
      if ("filter" in tile.dataset && !again) controls[tile.dataset.filter].value = tile.dataset.value;
      changed();
    } else if (button.id === "clear") {
      clear();
      changed();
      controls.text.focus();
    }
  });

  let waiting = 0;
  filter.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, event.target.type === "search" ? 150 : 0);
  });
  window.addEventListener("hashchange", recall);

  filter.hidden = false;
  count.hidden = false;
  apply();
  recall();
})();
