// The numbers at one place of the close-up: the window under one slice, all slices together, bias, and what follows.
import { textOn } from "../../js/colour.js"
import { clamp } from "../../js/geometry.js"
import { added, bracketed, equation, joined, whole, withSign, written } from "../../js/numbers.js"
import { roving } from "../../js/roving.js"
import { fromSum, mapOf, sliceOf } from "./closeup.js"
import { largestOf } from "./paint.js"

export function arithmeticHtml(own) {
  const { close, place } = own, { arrays } = close, slice = sliceOf(own)
  const [n, height, width] = arrays.products.shape, F = arrays.kernels.shape[1]
  const spot = place.row * width + place.column
  const name = (k) => (close.source ? close.channels[k] : ["R", "G", "B"][close.channels[k]])
  const colourOf = (number, most, table) => {
    const level = clamp(Math.round(127.5 + (127.5 * number) / Math.max(most, 1e-12)), 0, 255)
    const rgb = table.subarray(3 * level).slice(0, 3)
    return `background:rgb(${rgb});color:${textOn(...rgb)}`
  }
  const most = { input: largestOf(arrays.inputs), kernel: largestOf(arrays.kernels) }
  most.product = most.input * most.kernel
  const cells = []
  for (let i = 0; i < F * F; i++) {
    const r = place.row * close.stride - close.before[0] + Math.floor(i / F) * close.dilation
    const c = place.column * close.stride - close.before[1] + (i % F) * close.dilation
    const [, rows, columns] = arrays.inputs.shape, inside = r >= 0 && c >= 0 && r < rows && c < columns
    const x = inside ? arrays.inputs[(slice * rows + r) * columns + c] : 0, w = arrays.kernels[slice * F * F + i]
    const shown = equation([x, w], (a, b) => a * b, x * w, 3), [pixel, weight] = shown.operands
    const told = `${pixel} × ${bracketed(weight)} ${shown.sign} ${shown.result}${inside ? "" : " (padding)"}`
    const said = `title="${told}" aria-label="${told}" data-exact="${x} ${w} ${x * w}"`
    cells.push(`<div class="cell${inside ? "" : " padded"}" role="img" ${said} data-cell="${i}">
      <span style="${colourOf(x, most.input, own.tables.activation)}">${pixel}</span>
      <span style="${colourOf(w, most.kernel, own.tables.weight)}">${weight}</span>
      <b style="${colourOf(x * w, most.product, own.tables.activation)}">${
        shown.sign === "=" ? "" : shown.sign + " "}${shown.result}</b></div>`)
  }
  const at = (k) => arrays.products[k * height * width + spot]
  const value = arrays.sum[spot]
  const extra = [...(close.hidden ? [arrays.rest[spot]] : []), ...(close.bias ? [close.bias] : [])]
  const total = added([...[...Array(n).keys()].map(at), ...extra], value), addends = total.operands.map(withSign)
  const sums = [...Array(n).keys()].map((k) => `<button type="button" data-slice="${k}" aria-pressed="${k === slice}"
    title="product of input ${name(k)}: ${written(at(k))}"><i>${name(k)}</i> ${addends[k]}</button>`)
  if (close.hidden) sums.push(`<span><i>${whole(close.hidden)} others</i> ${addends[n]}</span>`)
  if (close.bias) sums.push(`<span><i>bias</i> ${addends.at(-1)}</span>`)
  const shows = own.shows ?? "product", choices = ["input", "kernel", "product"]
  const choice = choices.map((each) =>
    `<button type="button" data-shows="${each}" aria-pressed="${each === shows}">${each}</button>`).join("")
  const where = `input ${name(slice)} × kernel, row ${place.row}, column ${place.column}`
  return `<div class="window"><div class="note">${where}</div>
      ${F > 4 ? `<div class="chips">${choice}</div>` : ""}
      <div class="cells ${F > 4 ? `large ${shows}` : ""}" style="--columns:${F}">${cells.join("")}</div></div>
    <div class="sums"><div class="note">one number from each input map, added up</div>
      <div class="chips">${sums.join("")}</div>
      <div class="chain"><b data-value="${value}">${total.sign} ${total.result}</b> ${
        chain(own, value, total.result)}</div></div>`
}

// What the operations after the sum make of its value at this place.
function chain(own, sum, shownSum) {
  const { close, place } = own, steps = []
  let before = sum, shown = { sign: "=", result: shownSum }
  close.stages.forEach((stage, i) => {
    const spot = fromSum(close, i, place), map = mapOf(close, i)
    if (!spot) { steps.push(`<span>→ ${stage.name}: left out at the edge</span>`); return }
    const result = map[spot.row * map.shape[1] + spot.column]
    const follows = (operands, work) => { // from the number printed before it
      shown = equation([shown.result, ...operands], work, result)
      return shown.operands.slice(1)
    }
    const second = stage.second && close.arrays[`other${i}`][spot.row * map.shape[1] + spot.column]
    let words = stage.name
    if (stage.kind === "norm") {
      const [factor, offset] = follows([stage.factor, stage.offset], (x, a, b) => x * a + b)
      words = `batch norm: × ${joined([bracketed(factor), offset])}`
    } else if (stage.kind === "scale") words = `× ${follows([stage.factor], (x, a) => x * a)[0]}`
    else if (stage.kind === "add") {
      words = `${joined(["", follows([second], (x, a) => x + a)[0]]).trim()}, its block's input,`
    } else if (stage.second) words = `the larger one, with ${follows([second], Math.max)[0]}`
    else shown = { sign: "=", result: result === before ? shown.result : written(result, 3) }
    if (stage.kind === "pool") {
      const from = fromSum(close, i - 1, place), largest = stage.name === "max pooling"
      const back = close.arrays[`back${i}`][spot.row * map.shape[1] + spot.column]
      const mine = from && from.row * mapOf(close, i - 1).shape[1] + from.column === back
      words = `${largest ? "max" : "mean"} of its ${stage.window} × ${stage.window} window${
        largest && from ? mine ? ", this one" : ", another" : ""}`
    }
    before = result
    steps.push(`<span>→ ${words} ${shown.sign} <b data-stage="${i}" data-value="${result}">${shown.result}</b></span>`)
  })
  return steps.join(" ")
}

// What the pointer reads in a title is written above what has the focus, from a key or a tap.
export function tellExactly({ target }) {
  const note = target.closest(".window, .sums")?.querySelector(".note")
  if (note && target.title) note.textContent = target.title
}

export function showArithmetic(own) {
  const held = own.panel.querySelector(":focus")?.dataset ?? {}
  own.panel.innerHTML = arithmeticHtml(own)
  for (const button of own.panel.querySelectorAll("[data-slice]")) {
    button.onclick = () => { own.slice = Number(button.dataset.slice); own.redraw() }
  }
  for (const button of own.panel.querySelectorAll("[data-shows]")) {
    button.onclick = () => { own.shows = button.dataset.shows; showArithmetic(own) }
  }
  roving(own.panel.querySelector(".sums .chips"), "button")
  roving(own.panel.querySelector(".cells"), ".cell")
  for (const [name, value] of Object.entries(held)) {
    own.panel.querySelector(`[data-${name}="${value}"]`)?.focus({ preventScroll: true })
  }
}
