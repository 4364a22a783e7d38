// What a browser keeps for us: small JSON values by name. A browser that keeps nothing is no error.

const PREFIX = "monoceros.";

/** The value kept under a name, `otherwise` where there is none of that shape. */
export function recall(name, otherwise, storage = "localStorage") {
  try {
    const value = JSON.parse(window[storage].getItem(PREFIX + name) ?? "null");
    return value === null || Array.isArray(value) !== Array.isArray(otherwise) ? otherwise : value;
  } catch {
    return otherwise;
  }
}

/** Keep a value; null forgets it. */
export function remember(name, value, storage = "localStorage") {
  try {
    if (value === null) window[storage].removeItem(PREFIX + name);
    else window[storage].setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // private windows may refuse: then it is forgotten with the page
  }
}
