// Pictures that a visitor brings. They are read here, in the browser: no file is sent, only a drawing of 105 x 105 bits.

const MOST_FILES = 5, MOST_MEGABYTES = 15, MOST_MEGAPIXELS = 50, WORKING = 420, INK = 0.4, MARGIN = 0.12;

/** The cells made of these files, and a sentence for everything that could not be used. */
async function readPictures(files) {
  const cells = [], problems = files.length > MOST_FILES ? [`${MOST_FILES} pictures at a time are the most: the others were left out.`] : [];
  for (const file of files.slice(0, MOST_FILES)) {
    try {
      cells.push({ bits: await pictureBits(file) });
    } catch (problem) {
      problems.push(`${file.name} ${problem.message}`);
    }
  }
  return { cells, problems };
}

async function pictureBits(file) {
  if (file.size > MOST_MEGABYTES * 1e6) throw new Error(`is larger than ${MOST_MEGABYTES} MB: make it smaller.`);
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error("cannot be read as a picture: save it as PNG or JPEG.");
  });
  if (picture.width * picture.height > MOST_MEGAPIXELS * 1e6) throw new Error(`has more than ${MOST_MEGAPIXELS} million pixels: make it smaller.`);
  const { ctx, ink, width, height } = inked(picture);
  picture.close();
  const box = boundingBox(ink, width, height);
  if (!box) throw new Error("shows no lines: use dark ones on light paper.");
  return asBits(ctx.canvas, box);
}

/** The picture with its ink as opacity, not much larger than needed. As in metakit/tasks/ink.py, paper is what the border shows. */
function inked(picture) {
  const scale = Math.min(1, WORKING / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = Object.assign(document.createElement("canvas"), { width, height }), ctx = canvas.getContext("2d", { willReadFrequently: true });
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(picture, 0, 0, width, height);
  const image = ctx.getImageData(0, 0, width, height), { data } = image;
  const ink = inkOf(data, borderOf(width, height));
  ink.forEach((value, i) => data.set([0, 0, 0, 255 * value], 4 * i));
  ctx.putImageData(image, 0, 0);
  return { ctx, ink, width, height };
}

function borderOf(width, height) {
  const found = [];
  for (let x = 0; x < width; x++) found.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) found.push(y * width, y * width + width - 1);
  return found;
}

const quantile = (values, share) => Float32Array.from(values).sort()[Math.floor(share * (values.length - 1))];

/** 0 where the paper is, 1 at the colour farthest from it. */
function inkOf(data, border) {
  const solid = border.filter((i) => data[4 * i + 3] > 127);
  const paper = [0, 1, 2].map((c) => (solid.length > border.length / 2 ? quantile(solid.map((i) => data[4 * i + c]), 0.5) : transparentPaper(data)));
  const ink = Float32Array.from({ length: data.length / 4 }, (_, i) => (Math.max(...paper.map((level, c) => Math.abs(data[4 * i + c] - level))) * data[4 * i + 3]) / 65025);
  const most = ink.reduce((a, b) => Math.max(a, b), 0);
  if (most < 0.1) return ink.fill(0);
  const grain = Math.min(0.3, quantile(border.map((i) => ink[i]), 0.98) / most);
  return ink.map((value) => Math.max(0, (value / most - grain) / (1 - grain)));
}

/** Behind a drawing without a ground: white, or black where the drawing is light. */
function transparentPaper(data) {
  let [sum, n] = [0, 0];
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 127) [sum, n] = [sum + data[i] + data[i + 1] + data[i + 2], n + 3];
  return n && sum / n > 127 ? 0 : 255;
}

function boundingBox(ink, width, height) {
  const xs = [], ys = [];
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (ink[y * width + x] > INK) xs.push(x), ys.push(y);
  if (!xs.length) return null;
  const span = (values) => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b)) + 1];
  return [span(xs), span(ys)];
}

/** The drawing inside the box, centred on a sheet of Omniglot's size. */
function asBits(canvas, [[left, right], [top, bottom]]) {
  const side = Math.max(right - left, bottom - top, 8) * (1 + 2 * MARGIN), ctx = sheet(OMNIGLOT), scale = OMNIGLOT / side;
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(canvas, left, top, right - left, bottom - top, (OMNIGLOT - (right - left) * scale) / 2, (OMNIGLOT - (bottom - top) * scale) / 2, (right - left) * scale, (bottom - top) * scale);
  return sheetBits(ctx, 255 * INK);
}
