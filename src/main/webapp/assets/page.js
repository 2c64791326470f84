// The little that is needed of the DOM. Text always goes through textContent.

/** The element with this id. */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element "${id}"`);
  return found;
}

/** A new element with properties and children; strings become text. */
export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Replaces an element's text. */
export function showText(place, text) {
  place.textContent = text;
}

/** Shows a part with text in it, or hides the part when there is none. */
export function showPart(name, text) {
  element(name).textContent = text;
  element(`${name}-part`).hidden = text === "";
}

/** Hides an element. */
export function hide(place) {
  place.hidden = true;
}
