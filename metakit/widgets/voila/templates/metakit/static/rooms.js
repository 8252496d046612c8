// The page's rooms: one widget each, drawn when its room is entered first. The address says which room is open.

const tabs = [...document.querySelectorAll("#rooms a")];
const addresses = tabs.map((tab, i) => (i ? tab.href : location.pathname + location.search)); // of the rooms, as they were left
let rooms = [], touring = null;

const asked = () => Math.max(0, tabs.findIndex((tab) => tab.dataset.room === new URLSearchParams(location.hash.slice(1)).get("room")));

async function enter(number) {
  if (number) touring?.end(); // it points at the first room
  tabs.forEach((tab, i) => (i === number ? tab.setAttribute("aria-current", "page") : tab.removeAttribute("aria-current")));
  document.getElementById("waiting")?.remove();
  rooms.forEach(({ place }, i) => (place.hidden = i !== number));
  await drawn(rooms[number]);
  document.getElementById("page").removeAttribute("aria-busy");
}

/** Drawn once, however fast its tab is clicked; what could not be drawn is tried again. */
async function drawn(room) {
  try {
    await (room.drawing ??= room.draw(room.place));
  } catch (error) {
    room.drawing = null;
    throw error;
  }
}

async function follow(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab, if the visitor wishes one
  event.preventDefault();
  const to = tabs.indexOf(event.currentTarget), written = [];
  dispatchEvent(new CustomEvent("metakit-leave", { detail: written })); // a room writes its address, and promises when
  await Promise.allSettled(written); // an address that cannot be written keeps nobody in
  const from = asked();
  if (from === to) return;
  addresses[from] = location.href;
  history.pushState(null, "", addresses[to]);
  enter(to);
}

/** The tour walks through the first room; its script is fetched when somebody wants it, or on the first visit. */
async function tour() {
  touring = await import("./tour.js");
  if (asked() !== 0) tabs[0].click();
  touring.begin(document.getElementById("tour-again"));
}

/** `draws[i](place)` draws room i. The first is open when the address asks for no other. */
export async function openRooms(draws) {
  const page = document.getElementById("page");
  rooms = draws.map((draw) => ({ draw, place: page.appendChild(document.createElement("div")) }));
  document.getElementById("rooms").hidden = draws.length < 2;
  tabs.forEach((tab) => tab.addEventListener("click", follow));
  addEventListener("popstate", () => enter(asked()));
  document.getElementById("tour-again").addEventListener("click", tour);
  await enter(asked());
  if (localStorage.getItem("metakit-tour") === null && !location.hash) tour(); // what a link shows, nothing may cover
}
