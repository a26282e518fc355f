import { Asker } from "../../js/asker.js"
import { makeDial, showDial } from "../../js/dials.js"
import { instance } from "../../js/elements.js"
import { bring } from "../../js/live.js"
import { Sender } from "../../js/sender.js"

export default function (component) {
  const box = component.parentElement.querySelector(".slider")
  const own = instance(box, () => {
    box.append(makeDial((number, final) => own.turn(number, final)))
    return { sender: new Sender(), asker: new Asker(bring), dragging: false }
  })
  const data = (own.data = { ...own.data, ...component.data }) // a drag of another slider sends only what changes
  own.turn = (number, final) => {
    own.dragging = !final
    showDial(box.firstChild, data)
    const told = { numbers: { [data.name]: number } }
    if (!final && data.ask && !own.asker.broken) return own.asker.ask(data.ask, told)
    own.asker.cancel()
    own.sender.send(component, "value", { ...told, final })
  }
  own.sender.acknowledge(data.ack)
  // Python's value counts only while the hand is off the slider, or the thumb would jump back.
  showDial(box.firstChild, data, own.dragging || own.sender.busy ? undefined : data.number)
}
