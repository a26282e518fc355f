import { keepDrawn, sizedCanvas } from "../../js/canvas.js"
import { cssValue, instance } from "../../js/elements.js"
import { percent, written } from "../../js/numbers.js"
import { unpack } from "../../js/packet.js"

const HEIGHT = 52

// Negative values left of the middle in one colour, positive ones right of it in the other; the bin in the middle is
// neither, and a line marks zero. `missing` is said where there are no counts.
function drawSpread(box, canvas, name, counts, about, quantity, missing) {
  const reach = about && written(about.reach, 2)
  const spread = about && `${percent(about.negative, 0)} negative, all within ±${reach}`
  canvas.setAttribute("aria-label", `${name}: ${spread ?? missing}`)
  const width = canvas.parentElement.clientWidth
  const pen = sizedCanvas(canvas, width, HEIGHT + 18)
  pen.clearRect(0, 0, width, HEIGHT + 18)
  pen.fillStyle = cssValue(box, "--st-text-color", "#222")
  pen.font = `14px ${cssValue(box, "--st-font", "sans-serif")}`
  if (!counts) { pen.fillText(missing, 0, HEIGHT - 8); return }
  const most = Math.max(1, ...counts), bar = width / counts.length, middle = (counts.length - 1) / 2
  counts.forEach((count, i) => {
    const tall = (count / most) * (HEIGHT - 4)
    const colour = i < middle ? `--q-${quantity}-negative` : `--q-${quantity}`
    pen.fillStyle = i === middle ? "#888" : cssValue(box, colour, "#888")
    pen.fillRect(i * bar, HEIGHT - tall, Math.max(1, bar - 1), tall)
  })
  pen.fillStyle = cssValue(box, "--st-text-color", "#222")
  pen.fillRect(0, HEIGHT, width, 1)
  pen.fillRect(width / 2 - 0.5, 4, 1, HEIGHT - 4)
  pen.textAlign = "left"
  pen.fillText("−" + reach, 0, HEIGHT + 15)
  pen.textAlign = "center"
  pen.fillText("0", width / 2, HEIGHT + 15)
  pen.textAlign = "right"
  pen.fillText("+" + reach, width, HEIGHT + 15)
  pen.textAlign = "left"
}

function draw(own) {
  const { box, data } = own
  box.querySelectorAll(".line.layer").forEach((line, i) => {
    const about = data.lines[i]
    line.querySelector("b").textContent = about.name
    line.querySelector("small").textContent = about.note
    const [weights, gradients] = line.querySelectorAll("canvas")
    const spreadOf = (canvas, kind, quantity, missing) =>
      drawSpread(box, canvas, `${kind} of ${about.name}`, data.arrays[kind + i], about[kind], quantity, missing)
    spreadOf(weights, "weights", "weight", "no numbers")
    spreadOf(gradients, "gradients", "gradient", about.weights ? "none yet" : "no numbers")
  })
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}

export default function (component) {
  const box = component.parentElement.querySelector(".histograms")
  const own = instance(box, () => ({ box, count: -1 }))
  own.data = unpack(component.data)
  if (own.count !== own.data.lines.length) {
    own.count = own.data.lines.length
    const cell = `<div><canvas role="img"></canvas></div>`
    const head = "<span></span><span>weights</span><span>gradients of the last step</span>"
    box.innerHTML = `<div class="line head">${head}</div>` +
      `<div class="line layer"><div class="name"><b></b><small></small></div>${cell}${cell}</div>`.repeat(own.count)
  }
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", own.data.alt)
  return keepDrawn(own, box, draw)
}
