/**
 * The examples of a prompt as a table to type in: a row an example, a column an input, then the target. `looks` are
 * bars beside each row: how much the asked query takes from it, a bar a layer.
 */

function promptTable({ get, columns, set, most }) {
  const body = html("tbody");
  const head = html("tr");
  const table = html("table", { class: "mkf-table" }, html("thead", {}, head), body);

  function cell(row, column, value, late) {
    const name = column < columns().length ? columns()[column] : "y";
    const input = html("input", {
      type: "number", step: "0.1", value: value.toFixed(2), "aria-label": `example ${row + 1}, ${name}`, "data-cell": `${row}-${column}`,
    });
    input.onchange = () => {
      const typed = Number.parseFloat(input.value);
      if (Number.isFinite(typed)) set(get().map((values, i) => (i === row ? values.map((old, j) => (j === column ? typed : old)) : values)), "changed");
      else input.value = value.toFixed(2);
    };
    return html("td", late ? { class: "mkf-late" } : {}, input);
  }

  function bars(looks, row) {
    const poles = looks.map((layer, i) => html("i", { style: `--share:${Math.min(1, layer[row] ?? 0)}`, title: `layer ${i + 1}: ${((layer[row] ?? 0) * 100).toFixed(0)} %` }));
    const said = looks.map((layer, i) => `layer ${i + 1} ${((layer[row] ?? 0) * 100).toFixed(0)} %`).join(", ");
    return html("td", {}, html("span", { class: "mkf-looks", role: "img", "aria-label": `attention: ${said}` }, ...poles));
  }

  function draw(read, looks) {
    const focus = table.getRootNode().activeElement?.dataset?.cell;
    head.replaceChildren(html("th", { scope: "col" }, "#"), ...[...columns(), "y"].map((name) => html("th", { scope: "col" }, name)),
      html("th", { scope: "col", title: "how much the query takes from this example, layer by layer" }, "looked at"), html("th", { scope: "col" }, html("span", { class: "mkf-hidden" }, "remove")));
    body.replaceChildren(...get().map((values, row) => html("tr", row < read ? {} : { class: "mkf-late" },
      html("th", { scope: "row" }, String(row + 1)), ...values.map((value, column) => cell(row, column, value, row >= read)),
      bars(row < read ? looks : [], row),
      html("td", {}, html("button", { "aria-label": `remove example ${row + 1}`, onclick: () => set(get().filter((_, i) => i !== row), "removed") }, "×")))));
    if (focus) body.querySelector(`[data-cell="${focus}"]`)?.focus();
  }

  const add = html("button", { onclick: () => get().length < most && set([...get(), new Array(columns().length + 1).fill(0)], "added") }, "Add an example");
  return { table, add, draw };
}
