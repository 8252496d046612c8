// Ink: how a cell looks on a canvas, and the bits or pixels of it that travel to Python (drawings.py has the format).

const OMNIGLOT = 105; // pixels a side of a drawing, as in Omniglot
const PEN = 4.4 / OMNIGLOT; // thickness of a line, share of the side: as thick as Omniglot's
const BITS = Math.ceil(OMNIGLOT ** 2 / 8); // bytes of a drawing
const FULL = 255; // strokes are stored in bytes

/** Strokes on a sheet of `side` pixels, smoothed through the midpoints. */
function strokePath(ctx, strokes, side) {
  Object.assign(ctx, { lineWidth: PEN * side, lineCap: "round", lineJoin: "round" });
  for (const points of strokes) {
    const at = (i) => [(points[2 * i] * side) / FULL, (points[2 * i + 1] * side) / FULL];
    const n = points.length / 2;
    ctx.beginPath();
    ctx.moveTo(...at(0));
    for (let i = 1; i < n - 1; i++) {
      const [x, y] = at(i), [u, v] = at(i + 1);
      ctx.quadraticCurveTo(x, y, (x + u) / 2, (y + v) / 2);
    }
    ctx.lineTo(...at(n - 1));
    ctx.stroke();
  }
}

function sheet(side) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  return canvas.getContext("2d", { willReadFrequently: true });
}

/** 105 x 105 bits of a drawing, ink 1. */
function drawingBits(strokes) {
  const ctx = sheet(OMNIGLOT);
  strokePath(ctx, strokes, OMNIGLOT);
  return sheetBits(ctx, 127);
}

/** The bits of a sheet of 105 x 105 pixels, 1 where it is more opaque than `threshold`. */
function sheetBits(ctx, threshold) {
  const { data } = ctx.getImageData(0, 0, OMNIGLOT, OMNIGLOT);
  const bits = new Uint8Array(BITS);
  for (let i = 0; i < OMNIGLOT ** 2; i++) if (data[4 * i + 3] > threshold) bits[i >> 3] |= 128 >> (i & 7);
  return bits;
}

function exampleNibbles(pixels) {
  return Uint8Array.from({ length: PICTURE }, (_, i) => (pixels[2 * i] << 4) | pixels[2 * i + 1]);
}

const packedCells = new WeakMap();

/** The record of one cell for Python; cells never change, so each is packed once. */
function packCell(cell) {
  if (!packedCells.has(cell)) {
    const drawn = cell.bits ?? (cell.strokes && drawingBits(cell.strokes));
    packedCells.set(cell, drawn ? new Uint8Array([1, ...drawn]) : new Uint8Array([2, ...exampleNibbles(cell.pixels)]));
  }
  return packedCells.get(cell);
}

/** The whole board as one chain of records. */
function packBoard(cells) {
  const records = cells.flatMap((cell, index) => (cell ? [Uint8Array.of(index), packCell(cell)] : []));
  const whole = new Uint8Array(records.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of records) {
    whole.set(part, at);
    at += part.length;
  }
  return new DataView(whole.buffer);
}

/** Draw a cell on a canvas of `side` CSS pixels in `color`. Examples are enlarged smoothly, then sharpened to look like ink. */
function paintCell(canvas, cell, side, color) {
  const pixels = Math.round(side * Math.min(window.devicePixelRatio || 1, 2)), look = `${pixels} ${color}`;
  if (canvas.shown === cell && canvas.look === look) return;
  Object.assign(canvas, { shown: cell, look });
  canvas.width = canvas.height = pixels;
  const ctx = canvas.getContext("2d");
  ctx.strokeStyle = ctx.fillStyle = color;
  if (cell?.strokes) strokePath(ctx, cell.strokes, pixels);
  if (cell?.pixels) paintEnlarged(ctx, 28, cell.pixels.map((level) => 17 * level), pixels, color);
  if (cell?.bits) paintEnlarged(ctx, OMNIGLOT, Uint8Array.from({ length: OMNIGLOT ** 2 }, (_, i) => (cell.bits[i >> 3] & (128 >> (i & 7)) ? 255 : 0)), pixels, color);
}

/** Opacities 0 to 255 of a sheet of `of` pixels, drawn with `side` pixels. */
function paintEnlarged(ctx, of, opacities, side, color) {
  const small = sheet(of), image = small.createImageData(of, of);
  opacities.forEach((opacity, i) => (image.data[4 * i + 3] = opacity));
  small.putImageData(image, 0, 0);
  const large = sheet(side);
  large.imageSmoothingQuality = "high";
  large.drawImage(small.canvas, 0, 0, side, side);
  const shown = large.getImageData(0, 0, side, side);
  const soft = Math.min(0.5, of / 2 / side); // the wider the enlargement, the steeper the edge
  for (let i = 3; i < shown.data.length; i += 4) {
    const edge = Math.min(Math.max((shown.data[i] / 255 - 0.42) / soft + 0.5, 0), 1);
    shown.data[i] = 255 * edge;
  }
  large.putImageData(shown, 0, 0);
  large.globalCompositeOperation = "source-in";
  large.fillStyle = color;
  large.fillRect(0, 0, side, side);
  ctx.drawImage(large.canvas, 0, 0);
}
