// A slider with its name, its number and a line of help; imgcls/ui/dials.py is the Python side.
import { instance } from "../../js/elements.js"
import { Hand } from "../../js/hand.js"
import { fixed } from "../../js/numbers.js"
import { make } from "../../js/text.js"

// `turn(number, final)` says what a move does.
function makeDial(turn) {
  const box = make("div", "dial")
  box.innerHTML = `<div><span></span><output></output></div><input type="range" class="filled"><div class="help"></div>`
  const input = box.querySelector("input")
  input.oninput = () => turn(Number(input.value), false)
  input.onchange = () => turn(Number(input.value), true)
  return box
}

// Without a number the thumb stays where the hand holds it.
function showDial(box, data, number) {
  const { name: key = "", label, low, high, step, digits, unit = "", help = "", sets = key } = data
  const [head, input, below] = box.children, [name, output] = head.children
  name.textContent = label
  below.textContent = help
  input.setAttribute("aria-label", label)
  input.dataset.dial = key
  input.dataset.sets = sets
  Object.assign(input, { min: low, max: high, step })
  if (number === undefined) number = Number(input.value)
  else input.value = number
  output.textContent = fixed(number, digits) + (unit && " " + unit)
  input.setAttribute("aria-valuetext", output.textContent)
  input.style.setProperty("--share", (100 * (number - low)) / (high - low || 1) + "%")
}

export default function (component) {
  const box = component.parentElement.querySelector(".slider")
  const own = instance(box, () => {
    box.append(makeDial((number, final) => own.turn(number, final)))
    return { hand: new Hand(), dragging: false }
  })
  const data = (own.data = { ...own.data, ...component.data }) // a drag of another slider sends only what changes
  own.turn = (number, final) => {
    own.dragging = !final
    showDial(box.firstChild, data)
    own.hand.tell(component, data.ask, { numbers: { [data.name]: number } }, final)
  }
  own.hand.acknowledge(data.ack)
  // Python's value counts only while the hand is off the slider, or the thumb would jump back.
  showDial(box.firstChild, data, own.dragging || own.hand.busy ? undefined : data.number)
}
