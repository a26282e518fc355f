import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

const COLOURS = ["red", "green", "blue"]

function build(root) {
  const box = make("div", "memory", root)
  box.innerHTML = `<div class="top">
      <div class="picture" role="group" aria-label="The picture: every pixel with its red, green and blue"></div>
      <div class="side"><table><tbody></tbody></table><p class="sum" aria-live="polite"></p></div></div>
    <div class="walk"><span>walk through memory: address</span><output></output>
      <input type="range" min="0" value="0" aria-label="address in memory"><button type="button">play</button></div>
    <div class="ribbon" role="group" aria-label="Memory, in the order of addresses"></div>`
  return { box, at: 22, timer: null }
}

// One cell a number, in the picture and in memory; data-at is its address.
function fill(own) {
  const { data, box } = own
  const [height, width] = data.arrays.picture.shape
  const { picture, address } = data.arrays
  const cells = []
  const pixels = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const first = 3 * (y * width + x)
      const rgb = picture.subarray(first, first + 3)
      const chips = [0, 1, 2].map((c) => {
        cells[address[first + c]] = { c, y, x, value: rgb[c] }
        return `<b class="${COLOURS[c]}" data-at="${address[first + c]}">${rgb[c]}</b>`
      })
      pixels.push(`<div class="pixel" style="background:rgb(${rgb})">${chips.join("")}</div>`)
    }
  }
  own.cells = cells
  own.at = Math.min(own.at, cells.length - 1)
  const grid = box.querySelector(".picture")
  grid.style.gridTemplateColumns = `repeat(${width}, minmax(0, 1fr))`
  grid.innerHTML = pixels.join("")
  const ribbon = box.querySelector(".ribbon")
  ribbon.style.setProperty("--row", 3 * width)
  ribbon.innerHTML = cells.map((cell, at) =>
    `<span class="${COLOURS[cell.c]}" data-at="${at}"><small>${at}</small><b>${cell.value}</b></span>`).join("")
  box.querySelector("tbody").innerHTML = data.facts.map(([name, value, note]) =>
    `<tr><th scope="row">${name}</th><td>${value}</td><td>${note}</td></tr>`).join("")
  box.querySelector("input").max = cells.length - 1
}

function light(own) {
  const { box, data, cells, at } = own
  for (const element of box.querySelectorAll("[data-at]")) {
    element.classList.toggle("lit", Number(element.dataset.at) === at)
  }
  const cell = { n: 0, ...cells[at] }
  const index = data.dimensions.map((name) => cell[name])
  const products = data.stride.map((stride, i) => `${index[i]}·${stride}`)
  box.querySelector(".sum").innerHTML =
    `tensor[${index.join(", ")}] is <b>${cell.value}</b>, ${COLOURS[cell.c]} of row ${cell.y}, column ${cell.x}<br>
     address = index · stride = ${products.join(" + ")} = <b>${at}</b>`
  box.querySelector("input").value = at
  box.querySelector("output").textContent = at
  box.querySelector("button").textContent = own.timer ? "pause" : "play"
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.data = unpack(component.data)
  fill(own)
  const input = own.box.querySelector("input")
  const go = (at) => { own.at = clamp(at, 0, own.cells.length - 1); light(own) }
  const stop = () => { clearInterval(own.timer); own.timer = null }
  input.oninput = () => { stop(); go(Number(input.value)) }
  own.box.onpointerover = (event) => {
    const cell = event.target.closest("[data-at]")
    if (cell && !own.timer) go(Number(cell.dataset.at))
  }
  own.box.querySelector("button").onclick = (event) => {
    event.preventDefault()
    if (own.timer) stop()
    else {
      if (own.at === own.cells.length - 1) own.at = -1
      own.timer = setInterval(() => {
        go(own.at + 1)
        if (own.at < own.cells.length - 1) return
        stop()
        light(own)
      }, 260)
    }
    light(own)
  }
  light(own)
  return stop
}
