/** Making and filling elements. Text goes in as text, never as markup: names and messages come from manifests and programs. */

/**
 * @typedef {string | Node | null} Child
 * @param {string} name
 * @param {Record<string, string>} attributes `class` and whatever else the element takes
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function element(name, attributes, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  fill(made, ...children)
  return made
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...Node} children
 */
export function drawing(name, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

/** @param {Element} parent @param {...Child} children */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child !== null))
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

/**
 * Changes only those children of a list that look different, so that focus, selection and scrolling stay.
 * @param {Element} list
 * @param {readonly { key: string, look: string, make: () => Element }[]} items in order
 */
export function keepList(list, items) {
  /** @type {Map<string, Element>} */
  const known = new Map()
  for (const child of list.children) if (child instanceof HTMLElement) known.set(child.dataset['key'] ?? '', child)
  const hadFocus = document.activeElement?.closest('[data-key]')?.getAttribute('data-key')
  const children = items.map(({ key, look, make }) => {
    const before = known.get(key)
    if (before instanceof HTMLElement && before.dataset['look'] === look) return before
    const made = element('li', { 'data-key': key, 'data-look': look })
    made.append(make())
    return made
  })
  if (children.length !== list.children.length || children.some((child, at) => child !== list.children[at]))
    list.replaceChildren(...children)
  const focused = children.find((child) => child.dataset['key'] === hadFocus)
  if (focused !== undefined && !focused.contains(document.activeElement)) focused.querySelector('button')?.focus()
}
