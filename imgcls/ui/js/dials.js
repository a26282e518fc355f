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
