// The arithmetic between the pictures: one cell a tap with pixel, weight and product; then their sum.
import { shade, textOn } from "../../js/colour.js"
import { clamp } from "../../js/geometry.js"
import { numberField } from "../../js/number.js"
import { equation, joined } from "../../js/numbers.js"
import { roving } from "../../js/roving.js"
import { make } from "../../js/text.js"
import { pixelAt } from "./pictures.js"

const RGB = ["R", "G", "B"]

export function buildCells(own) {
  const { data, box } = own
  const { rows, columns } = data.window
  const grid = box.querySelector(".cells")
  grid.style.setProperty("--columns", columns)
  grid.dataset.columns = columns
  grid.replaceChildren()
  own.cells = []
  for (let i = 0; i < rows * columns; i++) {
    const cell = make("div", "cell", grid)
    cell.innerHTML = `<span class="pixel"></span><input class="weight"><span class="product"></span>`
    const [pixel, weight, product] = cell.children
    own.cells.push({ cell, pixel, weight, product })
    weight.readOnly = !data.editable
    weight.inputMode = "text" // phones' decimal keyboards lack the minus
    weight.setAttribute("aria-label", `weight, row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}`)
    if (data.editable) numberField(own.cells[i].field = weightField(own, i))
  }
  roving(grid, ".weight")
}

// The place in the weights of what lies on tap i: with `flip`, the kernel lies there turned by 180 degrees.
function weightPlace(own, i) {
  const { rows, columns, flip } = own.data.window
  const taps = rows * columns
  return (own.data.arrays.weights.shape[0] === 1 ? 0 : own.channel * taps) + (flip ? taps - 1 - i : i)
}

function weightField(own, i) {
  const { cell, weight } = own.cells[i]
  return {
    input: weight, surface: cell, what: "the weight", low: -own.data.limits.weight, high: own.data.limits.weight,
    get: () => own.kernel.weights[weightPlace(own, i)],
    step: () => (Math.max(...own.kernel.weights.map(Math.abs)) < 1 ? 0.01 : 0.1),
    set: (number, final) => { own.kernel.weights[weightPlace(own, i)] = number; own.change(final) },
    refuse: (reason) => own.refuse(reason),
  }
}

export function wireEquation(own) {
  const of = (name, what, step, rest) => ({
    input: own.box.querySelector(`.${name}`), surface: own.box.querySelector(`.${name}`), what,
    low: -own.data.limits[name], high: own.data.limits[name], step: () => step,
    get: () => own.kernel[name], set: (number, final) => { own.kernel[name] = number; own.change(final) },
    refuse: (reason) => own.refuse(reason), ...rest,
  })
  own.fields = [of("divisor", "the divisor", 1, { nonzero: true }), of("bias", "the bias", 1)]
  own.fields.forEach(numberField)
}

// Which channel of a colour picture the cells show.
export function buildChannels(own) {
  const chips = own.box.querySelector(".channels"), names = own.data.arrays.input.shape[2] === 3 ? RGB : []
  if (chips.children.length !== names.length) {
    chips.replaceChildren(...names.map((name, k) => {
      const chip = document.createElement("button")
      chip.type = "button"
      chip.textContent = name
      chip.onclick = () => { own.channel = k; buildChannels(own); own.redraw() }
      return chip
    }))
  }
  ;[...chips.children].forEach((chip, k) => chip.setAttribute("aria-pressed", String(own.channel === k)))
}

// What a cell prints: pixel and weight, and below them what they make, with "≈" where that is rounded.
export function cellTexts(number, weight, result) {
  const { operands: [pixel, tap], sign, result: product } = equation([number, weight], (a, b) => a * b, result)
  return { pixel, weight: tap, product: sign === "=" ? product : `${sign} ${product}` }
}

// What stands below the cells: the channels' sums, then the divisor, the bias and what comes of them.
export function sumTexts(sums, divisor, bias, value) {
  const work = (...all) => all.slice(0, -2).reduce((total, each) => total + each) / all.at(-2) + all.at(-1)
  const { operands, sign, result } = equation([...sums, divisor, bias], work, value)
  const added = joined(operands.slice(0, -2))
  // In brackets: the divisor that follows divides all of them.
  return { sum: sums.length > 1 ? `(${added})` : added, divisor: operands.at(-2), bias: operands.at(-1), sign, result }
}

// Fill in the numbers for the window of output (r, c).
export function fillCells(own, r, c) {
  const { data, channel, box } = own
  const { arrays, window: w } = data
  const inputs = arrays.input.shape[2], outputs = arrays.output.shape[2], columns = arrays.output.shape[1]
  const pixels = own.cells.map((_, i) => {
    const row = r * w.stride + Math.floor(i / w.columns) * w.dilation
    const column = c * w.stride + (i % w.columns) * w.dilation
    return { value: pixelAt(own, row, column, channel), padded: arrays.rows[row] < 0 || arrays.columns[column] < 0 ||
      row < w.padding || column < w.padding || row - w.padding >= own.rows || column - w.padding >= own.columns }
  })
  const weights = own.cells.map((_, i) => arrays.weights[weightPlace(own, i)])
  const products = weights.map((weight, i) => weight * pixels[i].value)
  const heaviest = Math.max(...weights.map(Math.abs)), largest = Math.max(...products.map(Math.abs))
  const value = arrays.output[(r * columns + c) * outputs + (outputs === 1 ? 0 : channel)]
  own.cells.forEach(({ pixel, weight, product, field }, i) => {
    const { value: number, padded } = pixels[i]
    const level = Math.round(clamp((number - data.input.low) / (data.input.high - data.input.low), 0, 1) * 255)
    const only = (k) => (inputs === 1 ? arrays.input_colours[3 * level + k] : k === channel ? level : 0)
    const colour = [only(0), only(1), only(2)]
    const shown = cellTexts(number, weights[i], products[i])
    pixel.textContent = shown.pixel
    pixel.style.background = `rgb(${colour})`
    pixel.style.color = textOn(...colour)
    pixel.classList.toggle("padded", padded)
    weight.style.background = shade("weight", weights[i], heaviest)
    if (field) field.show(); else weight.value = shown.weight
    product.textContent = shown.product
    product.style.background = shade("activation", products[i], largest)
  })
  own.fields?.forEach((field) => field.show())
  const sums = arrays.sums ?? arrays.output
  const sum = (k) => sums[(r * columns + c) * sums.shape[2] + (sums.shape[2] === 1 ? 0 : k)]
  const parts = data.summed ? [0, 1, 2] : [channel]
  const { divisor, bias } = own.kernel
  const shown = sumTexts(parts.map(sum), divisor, bias, value)
  box.querySelector(".sum").textContent = shown.sum
  box.querySelector(".sum").dataset.value = parts.map(sum).join(" ")
  const result = box.querySelector(".value")
  box.querySelector(".sign").textContent = shown.sign
  result.textContent = shown.result
  result.dataset.value = value
  result.style.background = shade("activation", value, Math.max(Math.abs(data.output.low), Math.abs(data.output.high)))
  return value
}
