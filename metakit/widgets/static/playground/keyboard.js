// The page by keyboard: arrows move between the cells, letters and keys act on the one that has the focus.

/** `keyboard.focus` is the cell that Tab leads to; `listen` connects it to the page. */
function makeKeyboard(act, rows, state) {
  const keyboard = { focus: cellAt(0, 0) };

  function key(event) {
    const target = event.target.closest("[data-cell]"), index = target && Number(target.dataset.cell);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") act.undo();
    else if (target === null || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Enter" || event.key.toLowerCase() === "e") act.example(index);
    else if (event.key === "Delete" || event.key === "Backspace") act.clear(index);
    else if (event.key === " ") act.open(index);
    else if (event.key.startsWith("Arrow") && index !== QUERY) move(index, event.key);
    else return;
    event.preventDefault();
  }

  function move(index, arrow) {
    const [row, shot] = [Math.floor(index / SHOTS), index % SHOTS], clamp = (v, high) => Math.min(Math.max(v, 0), high);
    const down = { ArrowDown: 1, ArrowUp: -1 }[arrow] ?? 0, right = { ArrowRight: 1, ArrowLeft: -1 }[arrow] ?? 0;
    keyboard.focus = cellAt(clamp(row + down, state.ways - 1), clamp(shot + right, state.shots - 1));
    rows.cells.forEach((cell) => (cell.node.tabIndex = cell.index === keyboard.focus ? 0 : -1));
    rows.cells[keyboard.focus].node.focus();
  }

  keyboard.listen = (root) => {
    root.addEventListener("keydown", key);
    root.addEventListener("focusin", (event) => {
      const cell = event.target.closest(".cell");
      if (cell) keyboard.focus = Number(cell.dataset.cell);
    });
  };
  return keyboard;
}
