// A grid is one tab stop: Tab comes to one of its cells, and the arrow keys go on from there to every other.
// Home and End lead to the ends of the row, with Ctrl to those of the grid, Page Up and Page Down five rows on, Escape
// out. In a cell that is typed into, the keys move the caret until all of it is selected; its number.js takes the
// upright keys for the number, so there a row up or down is Ctrl and the arrow.
import { neighbour } from "./keys.js"

const rovers = new WeakMap()

// To be called whenever the cells that match `selector` have been made; where they stand is read from the screen.
export function roving(box, selector) {
  if (!rovers.has(box)) {
    rovers.set(box, { at: -1 })
    box.addEventListener("focusin", ({ target }) => stopAt(box, selector, target.closest(selector)))
    box.addEventListener("keydown", (event) => {
      const cell = event.target.closest(selector)
      if (cell && !event.defaultPrevented && rove(box, selector, cell, event)) event.preventDefault()
    })
  }
  const cells = stopsOf(box, selector), focused = box.getRootNode().activeElement
  stopAt(box, selector, cells.find((cell) => cell === focused) ?? cells[rovers.get(box).at] ??
    cells.find((cell) => cell.getAttribute("aria-pressed") === "true") ?? cells[0])
}

const stopsOf = (box, selector) => [...box.querySelectorAll(selector)].filter((cell) => !cell.disabled)

function stopAt(box, selector, stop) {
  if (!stop) return
  stopsOf(box, selector).forEach((cell, i) => {
    cell.setAttribute("tabindex", cell === stop ? 0 : -1)
    if (cell === stop && cell.matches(":focus")) rovers.get(box).at = i
  })
}

function rove(box, selector, cell, { key, ctrlKey, shiftKey, altKey, metaKey }) {
  if (altKey || metaKey || shiftKey) return false
  if (key === "Escape") { cell.blur(); return true }
  const typed = cell.matches("input:not([readonly])")
  if (typed && !ctrlKey && !(cell.selectionStart === 0 && cell.selectionEnd === cell.value.length)) return false
  const cells = stopsOf(box, selector), places = cells.map((each) => each.getBoundingClientRect())
  const to = cells[neighbour(places, cells.indexOf(cell), key, ctrlKey)]
  to?.focus()
  return Boolean(to)
}
