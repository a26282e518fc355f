// A slider with its name, its number and a line of help; imgcls/ui/dials.py is the Python side.
import { fixed } from "./numbers.js"

export const esc = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

// `turn(number, final)` says what a move does.
export function makeDial(turn) {
  const box = document.createElement("div")
  box.className = "dial"
  box.innerHTML = `<div><span></span><output></output></div><input type="range"><div class="help"></div>`
  const input = box.querySelector("input")
  input.oninput = () => turn(Number(input.value), false)
  input.onchange = () => turn(Number(input.value), true)
  return box
}

// Without a number the thumb stays where the hand holds it.
export function showDial(box, { name: key = "", label, low, high, step, digits, unit = "", help = "" }, number) {
  const [head, input, below] = box.children, [name, output] = head.children
  name.textContent = label
  below.textContent = help
  input.setAttribute("aria-label", label)
  input.dataset.dial = key
  Object.assign(input, { min: low, max: high, step })
  if (number === undefined) number = Number(input.value)
  else input.value = number
  output.textContent = fixed(number, digits) + (unit && " " + unit)
  input.setAttribute("aria-valuetext", output.textContent)
  input.style.setProperty("--share", (100 * (number - low)) / (high - low || 1) + "%")
}

// Those above a picture: its component keeps {dials: element, data: {dials}, numbers, dragging}, and tells of a move
// with send(final).
export function buildDials(own, dials, send) {
  const names = dials.map((dial) => dial.name + dial.label).join()
  if (own.dialNames === names) return
  own.dialNames = names
  own.dials.replaceChildren(...dials.map(({ name }) => makeDial((number, final) => {
    own.numbers = { ...own.numbers, [name]: number }
    own.dragging = !final
    showDials(own)
    send(final)
  })))
}

export function showDials(own) {
  own.data.dials.forEach((dial, i) => showDial(own.dials.children[i], dial, own.numbers[dial.name]))
}
