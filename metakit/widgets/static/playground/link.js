// A situation in a link: version, N, K, steps, truth, then the cells; deflated, in base64url. Whatever comes from a
// link is checked: wrong version, length, number or stroke, or more than 32 kB unpacked, and it is refused whole.

const VERSION = 1, MOST_TEXT = 24000, MOST_BYTES = 32768;

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

async function toLink(board, { ways, shots, steps }) {
  const bytes = [VERSION, ways, shots, steps, board.truth === null ? 0 : board.truth + 1];
  board.cells.forEach((cell, index) => {
    if (!cell || (index !== QUERY && (Math.floor(index / SHOTS) >= ways || index % SHOTS >= shots))) return;
    if (cell.pixels) bytes.push(index, 2, ...exampleNibbles(cell.pixels));
    else bytes.push(index, 3, cell.strokes.length, ...cell.strokes.flatMap((points) => [points.length / 2, ...points]));
  });
  const packed = await squeeze(Uint8Array.from(bytes), new CompressionStream("deflate-raw"));
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** {ways, shots, steps, truth, cells}, or an Error when the text is no such link. */
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
  next(VERSION, VERSION);
  const found = { ways: next(2, ROWS), shots: next(1, SHOTS), steps: next(0, 10), truth: next(0, ROWS) - 1, cells: Array(QUERY + 1).fill(null) };
  if (found.truth < 0 || found.truth >= found.ways) found.truth = null;
  while (at < bytes.length) found.cells[next(0, QUERY)] = next(2, 3) === 2 ? readExample(next) : readDrawing(next);
  return found;
}

function readExample(next) {
  return { pixels: Uint8Array.from(Array.from({ length: PICTURE }, () => next(0, 255)).flatMap((byte) => [byte >> 4, byte & 15])) };
}

function readDrawing(next) {
  const strokes = Array.from({ length: next(1, MOST_STROKES) }, () => Array.from({ length: 2 * next(1, MOST_POINTS) }, () => next(0, 255)));
  return { strokes };
}
