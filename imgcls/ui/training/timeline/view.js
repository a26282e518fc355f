import { enable, instance } from "../../js/elements.js"
import { fixed, whole } from "../../js/numbers.js"
import { Sender } from "../../js/sender.js"

const FRAME = 160 // milliseconds a picture while it plays

function build(box) {
  box.innerHTML = `<button type="button" class="play"></button>
    <div class="track"><input type="range" min="0" step="1" aria-label="Recorded step"><div class="marks"></div></div>
    <button type="button" class="newest">Newest</button><output></output><p class="spoken" aria-live="polite"></p>`
  const [play, track, newest, output, spoken] = box.children
  const parts = { play, input: track.firstChild, marks: track.lastChild, newest, output, spoken }
  return { ...parts, sender: new Sender(), at: null, dragging: false }
}

// The place of the last recorded step that is not after this one.
function placeOf(steps, step) {
  let place = steps.length - 1
  while (place > 0 && steps[place] > step) place--
  return place
}

function show(own) {
  const { data, input } = own
  const last = data.steps.length - 1
  input.max = Math.max(0, last)
  input.disabled = last < 1
  const place = own.at === null ? last : placeOf(data.steps, own.at)
  if (!own.dragging) input.value = Math.max(0, place)
  const step = data.steps[place] ?? 0
  const here = data.marks.filter(([at]) => own.at !== null && placeOf(data.steps, at) === place)
  const found = here.map(([, told]) => `; ▾ ${told}`).join("")
  const which = own.at === null ? "newest: " : "looking back: "
  const text = `${which}step ${whole(step)}, epoch ${fixed(step / data.perEpoch, 1)}${found}`
  own.output.textContent = text
  input.setAttribute("aria-valuetext", text)
  enable(own.newest, own.at !== null)
  enable(own.play, last > 0)
  own.play.textContent = own.timer ? "❚❚ Hold" : "▶ Replay"
  own.marks.replaceChildren(...data.marks.map(([at, told]) => {
    const mark = document.createElement("i")
    mark.textContent = "▾"
    mark.title = told
    mark.style.left = 100 * placeOf(data.steps, at) / Math.max(1, last) + "%"
    return mark
  }))
}

// One line an epoch, and not more often than a screen reader can say it: the newest counts.
const PAUSE = 5000 // milliseconds
function speak(own) {
  const { spoken } = own.data
  if (own.speaking || spoken === own.spoken.textContent) return
  own.spoken.textContent = spoken
  own.speaking = setTimeout(() => { own.speaking = null; speak(own) }, PAUSE)
}

function choose(own, step, final = true) {
  own.at = step
  own.sender.send(own.component, "value", { step, final })
  show(own)
}

function hold(own) { clearInterval(own.timer); own.timer = null }

export default function (component) {
  const box = component.parentElement.querySelector(".timeline")
  const own = instance(box, () => build(box))
  own.component = component
  own.data = component.data
  own.sender.acknowledge(own.data.ack)
  if (!own.sender.busy && !own.dragging && !own.timer) own.at = own.data.chosen
  own.input.oninput = () => { own.dragging = true; hold(own); choose(own, own.data.steps[own.input.value], false) }
  own.input.onchange = () => { own.dragging = false; choose(own, own.data.steps[own.input.value]) }
  own.newest.onclick = () => { hold(own); choose(own, null) }
  own.play.onclick = () => {
    if (own.play.ariaDisabled === "true") return
    if (own.timer) { hold(own); choose(own, own.at); return }
    const first = own.at === null || placeOf(own.data.steps, own.at) >= own.data.steps.length - 1
    own.frame = first ? -1 : placeOf(own.data.steps, own.at)
    own.timer = setInterval(() => {
      if (own.sender.busy) return // the server sets the pace if it is slower
      own.frame++
      if (own.frame >= own.data.steps.length) { hold(own); choose(own, null); return }
      choose(own, own.data.steps[own.frame], false)
    }, FRAME)
    show(own)
  }
  show(own)
  speak(own)
  return () => { hold(own); clearTimeout(own.speaking); own.speaking = null }
}
