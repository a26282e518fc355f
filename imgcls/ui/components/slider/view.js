import { Asker } from "../../js/asker.js"
import { instance } from "../../js/elements.js"
import { bring } from "../../js/live.js"
import { fixed } from "../../js/numbers.js"
import { Sender } from "../../js/sender.js"

export default function (component) {
  const { parentElement } = component
  const box = parentElement.querySelector(".slider")
  const own = instance(box, () => {
    box.innerHTML = `<label><span class="label"></span><output></output></label><input type="range">
      <div class="help"></div>`
    return { sender: new Sender(), asker: new Asker(bring), input: box.querySelector("input"), dragging: false }
  })
  const data = (own.data = { ...own.data, ...component.data }) // a drag of another slider sends only what changes
  const { input, sender } = own
  const show = () => {
    const number = Number(input.value)
    const text = fixed(number, data.digits) + (data.unit ? " " + data.unit : "")
    box.querySelector("output").textContent = text
    input.setAttribute("aria-valuetext", text)
    const share = (number - data.low) / (data.high - data.low || 1)
    input.style.setProperty("--share", 100 * share + "%")
  }
  box.querySelector(".label").textContent = data.label
  box.querySelector(".help").textContent = data.help
  input.setAttribute("aria-label", data.label)
  input.min = data.low
  input.max = data.high
  input.step = data.step
  const send = (final) => {
    const number = Number(input.value), told = data.name ? { numbers: { [data.name]: number } } : { number }
    if (!final && data.ask && !own.asker.broken) return own.asker.ask(data.ask, told)
    own.asker.cancel()
    sender.send(component, "value", { ...told, final })
  }
  input.oninput = () => { own.dragging = true; show(); send(false) }
  input.onchange = () => { own.dragging = false; show(); send(true) }
  sender.acknowledge(data.ack)
  // Python's value counts only while the hand is off the slider, or the thumb would jump back.
  if (!own.dragging && !sender.busy) input.value = data.number
  show()
}
