// Asks imgcls/ui/live.py while something is dragged: one question at a time, the newest always last. While the way is
// `broken`, components take the slow one, over Streamlit; a use after a few seconds tries the quick one again.
import { served } from "./served.js"

const PATIENCE = 10_000 // ms for an answer: a full hall on two cores has taken two seconds
const AGAIN = 5_000 // ms from a failure to the next try

export class Asker {
  constructor(receive) {
    const hand = Math.random().toString(36).slice(2) // a newer question of one hand takes the place of its older one
    Object.assign(this, { receive, hand, turn: 0, next: null, busy: false, failed: null })
  }
  // Forget what is under way: something newer has been said by another way.
  cancel() { this.turn++; this.next = null }
  get broken() {
    if (this.failed && !this.failed.trying && Date.now() > this.failed.until) this.tryAgain(this.failed)
    return this.failed !== null
  }
  async ask(path, question) {
    this.next = question
    if (this.busy) return
    this.busy = true
    while (this.next) {
      const turn = this.turn, body = JSON.stringify({ ...this.next, hand: this.hand })
      this.next = null
      try {
        const bytes = await fetched(path, body)
        this.failed = null
        if (bytes && turn === this.turn) this.receive(bytes)
      } catch (trouble) {
        this.next = null // the hand moves on, by the slow way
        this.failed = { path, body, until: Date.now() + AGAIN, trying: false }
        tellOnce(path, trouble)
      }
    }
    this.busy = false
  }
  // The same question again, beside what is going on: only whether it is answered counts.
  async tryAgain(failed) {
    failed.trying = true
    try {
      await fetched(failed.path, failed.body)
      if (this.failed === failed) this.failed = null
    } catch { Object.assign(failed, { until: Date.now() + AGAIN, trying: false }) }
  }
}

// The answer's packet; null for a question without sense (422) or one that a newer one has overtaken (409). All else is
// a failure, a login page with 200, too.
async function fetched(path, body) {
  const headers = { "Content-Type": "application/json" }
  const answer = await fetch(served(path), { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE) })
  if (answer.status === 422 || answer.status === 409) return null
  const kind = answer.headers.get("Content-Type") ?? ""
  const good = answer.status === 200 && kind.startsWith("application/octet-stream")
  if (!good) throw new Error(`it answers ${answer.status} (${kind})`)
  return new Uint8Array(await answer.arrayBuffer())
}

function tellOnce(path, { message }) {
  if (window.imgclsSlow) return
  window.imgclsSlow = true
  const way = `the quick way to answers, POST ${served(path)}, fails (${message})`
  console.warn(`imgcls: ${way}; drags go the slow way, over Streamlit.`)
}
