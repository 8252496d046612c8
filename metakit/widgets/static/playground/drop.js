// Choosing and dropping pictures: on a cell of a character, on those behind it, or on the query.

/** `put(index, files)` gets what was chosen for a cell; `say` tells a visitor. */
function makeChooser({ put, say }) {
  let index = QUERY;
  const input = h("input", { type: "file", accept: "image/*", multiple: true, hidden: true, "aria-hidden": "true", tabindex: -1, onchange: () => {
    put(index, [...input.files]);
    input.value = ""; // the same file may be chosen again
  } });

  function listen(root) {
    root.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      root.querySelectorAll(".target").forEach((one) => one.classList.remove("target"));
      event.target.closest("[data-cell]")?.classList.add("target");
    });
    root.addEventListener("dragleave", (event) => event.target.closest("[data-cell]")?.classList.remove("target"));
    root.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault(); // else the browser would leave the page and show the file
      const cell = event.target.closest("[data-cell]");
      cell?.classList.remove("target");
      if (cell) put(Number(cell.dataset.cell), [...event.dataTransfer.files]);
      else say("Drop pictures on a character or on the query.");
    });
  }
  return {
    node: input,
    listen,
    choose(cell) {
      index = cell;
      input.multiple = cell !== QUERY;
      input.click();
    },
  };
}
