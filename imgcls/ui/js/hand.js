// What a hand sets, on its way to Python. While it holds on, what follows is asked for directly (see asker.js);
// Streamlit hears of the end, and of every move while that way is broken.
import { Asker } from "./asker.js"
import { bring } from "./live.js"
import { Sender } from "./sender.js"

export class Hand extends Sender {
  constructor() { super(); this.asker = new Asker(bring) }
  tell(component, ask, told, final) {
    if (!this.asks(ask, told, final)) this.send(component, "value", { ...told, final })
  }
  // Whether it has been asked for directly. What is final is not, and what was under way before it is forgotten.
  asks(ask, told, final) {
    if (!final && ask && !this.asker.broken) { this.asker.ask(ask, told); return true }
    this.asker.cancel()
    return false
  }
}
