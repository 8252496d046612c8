// A situation in a link: version, N, K, steps, truth, the learners on the panel (since version 2), which examples lie
// ready and which rows they fill (since version 3), then the cells; deflated, in base64url. Whatever comes from a link is checked: wrong version, length, number or stroke, or more than
// 80 kB unpacked, and it is refused whole.

const VERSION = 3, MOST_TEXT = 24000, MOST_BYTES = 80000;

async function squeeze(bytes, stream) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MOST_BYTES) throw new Error("too large");
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

const spelled = (name) => [name.length, ...Array.from(name, (sign) => sign.charCodeAt(0))];
const word = (next) => String.fromCharCode(...Array.from({ length: next(1, 80) }, () => next(32, 126)));

async function toLink(board, { ways, shots, steps }, panel, { source, episode }) {
  const bytes = [VERSION, ways, shots, steps, board.truth === null ? 0 : board.truth + 1];
  bytes.push(panel.length, ...panel.flatMap(spelled));
  bytes.push(...spelled(source), ...[24, 16, 8, 0].map((bits) => (episode >> bits) & 255), ...board.owners.map((owner) => Number(owner === "pack")));
  board.cells.forEach((cell, index) => {
    if (!cell || (index !== QUERY && (Math.floor(index / SHOTS) >= ways || index % SHOTS >= shots))) return;
    if (cell.pixels) bytes.push(index, 2, ...exampleNibbles(cell.pixels));
    else if (cell.bits) bytes.push(index, 1, ...cell.bits);
    else bytes.push(index, 3, cell.strokes.length, ...cell.strokes.flatMap((points) => [points.length / 2, ...points]));
  });
  const packed = await squeeze(Uint8Array.from(bytes), new CompressionStream("deflate-raw"));
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** {board, state, names, laid}, or an Error when the text is no such link. */
async function fromLink(text) {
  if (text.length > MOST_TEXT || !/^[\w-]+$/.test(text)) throw new Error("not a link");
  const packed = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const bytes = await squeeze(packed, new DecompressionStream("deflate-raw"));
  let at = 0;
  const next = (low, high) => {
    const value = bytes[at++];
    if (!(value >= low && value <= high)) throw new Error("out of range");
    return value;
  };
  const version = next(1, VERSION);
  const state = { ways: next(2, ROWS), shots: next(1, SHOTS), steps: next(0, 10) }, row = next(0, ROWS) - 1;
  const names = version < 2 ? [] : Array.from({ length: next(0, MOST_NAMES) }, () => word(next));
  const laid = version < 3 ? null : { source: word(next), episode: [24, 16, 8, 0].reduce((sum, bits) => sum + (next(0, bits === 24 ? 127 : 255) << bits), 0) };
  const owners = Array.from({ length: ROWS }, () => (version < 3 || !next(0, 1) ? "you" : "pack")), cells = Array(QUERY + 1).fill(null);
  while (at < bytes.length) cells[next(0, QUERY)] = CELLS[next(1, 3)](next);
  return { board: { cells, owners, truth: row < 0 || row >= state.ways ? null : row }, state, names, laid };
}

const MOST_NAMES = 60;
const CELLS = { 1: readPicture, 2: readExample, 3: readDrawing };

function readPicture(next) {
  return { bits: Uint8Array.from({ length: BITS }, () => next(0, 255)) };
}

function readExample(next) {
  return { pixels: Uint8Array.from(Array.from({ length: PICTURE }, () => next(0, 255)).flatMap((byte) => [byte >> 4, byte & 15])) };
}

function readDrawing(next) {
  const strokes = Array.from({ length: next(1, MOST_STROKES) }, () => Array.from({ length: 2 * next(1, MOST_POINTS) }, () => next(0, 255)));
  return { strokes };
}
