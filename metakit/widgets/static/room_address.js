// What a visitor has set in a room, in the page's address: #room=NAME&trait=value&… with every value as JSON.

const OWN = () => document.body.dataset.metakit !== undefined; // the demo alone may use the address and the theme
const MOST_ADDRESS = 6000;
const readable = { "%2C": ",", "%5B": "[", "%5D": "]", "%3A": ":", "%20": " " };

const written = (value) => encodeURIComponent(JSON.stringify(value)).replace(/%2C|%5B|%5D|%3A|%20/g, (sign) => readable[sign]).replaceAll(" ", "+");

/** The address of a room with these values: {trait: value}. */
const addressOf = (room, values) => `#room=${room}${Object.entries(values).map(([name, value]) => `&${name}=${written(value)}`).join("")}`;

/** {trait: value} of the page's address, if it is this room's; null when it cannot be read. */
function situationHere(room) {
  if (location.hash.length > MOST_ADDRESS) return null;
  const { room: asked, ...values } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (asked !== room) return {};
  try {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.parse(value)]));
  } catch {
    return null;
  }
}
