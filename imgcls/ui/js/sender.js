// At most one request under way, and the newest value always goes last: a drag never queues up.
// A value is {seq, ...}; Python sends the seq that it has answered back as `ack`.
export class Sender {
  constructor() { this.seq = Date.now() % 1e9; this.waiting = null; this.next = null }
  get busy() { return this.waiting !== null }
  send(component, name, value) {
    if (this.waiting !== null) { this.next = [component, name, value]; return }
    this.waiting = ++this.seq
    component.setStateValue(name, { ...value, seq: this.waiting })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.acknowledge(this.waiting), 2000) // an answer can get lost
  }
  acknowledge(seq) {
    if (this.waiting === null || seq !== this.waiting) return
    clearTimeout(this.timer)
    this.waiting = null
    const next = this.next
    this.next = null
    if (next) this.send(...next)
  }
}
