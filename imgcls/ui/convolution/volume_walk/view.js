// One step is one channel's products added up, or the bias added and the output written: C + 1 steps an output.
import { shade } from "../../js/colour.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { unpack } from "../../js/packet.js"
import { Sender } from "../../js/sender.js"
import { make } from "../../js/text.js"
import { buildStage } from "./grids.js"

export const NAMES = ["red", "green", "blue", "fourth"]
const signs = (number) => String(number).replace("-", "\u2212")

function build(root) {
  const box = make("div", "walk", root)
  box.innerHTML = `<div class="stage"></div>
    <div class="desk"><div class="results"></div>
      <div class="equation"><span class="target"></span><span class="terms"></span><span class="rest">+</span>
        <label class="rest">bias <input class="bias" aria-label="bias"></label>
        <span class="rest">=</span><output class="total"></output></div>
      <div class="player">
        <button type="button" class="first" aria-label="to the start"></button>
        <button type="button" class="back" aria-label="one step back"></button>
        <button type="button" class="play" data-plays="volume_walk"></button>
        <button type="button" class="forward" aria-label="one step forward"></button>
        <label>step <input type="range" class="scrub" min="0"></label>
        <label>speed <input type="range" class="speed" min="0" max="5" step="0.1" value="1"></label></div>
      <p class="refusal" role="alert"></p></div><p class="spoken" aria-live="polite"></p>`
  const own = { box, sender: new Sender(), step: 0, built: "", timer: null }
  own.refuse = (reason) => { box.querySelector(".refusal").textContent = reason }
  own.show = (step) => { own.step = clamp(step, 0, own.steps - 1); draw(own) }
  own.play = (on) => {
    clearTimeout(own.timer)
    own.playing = on
    const tick = () => {
      if (own.step >= own.steps - 1) return own.play(false)
      own.show(own.step + 1)
      own.timer = setTimeout(tick, 1000 / own.speed())
    }
    if (on) { if (own.step >= own.steps - 1) own.step = -1; tick() } else draw(own)
  }
  own.speed = () => 2 ** Number(box.querySelector(".speed").value) // 1 to 32 steps a second
  box.querySelector(".first").onclick = () => { own.play(false); own.show(0) }
  box.querySelector(".back").onclick = () => { own.play(false); own.show(own.step - 1) }
  box.querySelector(".forward").onclick = () => { own.play(false); own.show(own.step + 1) }
  box.querySelector(".play").onclick = () => own.play(!own.playing)
  box.querySelector(".scrub").oninput = (event) => {
    const step = Number(event.target.value)
    own.play(false)
    own.show(step)
  }
  return own
}

// The filter whose output is being formed; all that is built once and only filled in later goes by it.
export const place = (own) => {
  const [, rows, columns] = own.data.arrays.output.shape, channels = own.data.arrays.pixels.shape[0]
  const output = Math.floor(own.step / (channels + 1)), k = Math.floor(output / (rows * columns))
  const row = Math.floor(output / columns) % rows, column = output % columns
  return { output, k, row, column, phase: own.step % (channels + 1), channels, rows, columns }
}

function draw(own) {
  const { data, box } = own, { arrays, stride } = data
  const { output, k, row, column, phase, channels, rows, columns } = place(own)
  const side = arrays.filters.shape[2]
  const most = Math.max(1, ...arrays.output.map(Math.abs)), heavy = Math.max(1, ...arrays.filters.map(Math.abs))
  const terms = []
  own.channels.forEach(({ part, frame, weights, products, sum }, c) => {
    part.classList.toggle("now", c === phase)
    frame.style.setProperty("--row", row * stride)
    frame.style.setProperty("--column", column * stride)
    const spot = row * columns + column, at = ((k * channels + c) * rows * columns + spot) * side * side
    ;[...products.children].forEach((cell, i) => {
      const pixel = arrays.windows[(c * rows * columns + spot) * side * side + i], product = arrays.products[at + i]
      const weight = arrays.filters[(k * channels + c) * side * side + i]
      weights.children[i].style.background = shade("weight", weight, heavy)
      cell.textContent = c <= phase ? signs(product) : ""
      cell.style.background = c <= phase ? shade("activation", product, most) : ""
      cell.title = `${pixel} × ${signs(weight)} = ${signs(product)}`
      cell.setAttribute("aria-label", cell.title)
    })
    const total = arrays.sums[((k * channels + c) * rows + row) * columns + column]
    sum.textContent = c <= phase ? `sum ${signs(total)}` : "\u00a0"
    if (c <= phase) terms.push(total)
  })
  own.fields.forEach((field) => field.show())
  const value = arrays.output[output]
  box.querySelector(".target").textContent = `filter ${k + 1}, row ${row + 1}, column ${column + 1}:`
  const joined = terms.map((term, i) => (i ? (term < 0 ? " \u2212 " : " + ") + Math.abs(term) : signs(term))).join("")
  box.querySelector(".terms").textContent = joined
  box.querySelector(".equation").classList.toggle("done", phase === channels)
  box.querySelector(".total").textContent = phase === channels ? signs(value) : "?"
  own.results.forEach((cell, i) => {
    const known = i < output || (i === output && phase === channels)
    cell.textContent = known ? signs(arrays.output[i]) : ""
    cell.style.background = known ? shade("activation", arrays.output[i], most) : ""
    cell.classList.toggle("now", i === output)
    cell.setAttribute("aria-label", `output ${i + 1}${known ? `: ${arrays.output[i]}` : ", not yet formed"}`)
  })
  const scrub = box.querySelector(".scrub"), play = box.querySelector(".play")
  scrub.max = own.steps - 1
  scrub.value = own.step
  play.textContent = own.playing ? "Pause" : "Play"
  box.dataset.step = own.step
  const bias = phase === channels ? ` + bias = ${signs(value)}` : ""
  const spoken = `${box.querySelector(".target").textContent} ${joined}${bias}`
  if (!own.playing) box.querySelector(".spoken").textContent = spoken
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.component = component
  const data = (own.data = unpack(component.data)), { arrays } = data
  own.sender.acknowledge(data.ack)
  const answered = !own.sent || (data.ack === own.sender.seq && !own.sender.busy)
  const shape = [...arrays.pixels.shape, ...arrays.filters.shape, data.stride, data.padding].join()
  if (answered || own.shape !== shape) {
    own.numbers = { pixels: [...arrays.pixels], filters: [...arrays.filters], biases: [...arrays.biases] }
  }
  own.steps = arrays.output.length * (arrays.pixels.shape[0] + 1)
  if (own.shape !== shape) {
    own.shape = shape
    clearTimeout(own.timer)
    own.playing = false
    own.step = arrays.pixels.shape[0] // the first output, complete
    buildStage(own)
  }
  own.box.dataset.drawn = Number(own.box.dataset.drawn ?? 0) + 1
  draw(own)
  const size = () => {
    const [channels, height, width] = arrays.pixels.shape.map((n, axis) => n + (axis ? 2 * data.padding : 0))
    const wide = own.box.clientWidth >= 700, abreast = wide ? channels : Math.min(2, channels)
    const room = own.box.clientWidth - (wide ? 300 : 0) - 20 * abreast
    const fit = Math.min(room / (abreast * width), 340 / (height + arrays.filters.shape[2]))
    own.box.style.setProperty("--cell", clamp(Math.floor(fit), 24, 38) + "px")
  }
  size()
  own.observer?.disconnect()
  own.observer = new ResizeObserver(size)
  own.observer.observe(own.box)
  return () => { own.observer.disconnect(); clearTimeout(own.timer) }
}
