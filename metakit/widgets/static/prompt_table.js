/**
 * The examples of a prompt as a table to type in: a row an example, a column an input, then the target. `looks` are
 * bars beside each row: how much the asked query takes from it, a bar a layer. `range` is the largest number of a column.
 */

const signed = (value) => String(Number(value.toFixed(2))).replace("-", "−");

function promptTable({ get, columns, set, say, range, locked, most, full }) {
  const body = html("tbody");
  const head = html("tr");
  const table = html("table", { class: "mkf-table" }, html("thead", {}, head), body);
  let inputs = null; // [rows][columns + 1], as they stand there
  const nameOf = (column) => columns()[column] ?? "y";

  function cell(row, column) {
    return html("input", { type: "number", step: "0.1", "aria-label": `example ${row + 1}, ${nameOf(column)}`, onchange: () => take(row, column) });
  }

  /** What was typed, brought into range; the reader hears of that. */
  function take(row, column) {
    const [typed, far] = [Number.parseFloat(inputs[row][column].value), range(column)];
    inputs[row][column].defaultValue = inputs[row][column].value;
    if (!Number.isFinite(typed)) return fillIn();
    const kept = Math.max(-far, Math.min(far, typed));
    set(get().map((values, i) => (i === row ? values.map((old, j) => (j === column ? kept : old)) : values)), "changed");
    if (kept !== typed) say(`${nameOf(column)} goes from ${signed(-far)} to ${signed(far)}, so ${signed(typed)} became ${signed(kept)}.`);
  }

  /** The numbers; one that is being typed is left alone. */
  function fillIn() {
    const active = table.getRootNode().activeElement;
    get().forEach((values, row) => values.forEach((value, column) => {
      const input = inputs[row][column];
      if (input !== active || input.value === input.defaultValue) input.value = input.defaultValue = value.toFixed(2);
      input.readOnly = column === columns().length && locked();
    }));
  }

  function remove(row) {
    set(get().filter((_, i) => i !== row), "removed");
    (body.querySelectorAll("button")[Math.min(row, get().length - 1)] ?? add).focus();
  }

  function build() {
    inputs = get().map((values, row) => values.map((_, column) => cell(row, column)));
    head.replaceChildren(html("th", { scope: "col" }, "#"), ...[...columns(), "y"].map((name) => html("th", { scope: "col" }, name)),
      html("th", { scope: "col", title: "how much the query takes from this example, layer by layer" }, "looked at"), html("th", { scope: "col" }, html("span", { class: "mkf-hidden" }, "remove")));
    body.replaceChildren(...inputs.map((cells, row) => html("tr", {}, html("th", { scope: "row" }, String(row + 1)), ...cells.map((input) => html("td", {}, input)),
      html("td"), html("td", {}, html("button", { "aria-label": `remove example ${row + 1}`, onclick: () => remove(row) }, "×")))));
  }

  function bars(looks, row) {
    const share = (layer) => Math.min(1, layer[row] ?? 0);
    const words = looks.map((layer, i) => `layer ${i + 1}: ${(share(layer) * 100).toFixed(0)} %`);
    return html("span", { class: "mkf-looks", role: "img", "aria-label": `attention, ${words.join(", ")}` }, ...looks.map((layer, i) => html("i", { style: `--share:${share(layer)}`, title: words[i] })));
  }

  function draw(read, looks) {
    const rows = get();
    if (rows.length !== inputs?.length || rows.some((row, i) => row.length !== inputs[i].length)) build();
    fillIn();
    rows.forEach((_, row) => {
      body.rows[row].className = row < read ? "" : "mkf-late";
      body.rows[row].cells[columns().length + 2].replaceChildren(bars(row < read ? looks : [], row));
    });
  }

  function append() {
    if (get().length >= most) return full();
    set([...get(), new Array(columns().length + 1).fill(0)], "added");
    inputs.at(-1)[0].focus();
  }

  const add = html("button", { onclick: append }, "Add an example");
  return { table, add, draw };
}
