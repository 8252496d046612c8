/**
 * Points that the reader places on a chart: click adds, drag moves, double click removes. With the keyboard: the arrow
 * keys move a cursor, Enter adds a point there, Delete removes the nearest one. Beyond `most` points `full` is called.
 */

const REACH = 12; // pixels of the picture
const TWICE = 350; // milliseconds between two taps that are one double tap
const STRIDE = 0.25; // units of the axes; four times as far with Shift

function editPoints({ canvas, plot, get, set, moveCursor, most, full }) {
  let dragged = -1;
  let held = false; // the pointer went down on a point
  let cursor = [0, 0];

  const distance = ([x, y], [u, v]) => Math.hypot(plot.x(x) - plot.x(u), plot.y(y) - plot.y(v));

  function nearest(place) {
    const distances = get().map((point) => distance(point, place));
    const index = distances.indexOf(Math.min(...distances));
    return { index, far: distances[index] ?? Infinity };
  }

  function inPicture(x, y) {
    const kept = (value, of, from, to) => Math.max(of.invert(from), Math.min(of.invert(to), value));
    return [kept(x, plot.x, plot.left, plot.right), kept(y, plot.y, plot.floor, plot.top)];
  }

  function placeOf(event) {
    const pixel = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
    return inPicture(plot.x.invert(pixel.x), plot.y.invert(pixel.y));
  }

  const add = (place) => (get().length < most ? set([...get(), place], "added") : full());
  const remove = (index) => index >= 0 && set(get().filter((_, i) => i !== index), "removed");

  let last = { index: -1, time: 0 };

  const reach = (event) => (event.pointerType === "touch" ? 2.5 : 1) * REACH; // a finger is thick

  canvas.onpointerdown = (event) => {
    const { index, far } = nearest(placeOf(event));
    held = far <= reach(event);
    if (!held) return;
    const twice = event.pointerType === "touch" && index === last.index && event.timeStamp - last.time < TWICE;
    last = { index: twice ? -1 : index, time: event.timeStamp };
    if (twice) return remove(index);
    dragged = index;
    canvas.setPointerCapture(event.pointerId);
  };
  // a finger on a point moves the point and not the page; then no clicks come of it, so `twice` counts them
  canvas.addEventListener("touchstart", (event) => nearest(placeOf(event.touches[0])).far <= 2.5 * REACH && event.preventDefault(), { passive: false });
  canvas.onclick = (event) => !held && add(placeOf(event)); // no click comes of a finger that scrolls the page
  canvas.onpointermove = (event) => {
    if (dragged < 0) return;
    set(get().map((point, i) => (i === dragged ? placeOf(event) : point)), "moved");
  };
  canvas.onpointerup = canvas.onpointercancel = () => (dragged = -1);
  canvas.ondblclick = (event) => {
    const { index, far } = nearest(placeOf(event));
    if (far <= 2 * REACH) remove(index);
  };

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  canvas.onkeydown = (event) => {
    const stride = STRIDE * (event.shiftKey ? 4 : 1);
    if (event.key in arrows) {
      const [dx, dy] = arrows[event.key];
      cursor = inPicture(cursor[0] + dx * stride, cursor[1] + dy * stride);
      moveCursor(cursor);
    } else if (event.key === "Enter" || event.key === " ") add(cursor);
    else if (event.key === "Delete" || event.key === "Backspace") remove(nearest(cursor).index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
