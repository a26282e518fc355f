import { paint, pictureOf } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"
import { Sender } from "../../js/sender.js"
import { make } from "../../js/text.js"

function build(root) {
  const box = make("div", "templates", root)
  box.innerHTML = `<div class="all" role="group" aria-label="Templates of the classes"></div>
    <div class="row">
      <figure><canvas role="img" aria-label="Your photo, 32 by 32 pixels"></canvas><figcaption>your photo</figcaption>
      </figure><b aria-hidden="true">×</b><figure><canvas role="img"></canvas><figcaption></figcaption></figure>
      <b aria-hidden="true">=</b><figure><canvas role="img"></canvas><figcaption>products: blue +, red −</figcaption>
      </figure>
      <div class="sum" aria-live="polite"></div>
    </div>`
  return { box, all: box.querySelector(".all"), sender: new Sender() }
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const { box, all } = own, { arrays, ...packet } = unpack(component.data)
  own.sender.acknowledge(packet.ack)
  while (all.children.length < packet.classes.length) {
    const button = document.createElement("button")
    button.type = "button"
    button.innerHTML = `<canvas aria-hidden="true"></canvas><span class="name"></span><span class="score"></span>
      <span class="tag"></span>`
    all.append(button)
  }
  packet.classes.forEach((name, i) => {
    const button = all.children[i]
    paint(button.firstChild, pictureOf(arrays.pictures, i))
    button.querySelector(".name").textContent = name
    button.querySelector(".score").textContent = packet.scores[i]
    button.querySelector(".tag").textContent = i === packet.best ? "largest" : ""
    button.setAttribute("aria-pressed", String(i === packet.chosen))
    button.classList.toggle("best", i === packet.best)
    button.dataset.sets = packet.sets
    button.value = i
    button.onclick = () => own.sender.send(component, "value", { numbers: { [packet.sets]: i }, final: true })
  })
  roving(all, "button")
  const [photo, template, products] = box.querySelectorAll(".row canvas"), name = packet.classes[packet.chosen]
  paint(photo, arrays.photo)
  paint(template, pictureOf(arrays.pictures, packet.chosen))
  paint(products, arrays.products)
  template.setAttribute("aria-label", `The template of ${name}`)
  products.setAttribute("aria-label", `Photo times template of ${name}, blue above 0 and red below`)
  box.querySelectorAll(".row figcaption")[1].textContent = `template of ${name}`
  box.querySelector(".sum").textContent = packet.sum
  box.dataset.drawn = String(Number(box.dataset.drawn ?? 0) + 1)
}
