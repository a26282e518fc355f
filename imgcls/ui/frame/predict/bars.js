// Bars to be dragged to where one expects them.
import { clamp } from "../../js/geometry.js"
import { make } from "../../js/text.js"
import { arrive, between } from "./arrive.js"
import { legend, wordsOf } from "./number.js"

export function draw({ box, about, value, change, truth, moves, others }) {
  const { labels, start, low, high, digits } = about
  const shareOf = (number) => 100 * clamp((number - low) / (high - low), 0, 1)
  const numbers = [...(value ?? start)], zero = shareOf(0)
  const lay = (bar, number) => {
    const end = shareOf(number)
    Object.assign(bar.style, { left: `${Math.min(zero, end)}%`, width: `${Math.abs(end - zero)}%` })
  }
  labels.forEach((label, i) => {
    const row = make("div", "row", box)
    make("span", "label", row).textContent = label
    const track = make("div", "track", row), output = make("output", "", row)
    if (truth !== undefined) {
      const bar = make("div", "bar truth", track), { number } = truth[i]
      arrive(track, moves, (share) => lay(bar, between(value?.[i] ?? number, number, share)))
      if (value) lay(make("div", "bar mine", track), value[i])
      for (const each of others) make("i", "other", track).style.left = `${shareOf(each[i] ?? low)}%`
      output.textContent = truth[i].text
      if (value) make("small", "", output).textContent = `you ${wordsOf(about, value[i])}`
      return
    }
    const bar = make("div", "bar mine", track)
    if (about.starts_as) make("div", "tick", track).style.left = `${shareOf(start[i])}%`
    const input = make("input", "", track)
    Object.assign(input, { type: "range", min: low, max: high, step: 10 ** -digits, value: numbers[i] })
    input.setAttribute("aria-label", label)
    const show = () => {
      lay(bar, numbers[i])
      output.textContent = wordsOf(about, numbers[i])
      input.setAttribute("aria-valuetext", output.textContent)
    }
    input.oninput = () => {
      numbers[i] = Number(input.value)
      show()
      change([...numbers])
    }
    show()
  })
  const key = make("p", "legend", box)
  if (truth !== undefined && value) legend(key)
  else if (truth === undefined) {
    key.textContent = about.starts_as ? `Drag each bar. The line shows ${about.starts_as}.` : "Drag each bar."
    change([...numbers])
  }
}
