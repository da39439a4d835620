// SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Private to the collection hospital_it.pkcs12.
// Sorting and filtering. Without it the page shows the first thousand rows of a table; whatever needs it is made or shown here.
(async () => {
  "use strict";
  const DIMENSIONS = ["status", "actor", "authorisation", "workstation"];
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const number = new Intl.NumberFormat(language);
  const quoted = (text) => (language === "fr" ? `\u00ab\u00a0${text}\u00a0\u00bb` : `\u201c${text}\u201d`);
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wordsOf = (text) => fold(text).split(/\s+/).filter(Boolean);
  const later = (act) => {
    let waiting = 0;
    return (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(act, event.target.type === "search" ? 150 : 0);
    };
  };
  const button = (parent) => {
    const made = document.createElement("button");
    made.type = "button";
    made.append(...parent.childNodes);
    parent.append(made);
    return made;
  };

  // The rows of a long table after the first ones are compressed. They are HTML of this page, made and escaped like the others.
  const unpacked = (packed) => {
    const bytes = Uint8Array.from(atob(packed.textContent), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  };
  const packs = Array.from(document.querySelectorAll("script.packed"));
  const texts = await Promise.all(packs.map(unpacked));
  for (const [place, packed] of packs.entries()) {
    const rows = document.createElement("template");
    rows.innerHTML = texts[place];
    const note = packed.previousElementSibling;
    const table = note.previousElementSibling;
    const body = table.tBodies[0];
    body.remove(); // out of the page, twenty thousand rows are added in a moment
    body.append(rows.content);
    table.append(body);
    note.hidden = true;
  }

  // Sorting: every heading of a table with rows to sort becomes a button.
  const keyOf = ({ dataset, textContent }) => {
    if (dataset.sort !== undefined) return dataset.sort === "" ? null : Number(dataset.sort);
    return (dataset.text ?? textContent.trim()) || null;
  };
  const compare = (one, other) => (typeof one === "number" ? one - other : collator.compare(one, other));

  const sort = (heading, descending) => {
    const table = heading.closest("table");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => ({ row, key: keyOf(row.cells[heading.cellIndex]) }));
    const sign = descending ? -1 : 1;
    // Where there is nothing to compare, a row comes last in both directions.
    rows.sort((one, other) => {
      if (one.key === null || other.key === null) return (one.key === null) - (other.key === null);
      return sign * compare(one.key, other.key);
    });
    // Out of the page, twenty thousand rows change places in a moment; in the page it takes a quarter of a minute.
    body.remove();
    for (const { row } of rows) body.append(row);
    table.append(body);
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  };

  // Filtering: the rows that a test lets through stay, and the line above the table says how many.
  const filtered = (table, columns) => {
    const count = table.parentElement.querySelector(".count");
    const rows = Array.from(table.tBodies[0].rows, (row) => ({ row, text: null }));
    const textOf = (each) => (each.text ??= fold(Array.from(each.row.cells).slice(0, columns).map((cell) => cell.textContent).join(" ")));
    count.hidden = false;
    return (words, fits, said) => {
      count.classList.toggle("narrowed", said.length > 0);
      let shown = 0;
      for (const each of rows) {
        const stays = fits(each.row.dataset) && words.every((word) => textOf(each).includes(word));
        if (each.row.hidden === stays) each.row.hidden = !stays;
        shown += stays;
      }
      count.textContent = (said.length ? `${count.dataset.some} (${said.join(", ")})` : count.dataset.all)
        .replace("{n}", number.format(shown)).replace("{total}", number.format(rows.length));
    };
  };

  for (const { tHead, tBodies } of document.querySelectorAll(".rows")) {
    if (tBodies[0].rows.length > 1) Array.from(tHead.rows[0].cells, button);
  }

  for (const filter of document.querySelectorAll(".filter:not(#filter)")) {
    const show = filtered(filter.parentElement.querySelector(".rows"));
    const text = filter.querySelector("input");
    const apply = () => show(wordsOf(text.value), () => true, text.value.trim() ? [quoted(text.value.trim())] : []);
    filter.addEventListener("input", later(apply));
    filter.hidden = false;
    apply();
  }

  // The table of holders is filtered by what they are, too; the tiles are short cuts to that.
  const table = document.querySelector(".holders");
  const filter = document.getElementById("filter");
  const controls = Object.fromEntries(Array.from(filter.querySelectorAll("[name]"), (each) => [each.name, each]));
  const show = filtered(table, 3);
  const tiles = Array.from(document.querySelectorAll(".tile[data-filter], .tile[data-clear]"), (tile) => ({ tile, press: button(tile) }));

  const apply = () => {
    const text = controls.text.value.trim();
    const wanted = DIMENSIONS.filter((name) => controls[name].value);
    const said = wanted.map((name) => `${controls[name].parentElement.firstChild.textContent.trim()} = ${controls[name].selectedOptions[0].textContent}`);
    if (text) said.push(quoted(text));
    show(wordsOf(text), (data) => wanted.every((name) => data[name].split(" ").includes(controls[name].value)), said);
    for (const { tile, press } of tiles) {
      press.setAttribute("aria-pressed", String("clear" in tile.dataset ? !said.length : controls[tile.dataset.filter].value === tile.dataset.value));
    }
  };

  const clear = () => { for (const control of Object.values(controls)) control.value = ""; };

  // The state of filters and sorting is the part of the address after #, so that it can be sent to somebody.
  const remember = () => {
    const state = new URLSearchParams();
    for (const [name, control] of Object.entries(controls)) if (control.value.trim()) state.set(name, control.value.trim());
    const heading = table.querySelector("th[aria-sort]");
    if (heading) {
      state.set("sort", heading.dataset.column);
      state.set("order", heading.getAttribute("aria-sort"));
    }
    history.replaceState(null, "", `#${state.size ? state : "holders"}`);
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
    if (heading) sort(heading, state.get("order") === "descending");
    apply();
  };

  const changed = () => { apply(); remember(); };

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (!pressed) return;
    const heading = pressed.closest("th");
    const tile = pressed.closest(".tile");
    if (heading) {
      sort(heading, heading.getAttribute("aria-sort") === "ascending");
      remember();
    } else if (tile) {
      const again = pressed.getAttribute("aria-pressed") === "true";
      clear();
      if ("filter" in tile.dataset && !again) controls[tile.dataset.filter].value = tile.dataset.value;
      changed();
    } else if (pressed.id === "clear") {
      clear();
      changed();
      controls.text.focus();
    }
  });

  filter.addEventListener("input", later(changed));
  window.addEventListener("hashchange", recall);

  filter.hidden = false;
  apply();
  recall();
})();
