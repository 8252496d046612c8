// The board: 10 rows (classes) of 5 cells (shots) and one query. A cell is null, an example or a drawing:
//   {pixels: Uint8Array(784) of 0..15}, {strokes: [[x, y, x, y, …] in 0..255, …]} or {bits: Uint8Array(1379)}, a picture
// Cells are never changed in place, so a board as it is now is one shallow copy.

const ROWS = 10, SHOTS = 5, QUERY = 50, DRAWERS = 8, PICTURE = 392;
const cellAt = (row, shot) => row * SHOTS + shot;

class Board {
  constructor() {
    this.pack = []; // [row][drawer] -> example cell
    this.turn = 0;
    this.empty("pack");
  }

  empty(owner) {
    this.cells = Array(QUERY + 1).fill(null);
    this.owners = Array(ROWS).fill(owner); // "pack": empty cells are filled with examples; "you": they stay empty
    this.truth = null; // the row that the query was taken from, when that is known
  }

  unpack(bytes) {
    const cell = (k) => {
      const packed = bytes.subarray(k * PICTURE, (k + 1) * PICTURE);
      return { pixels: Uint8Array.from({ length: 2 * PICTURE }, (_, i) => (i % 2 ? packed[i >> 1] & 15 : packed[i >> 1] >> 4)) };
    };
    this.pack = Array.from({ length: ROWS }, (_, r) => Array.from({ length: DRAWERS }, (_, d) => cell(r * DRAWERS + d)));
  }

  now() {
    return { cells: [...this.cells], owners: [...this.owners], truth: this.truth, pack: this.pack };
  }

  /** Every empty cell within N ways and K shots that you have not made your own gets an example. */
  complete(ways, shots) {
    for (let row = 0; row < ways; row++)
      for (let shot = 0; shot < shots; shot++)
        if (this.owners[row] === "pack") this.cells[cellAt(row, shot)] ??= this.pack[row]?.[shot] ?? null;
  }

  /** A fresh example: ten new classes, and one of the N drawn by somebody else as the query. */
  begin(ways, shots, truth) {
    this.empty("pack");
    this.complete(ways, shots);
    this.truth = truth;
    this.cells[QUERY] = this.pack[truth]?.[SHOTS] ?? null;
  }

  put(cell, content) {
    this.cells[cell] = content;
    const row = cell === QUERY ? this.truth : Math.floor(cell / SHOTS);
    if (cell !== QUERY) this.owners[row] = "you";
    if (row === this.truth) this.truth = null;
  }

  /** Another example for one cell; for the query, of another class. */
  example(cell, ways) {
    this.turn += 1;
    if (cell !== QUERY) {
      const row = Math.floor(cell / SHOTS);
      this.cells[cell] = this.pack[row][(cell + this.turn) % SHOTS];
      return;
    }
    const known = Array.from({ length: ways }, (_, row) => row).filter((row) => this.owners[row] === "pack");
    const rows = known.length ? known : Array.from({ length: ways }, (_, row) => row);
    const row = rows[(rows.indexOf(this.truth) + 1) % rows.length];
    this.cells[QUERY] = this.pack[row][SHOTS + (this.turn % (DRAWERS - SHOTS))];
    this.truth = known.length ? row : null;
  }
}
