// The walk's grids of numbers: built once a shape, filled in at every step.
// `label` is what a grid of cells to type into, or to press, is called.
import { numberField } from "../../js/number.js"
import { roving } from "../../js/roving.js"
import { make } from "../../js/text.js"
import { NAMES, place } from "./view.js"

function grid(name, rows, columns, cellAt, label) {
  const element = make("div", `grid ${name}`)
  if (label) { element.setAttribute("role", "group"); element.setAttribute("aria-label", label) }
  element.style.setProperty("--columns", columns)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) element.append(cellAt(r, c))
  if (label) roving(element, "input, button, .product")
  return element
}

function plain(kind, label) {
  const cell = make(kind, kind === "input" ? "cell" : `cell ${label}`)
  if (kind === "input") cell.setAttribute("aria-label", label)
  return cell
}

function titled(title, ...content) {
  const part = document.createElement("section")
  part.innerHTML = `<p class="title">${title}</p>`
  part.append(...content)
  return part
}

function editable(own, input, name, index, what) {
  const limit = own.data.limit
  const field = {
    input, surface: input, what, low: -limit, high: limit, whole: true, pace: 12, step: () => 1, refuse: own.refuse,
    get: () => own.numbers[name][index()],
    set: (number, final) => {
      own.play(false)
      own.numbers[name][index()] = number
      own.sent = true
      own.sender.send(own.component, "edit", { ...own.numbers, final })
    },
  }
  numberField(field)
  own.fields.push(field)
}

export function buildStage(own) {
  const { pixels, filters, output } = own.data.arrays, P = own.data.padding
  const [channels, height, width] = pixels.shape, side = filters.shape[2], [count, rows, columns] = output.shape
  const stage = own.box.querySelector(".stage")
  own.fields = []
  own.channels = [...Array(channels).keys()].map((c) => {
    const where = channels === 1 ? "" : `, ${NAMES[c]} channel`
    const input = grid("pixels", height + 2 * P, width + 2 * P, (r, col) => {
      const y = r - P, x = col - P
      if (y < 0 || x < 0 || y >= height || x >= width) {
        const zero = plain("span", "zero")
        zero.textContent = "0"
        return zero
      }
      const cell = plain("input", `pixel, channel ${c}, row ${y}, column ${x}`)
      editable(own, cell, "pixels", () => (c * height + y) * width + x, "the pixel")
      return cell
    }, `pixels${where}`)
    const frame = make("div", "frame", input)
    frame.style.setProperty("--side", side)
    const weights = grid("weights", side, side, (r, col) => {
      const cell = plain("input", `weight, channel ${c}, row ${r}, column ${col}`)
      editable(own, cell, "filters", () => ((place(own).k * channels + c) * side + r) * side + col, "the weight")
      return cell
    }, `weights${where}`)
    const products = grid("products", side, side, () => {
      const cell = plain("span", "product")
      cell.setAttribute("role", "img")
      cell.tabIndex = -1
      return cell
    }, `products${where}`)
    const sum = document.createElement("output")
    const below = make("div", "below")
    const multiplied = titled("products", products), [head] = multiplied.children
    // Which two numbers a product is of, under the pointer, the focus or a finger.
    const tell = ({ target }) => { head.textContent = target.title || "products" }
    for (const name of ["focusin", "pointerover", "click"]) products.addEventListener(name, tell)
    const rest = () => { head.textContent = "products" }
    for (const name of ["focusout", "pointerleave"]) products.addEventListener(name, rest)
    below.append(titled("weights", weights), multiplied)
    const part = titled(channels === 1 ? "input" : `input, ${NAMES[c]} channel`, input, below, sum)
    return { part, input, frame, weights, products, sum }
  })
  const result = (k, r, c) => {
    const cell = plain("button", "result")
    cell.type = "button"
    cell.onclick = () => { own.play(false); own.show(((k * rows + r) * columns + c) * (channels + 1) + channels) }
    return cell
  }
  const outputs = [...Array(count).keys()].map((k) =>
    titled(
      `filter ${k + 1} gives`,
      grid("outputs", rows, columns, (r, c) => result(k, r, c), `outputs of filter ${k + 1}`),
    ))
  stage.replaceChildren(...own.channels.map(({ part }) => part))
  own.box.querySelector(".results").replaceChildren(...outputs)
  own.results = own.box.querySelectorAll(".result")
  editable(own, own.box.querySelector(".bias"), "biases", () => place(own).k, "the bias")
}
