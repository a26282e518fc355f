import { makeDial, showDial } from "../../js/dials.js"
import { instance } from "../../js/elements.js"
import { Hand } from "../../js/hand.js"

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
