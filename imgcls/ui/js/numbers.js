// Numbers for people, as imgcls/numbers.py writes them: the same names, rules and table of tests. No imports.
export const MINUS = "\u2212"
const NOISE = 1e-6 // what float32 arithmetic adds to a short number is left out of sight
export const MOST_DIGITS = 4

const typeset = (text) => text.replace("-", MINUS)
const special = (number) => (Number.isNaN(number) ? "nan" : number > 0 ? "inf" : MINUS + "inf")

export const raised = (exponent) =>
  String(exponent).replace(/[-\d]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)])

// With so many decimals, thousands grouped; no sign at what is rounded to 0.
export function fixed(number, decimals) {
  if (!Number.isFinite(number)) return special(number)
  const text = number.toFixed(decimals)
  const [front, rest] = (Number(text) === 0 ? text.replace("-", "") : text).split(".")
  return typeset(front.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? "." + rest : ""))
}

function places(number, digits) {
  const power = Number(Math.abs(number).toExponential(digits - 1).split("e")[1])
  return { decimals: Math.max(0, digits - 1 - power), power }
}

function withoutZeros(text, number) {
  if (!text.includes(".")) return text
  const short = text.replace(/\.?0+$/, "")
  return Math.abs(read(short) - number) <= NOISE * Math.abs(number) ? short : text
}

// To so many significant digits; zeros at the end say that it was rounded.
export function written(number, digits = MOST_DIGITS) {
  if (number === 0) return "0"
  if (!Number.isFinite(number)) return special(number)
  const { decimals, power } = places(number, digits)
  if (power > -4 && power < 6) return withoutZeros(fixed(number, decimals), number)
  const mantissa = number.toExponential(digits - 1).split("e")[0]
  return `${withoutZeros(typeset(mantissa), number / 10 ** power)}×10${raised(power)}`
}

// What was printed, never without its sign, except 0.
export const withSign = (text) => (text === "0" || text.startsWith(MINUS) ? text : "+" + text)
export const signed = (number, digits = MOST_DIGITS) => withSign(written(number, digits))

export const whole = (number) => fixed(number, 0)

// A share of 1 as a percentage that never rounds to a false 0% or 100%.
export function percent(share, decimals = 1) {
  if (!Number.isFinite(share)) return special(share)
  if (share === 0 || share === 1) return 100 * share + "%"
  const least = 10 ** -decimals
  if (share > 0 && share < least / 200) return `< ${fixed(least, decimals)}%`
  if (share < 1 && share >= 1 - least / 200) return `> ${fixed(100 - least, decimals)}%`
  return fixed(100 * share, decimals) + "%"
}

// Rows × columns (× channels), or the shape of a tensor.
export const sides = (...lengths) => lengths.map(whole).join(" × ")

export const bracketed = (text) => (text.startsWith(MINUS) ? `(${text})` : text)

export const joined = ([first, ...others]) =>
  first + others.map((text) => (text.startsWith(MINUS) ? ` ${MINUS} ${text.slice(1)}` : ` + ${text}`)).join("")

// With at most so many decimals.
export const shortened = (number, decimals) => withoutZeros(fixed(number, decimals), number)

// The number that was printed; a percentage as a share of 1.
export function read(text) {
  if (text.endsWith("inf")) return text.startsWith(MINUS) ? -Infinity : Infinity
  const [mantissa, exponent = ""] = text.replace(MINUS, "-").replaceAll(",", "").replace("%", "").split("×10")
  const power = [...exponent].map((sign) => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(sign)]).join("")
  return Number(`${mantissa}e${Number(power) - (text.endsWith("%") ? 2 : 0)}`)
}

// What one unit of the last printed digit is worth.
function lastPlace(text) {
  const [mantissa, power = ""] = text.replace("%", "").split("×10")
  const unit = 10 ** -(mantissa.split(".")[1] ?? "").length * (power ? read("1×10" + power) : 1)
  return text.endsWith("%") ? unit / 100 : unit
}

const text = (operand, digits) => (typeof operand === "string" ? operand : written(operand, digits))

function holds(result, operands, work) {
  const cameOut = work(...operands.map(read))
  if (!Number.isFinite(cameOut)) return special(cameOut) === result
  const beyond = (cameOut < 0 ? -1 : 1) * (cameOut - read(result)), half = lastPlace(result) / 2
  return -half * (1 + 1e-9) <= beyond && beyond < half * (1 - 1e-9) // a half goes away from 0; false for nan and inf
}

// Digits for an equation that holds when it is worked from its printed operands, else its sign is ≈. An operand that is
// a text has been printed before, and stays as it is; the result must be given then.
export function equation(operands, work, result = work(...operands), digits = MOST_DIGITS) {
  for (let out = digits; out > 1; out--) for (let given = digits; given <= MOST_DIGITS; given++) {
    const texts = operands.map((operand) => text(operand, given))
    const shown = written(result, out)
    if (holds(shown, texts, work)) return { operands: texts, sign: "=", result: shown }
  }
  return { operands: operands.map((operand) => text(operand)), sign: "≈", result: written(result, digits) }
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)

// What a window is pooled to: max(1, 2) = 2, (1 + 2) / 2 = 1.5.
export function pooledText(kind, numbers, result) {
  if (kind === "max") return `max(${numbers.map((number) => written(number)).join(", ")}) = ${written(result)}`
  const shown = equation(numbers, (...all) => sum(all) / all.length, result)
  return `(${joined(shown.operands)}) / ${numbers.length} ${shown.sign} ${shown.result}`
}

// Digits for a sum: all terms have the same number of decimals, as in a column of numbers.
export function added(terms, result = sum(terms), digits = MOST_DIGITS) {
  const largest = Math.max(...terms.filter(Number.isFinite).map(Math.abs))
  const total = (...numbers) => sum(numbers)
  if (largest > 0 && !(largest >= 1e-3 && largest < 1e6)) return equation(terms, total, result, digits)
  const most = largest > 0 ? places(largest, MOST_DIGITS).decimals : 0
  const at = (decimals) => terms.map((term) => shortened(term, decimals))
  for (let out = digits; out > 1; out--) {
    const shown = written(result, out), decimals = Math.round(Math.max(0, -Math.log10(lastPlace(shown))))
    for (let given = Math.min(decimals, most); given <= most; given++) {
      const texts = at(given)
      if (holds(shown, texts, total)) return { operands: texts, sign: "=", result: shown }
    }
  }
  return { operands: at(most), sign: "≈", result: written(result, digits) }
}
