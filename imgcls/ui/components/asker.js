// Asks imgcls/ui/live.py while something is dragged: one question at a time, the newest always last.
class Asker {
  constructor(receive) { this.receive = receive; this.turn = 0; this.next = null; this.busy = false; this.broken = false }
  // Forget what is under way: something newer has been said by another way.
  cancel() { this.turn++; this.next = null }
  async ask(path, question) {
    this.next = question
    if (this.busy) return
    this.busy = true
    while (this.next) {
      const turn = this.turn, body = JSON.stringify(this.next)
      this.next = null
      try {
        const answer = await fetch(path, { method: "POST", body, headers: { "Content-Type": "application/json" } })
        const bytes = new Uint8Array(await answer.arrayBuffer())
        this.broken = answer.status === 404 // the session is not known there: it takes the slow way from now on
        if (answer.ok && turn === this.turn) this.receive(bytes)
      } catch { this.broken = true }
    }
    this.busy = false
  }
}
