// Two pictures: the plane of embeddings, and what MAML thinks after every inner step. Drawn in CSS pixels of their box.

const thumbnails = new WeakMap();

/** A small picture of a cell, black on nothing (the style sheet inverts it in the dark). */
function thumbnail(cell) {
  if (!thumbnails.has(cell)) {
    const canvas = document.createElement("canvas");
    paintCell(canvas, cell, 40, "#000");
    thumbnails.set(cell, canvas.toDataURL());
  }
  return thumbnails.get(cell);
}

const signAt = (row, x, y, size = 9) =>
  s("g", { class: "sign", style: `--c: var(--c${row})`, transform: `translate(${x} ${y})`, "data-row": row },
    s("rect", { x: -size, y: -size, width: 2 * size, height: 2 * size, rx: 4 }), s("text", { y: 4.5 }, LETTERS[row]));

/** Map coordinates -> pixels: one scale for both axes, so that distances on the map are honest. */
function fitted(points, width, height, margin) {
  const span = (k) => [Math.min(...points.map((p) => p[k])), Math.max(...points.map((p) => p[k]))];
  const [[left, right], [low, high]] = [span(0), span(1)];
  const scale = Math.min((width - 2 * margin) / (right - left || 1), (height - 2 * margin) / (high - low || 1));
  return ([x, y]) => [width / 2 + (x - (left + right) / 2) * scale, height / 2 - (y - (low + high) / 2) * scale];
}

/** An empty picture that says so, for as long as there is nothing to show. */
function drawNothing(svg) {
  svg.removeAttribute("viewBox");
  svg.replaceChildren(s("text", { x: "50%", y: "50%" }, "It shows when the board has a query and two characters."));
  svg.setAttribute("aria-label", "Nothing to show yet.");
}

function drawMap(svg, found, board) {
  if (!found.query) return drawNothing(svg);
  const [width, height] = [svg.clientWidth || 480, svg.clientHeight || 300];
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const support = found.support.map(([cell, x, y]) => ({ cell, at: [x, y] }));
  const centres = found.prototypes.map(([row, x, y]) => ({ row, at: [x, y] }));
  const pixel = fitted([...support, ...centres, { at: found.query }].map((p) => p.at), width, height, 34);
  const [qx, qy] = pixel(found.query), nearest = best(found.probabilities);
  const single = found.support.length === found.prototypes.length, half = Math.max(17 - support.length / 6, 10); // of a picture
  const lines = centres.map(({ at }, i) => {
    const [x, y] = pixel(at);
    return s("line", { x1: qx, y1: qy, x2: x, y2: y, class: i === nearest ? "tie nearest" : "tie" });
  });
  const pictures = support.map(({ cell, at }) => {
    const [x, y] = pixel(at), row = Math.floor(cell / SHOTS), drawing = board.cells[cell];
    return s("g", { transform: `translate(${x} ${y})`, class: "example", style: `--c: var(--c${row})` },
      s("rect", { x: -half, y: -half, width: 2 * half, height: 2 * half, rx: 6 }),
      drawing && s("image", { href: thumbnail(drawing), x: 3 - half, y: 3 - half, width: 2 * half - 6, height: 2 * half - 6 }));
  });
  const signs = centres.map(({ row, at }) => {
    const [x, y] = pixel(at);
    return single ? signAt(row, x + 15, y - 15, 8) : signAt(row, x, y, 11);
  });
  const query = s("g", { transform: `translate(${qx} ${qy})`, class: "query" }, s("circle", { r: 21 }),
    board.cells[QUERY] && s("image", { href: thumbnail(board.cells[QUERY]), x: -15, y: -15, width: 30, height: 30 }));
  svg.replaceChildren(...lines, ...pictures, ...signs, query);
  svg.setAttribute("aria-label", `Map of ${support.length} examples. Your query lies nearest to class ${LETTERS[centres[nearest].row]}.`);
}

/** Heights for labels at the right end: as near to their curves as `gap` allows. */
function spread(heights, gap, low, high) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]), placed = [...heights];
  order.forEach((k, i) => (placed[k] = Math.max(placed[k], i ? placed[order[i - 1]] + gap : low)));
  order.reverse().forEach((k, i) => (placed[k] = Math.min(placed[k], i ? placed[order[i - 1]] - gap : high)));
  return placed;
}

function drawCurve(svg, found, step) {
  if (!found.losses) return drawNothing(svg);
  const [width, height] = [svg.clientWidth || 480, svg.clientHeight || 300];
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const [left, right, top, middle] = [46, width - 34, 14, height - 96], [lossTop, bottom] = [height - 72, height - 30];
  const n = found.probabilities.length - 1, x = (k) => left + ((right - left) * k) / n;
  const y = (p) => middle - (middle - top) * p, most = Math.max(...found.losses, 1e-9), z = (loss) => bottom - ((bottom - lossTop) * loss) / most;
  const path = (values, place) => values.map((v, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${place(v).toFixed(1)}`).join("");
  const grid = [0, 0.5, 1].flatMap((p) => [
    s("line", { x1: left, x2: right, y1: y(p), y2: y(p), class: "grid" }), s("text", { x: left - 6, y: y(p) + 4, class: "tick end" }, `${100 * p} %`)]);
  const steps = Array.from({ length: n + 1 }, (_, k) => s("text", { x: x(k), y: bottom + 18, class: k === step ? "tick now" : "tick" }, k));
  const ends = spread(found.rows.map((_, i) => y(found.probabilities[n][i])), 17, top, middle), winner = found.rows.indexOf(probabilities(found, step).top); // -1 in a tie
  const curves = found.rows.map((row, i) => s("path", { d: path(found.probabilities.map((p) => p[i]), y), class: i === winner ? "curve top" : "curve", style: `--c: var(--c${row})` }));
  const dots = found.rows.map((row, i) => s("circle", { cx: x(step), cy: y(found.probabilities[step][i]), r: i === winner ? 5 : 3.5, class: "dot", style: `--c: var(--c${row})` }));
  svg.replaceChildren(...grid, ...steps,
    s("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "grid" }),
    s("text", { x: left - 6, y: lossTop + 12, class: "tick end" }, "loss"), s("text", { x: left - 16, y: bottom + 18, class: "tick end" }, "step"),
    s("line", { x1: x(step), x2: x(step), y1: top - 6, y2: bottom, class: "now" }),
    ...curves, s("path", { d: path(found.losses, z), class: "loss" }), s("circle", { cx: x(step), cy: z(found.losses[step]), r: 3.5, class: "loss-dot" }),
    ...dots, ...found.rows.map((row, i) => signAt(row, right + 17, ends[i], 8)));
  const told = winner < 0 ? "cannot tell the classes apart" : `gives class ${LETTERS[found.rows[winner]]} ${percent(found.probabilities[step][winner])}`;
  svg.setAttribute("aria-label", `After ${step} inner steps MAML ${told}.`);
}
