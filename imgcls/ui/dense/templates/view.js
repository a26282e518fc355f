import { paint, pictureOf } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { Hand } from "../../js/hand.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"
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
  return { box, all: box.querySelector(".all"), hand: new Hand() }
}

// The choice is answered at once; Streamlit hears of it, too, for the address and the code.
function choose(own, chosen) {
  const { ask, sets } = own.data, numbers = { [sets]: chosen }
  if (!own.hand.asker.broken) own.hand.asker.ask(ask, { numbers })
  own.hand.send(own.component, "value", { numbers, final: true })
}

function drawAll({ all, box, data }) {
  while (all.children.length < data.classes.length) {
    const button = document.createElement("button")
    button.type = "button"
    button.innerHTML = `<canvas aria-hidden="true"></canvas><span class="name"></span><span class="score"></span>
      <span class="tag"></span>`
    all.append(button)
  }
  data.classes.forEach((name, i) => {
    const button = all.children[i]
    paint(button.firstChild, pictureOf(data.arrays.pictures, i))
    button.querySelector(".name").textContent = name
    button.querySelector(".score").textContent = data.scores[i]
    button.querySelector(".tag").textContent = i === data.best ? "largest" : ""
    button.classList.toggle("best", i === data.best)
    button.dataset.sets = data.sets
    button.value = i
  })
  paint(box.querySelector(".row canvas"), data.arrays.photo)
}

function drawChosen({ all, box, data }) {
  const [, template, products] = box.querySelectorAll(".row canvas"), name = data.classes[data.chosen]
  for (const [i, button] of [...all.children].entries()) button.setAttribute("aria-pressed", String(i === data.chosen))
  roving(all, "button")
  paint(template, pictureOf(data.arrays.pictures, data.chosen))
  paint(products, data.arrays.products)
  template.setAttribute("aria-label", `The template of ${name}`)
  products.setAttribute("aria-label", `Photo times template of ${name}, blue above 0 and red below`)
  box.querySelectorAll(".row figcaption")[1].textContent = `template of ${name}`
  box.querySelector(".sum").textContent = data.sum
  box.dataset.drawn = String(Number(box.dataset.drawn ?? 0) + 1)
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const news = unpack(component.data), arrays = { ...own.data?.arrays, ...news.arrays }
  own.hand.acknowledge(news.ack)
  // What a run of the script says counts once it has heard of the last press; direct answers always do.
  if (own.data && news.ask && own.hand.busy) return
  Object.assign(own, { component, data: { ...own.data, ...news, arrays } })
  own.all.onclick = (event) => {
    const button = event.target.closest("button")
    if (button) choose(own, Number(button.value))
  }
  if (news.classes) drawAll(own)
  drawChosen(own)
}
