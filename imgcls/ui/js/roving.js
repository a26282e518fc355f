// A grid is one tab stop: Tab comes to one of its cells, and the arrow keys go on from there to every other.
// Home and End lead to the ends of the row, with Ctrl to those of the grid, Page Up and Page Down five rows on, Escape
// out. In a cell that is typed into, the keys move the caret until all of it is selected; its number.js takes the
// upright keys for the number, so there a row up or down is Ctrl and the arrow.
import { clamp } from "./geometry.js"

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
  const cells = stopsOf(box, selector), to = neighbour(cells, cell, key, ctrlKey)
  to?.focus()
  return Boolean(to)
}

function neighbour(cells, cell, key, far) {
  const i = cells.indexOf(cell), rows = rowsOf(cells), r = rows.findIndex((row) => row.includes(cell))
  if (key === "Home") return far ? cells[0] : rows[r][0]
  if (key === "End") return far ? cells.at(-1) : rows[r].at(-1)
  if (key === "ArrowLeft" && !far) return cells[Math.max(0, i - 1)]
  if (key === "ArrowRight" && !far) return cells[Math.min(cells.length - 1, i + 1)]
  const down = { ArrowUp: -1, ArrowDown: 1, PageUp: -5, PageDown: 5 }[key]
  if (!down) return null
  const middle = (one) => { const { left, width } = one.getBoundingClientRect(); return left + width / 2 }
  const away = (one) => Math.abs(middle(one) - middle(cell)), row = rows[clamp(r + down, 0, rows.length - 1)]
  return row.includes(cell) ? cell : row.reduce((best, one) => (away(one) < away(best) ? one : best))
}

// The cells row by row, as they stand on the screen: tiles wrap where the screen ends.
function rowsOf(cells) {
  const rows = []
  let start = -Infinity
  for (const cell of cells) {
    const { top, height } = cell.getBoundingClientRect()
    if (top > start + height / 2 || !rows.length) { rows.push([]); start = top }
    rows.at(-1).push(cell)
  }
  return rows
}
