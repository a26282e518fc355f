// A number on an axis: a slider; after the reveal both marks on the same axis.
import { clamp } from "../../js/geometry.js"
import { fixed, percent, written } from "../../js/numbers.js"
import { make } from "../../js/text.js"
import { arrive, between } from "./arrive.js"

export function wordsOf({ unit, digits, log }, number) {
  if (unit === "%") return percent(number / 100, digits)
  const text = log ? written(number, 3) : fixed(number, digits)
  return `${text} ${text === "1" ? unit.replace(/s\b/, "") : unit}`.trim()
}

// Which outline is whose.
export function legend(box) {
  for (const [name, text] of [["mine", " your prediction "], ["truth", " the answer"]]) {
    make("i", name, box)
    box.append(text)
  }
}

const FINE = 1000 // steps of a logarithmic axis

export function draw({ box, about, value, change, truth, moves, others }) {
  const { low, high, log, digits } = about
  const place = log ? Math.log : (number) => number
  const shareOf = (number) => clamp((place(number) - place(low)) / (place(high) - place(low)), 0, 1)
  if (truth !== undefined) return reveal(box, about, value, truth, shareOf, moves, others)
  const step = 10 ** -digits
  const start = value ?? about.start
  const output = make("output", "number", box)
  const input = make("input", "filled", box)
  Object.assign(input, { type: "range", min: log ? 0 : low, max: log ? FINE : high, step: log ? 1 : step })
  input.value = log ? Math.round(FINE * shareOf(start)) : start
  input.setAttribute("aria-label", "Your prediction")
  const read = () => (log ? rounded(low * (high / low) ** (input.value / FINE)) : Number(input.value))
  const show = () => {
    output.textContent = wordsOf(about, read())
    input.setAttribute("aria-valuetext", output.textContent)
    input.style.setProperty("--share", `${100 * shareOf(read())}%`)
  }
  input.oninput = () => { show(); change(read()) }
  ends(box, about)
  show()
  change(read())
}

// To three digits.
function rounded(number) {
  const unit = 10 ** (Math.floor(Math.log10(number)) - 2)
  return Math.round(number / unit) * unit
}

function ends(box, about) {
  const line = make("div", "ends", box)
  for (const text of about.ends) make("span", "", line).textContent = text
}

function reveal(box, about, value, truth, shareOf, moves, others) {
  const axis = make("div", "axis", box)
  axis.setAttribute("role", "img")
  const mine = value === undefined ? "" : `your prediction ${wordsOf(about, value)}, `
  axis.setAttribute("aria-label", `An axis from ${about.ends[0]} to ${about.ends[1]}: ${mine}the answer ${truth.text}`)
  const mark = (name, number, text) => {
    const made = make("div", `mark ${name}`, axis), label = make("span", "", made)
    label.textContent = text
    const lay = (share) => {
      made.style.left = `${100 * share}%`
      label.style.transform = `translateX(${-100 * share}%)`
    }
    lay(shareOf(number))
    return lay
  }
  for (const each of others) make("i", "other", axis).style.left = `${100 * shareOf(each)}%`
  if (value !== undefined) mark("mine", value, `you: ${wordsOf(about, value)}`)
  const lay = mark("truth", truth.number, truth.text)
  arrive(axis, moves, (share) => lay(between(shareOf(value ?? truth.number), shareOf(truth.number), share)))
  ends(box, about)
}
