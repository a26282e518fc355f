// The two grids of numbers. Cells are built once a shape; later only their text, colour and class change.
// `list` names the editable numbers of `own` that the grid shows; without it the cells are read-only.
import { numberField } from "../../js/number.js"
import { roving } from "../../js/roving.js"
import { make } from "../../js/text.js"
import { colour, fitted } from "../../js/tiles.js"

export function buildSide(own, side, [rows, columns], what, list) {
  const built = [rows, columns, list, own.data.limit].join()
  side.shape = [rows, columns]
  if (side.built === built) return
  side.built = built
  side.holder.style.setProperty("--columns", columns)
  side.cells = [...Array(rows * columns).keys()].map((i) => {
    const cell = make("div", "cell")
    cell.innerHTML = `<input autocomplete="off" inputmode="text"><small></small>`
    const [input, small] = cell.children
    input.setAttribute("aria-label", `${what}, row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}`)
    input.readOnly = !list
    return { cell, input, small, field: list && cellField(own, side, i, list, cell, input) }
  })
  side.cells.forEach((one, i) => wireCell(own, side, i, one, list))
  side.holder.replaceChildren(...side.cells.map(({ cell }) => cell))
  roving(side.holder, "input")
}

function cellField(own, side, i, list, surface, input) {
  return {
    input, surface, what: "the number", low: -own.data.limit, high: own.data.limit, step: () => 1,
    get: () => own[list][i],
    set: (number, final) => { own[list][i] = number; own.change(final) },
    refuse: (reason) => { own.get("refusal").textContent = reason },
  }
}

function wireCell(own, side, i, { cell, input, field }, list) {
  const columns = side.shape[1], place = [Math.floor(i / columns), i % columns]
  const point = () => { own.hover = { side, place }; own.draw() }
  const pin = () => { if (side === own.after) own.pin = place; own.draw() }
  if (field) numberField(field)
  cell.onpointerenter = point
  cell.onclick = () => {
    // In the backward pass a first click puts a gradient of 1 there.
    if (list === "upstream" && own.upstream[i] === 0) {
      field.set(1, true)
      field.show()
      input.value = "1"
      input.select()
    }
    else if (!list) input.focus()
    pin()
  }
  cell.addEventListener("focusin", () => { point(); pin() })
  cell.addEventListener("focusout", () => { own.hover = null; own.draw() })
}

export function fillSide(own, side, numbers, scale, colours, corners) {
  side.cells.forEach(({ cell, input, small, field }, i) => {
    colour(cell, numbers[i], scale, colours)
    cell.dataset.value = numbers[i]
    small.textContent = corners ? fitted(corners[i], own.cell) : ""
    if (field) field.show(); else input.value = fitted(numbers[i], own.cell)
  })
}
