// Sliders that stand above a picture of their own component; imgcls/ui/dials.py is their Python side.
// The component keeps {dials: element, data: {dials}, numbers, dragging} and says what a move does with send(final).
import { fixed } from "./numbers.js"

export const esc = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

export function buildDials(own, dials, send) {
  const names = dials.map((dial) => dial.name + dial.label).join()
  if (own.dialNames === names) return
  own.dialNames = names
  own.dials.innerHTML = dials.map((dial) => `<div class="dial">
    <div><span>${esc(dial.label)}</span><output></output></div>
    <input type="range" aria-label="${esc(dial.label)}" min="${dial.low}" max="${dial.high}" step="${dial.step}"
      data-dial="${esc(dial.name)}"></div>`).join("")
  for (const input of own.dials.querySelectorAll("input")) {
    const move = (final) => {
      own.numbers = { ...own.numbers, [input.dataset.dial]: Number(input.value) }
      own.dragging = !final
      showDials(own)
      send(final)
    }
    input.oninput = () => move(false)
    input.onchange = () => move(true)
  }
}

export function showDials(own) {
  own.data.dials.forEach((dial, i) => {
    const box = own.dials.children[i], input = box.querySelector("input")
    const number = own.numbers[dial.name]
    if (!own.dragging) input.value = number
    const text = fixed(number, dial.digits)
    box.querySelector("output").textContent = text
    input.setAttribute("aria-valuetext", text)
    input.style.setProperty("--share", (100 * (number - dial.low)) / (dial.high - dial.low) + "%")
  })
}
