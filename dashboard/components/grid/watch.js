// Looks now and then whether anything of the company has changed, while somebody sees the list and is at the machine.

const EVERY = 3000; // ms
const AWAY = 300_000; // ms without a key or a move of the mouse, after which nobody is there
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];

export class Watch {
  constructor(app) {
    this.app = app;
    this.touch = () => (this.touched = Date.now());
    this.look = () => this.asked || this.ask();
    this.touch();
    for (const sign of SIGNS) addEventListener(sign, this.touch, { passive: true, capture: true });
    document.addEventListener("visibilitychange", this.look);
    this.timer = setInterval(this.look, EVERY);
  }

  // A number that is another after each change; the list is sent anew when it is.
  async ask() {
    const { watch } = this.app.model.data ?? {};
    if (!watch || document.hidden || Date.now() - this.touched > AWAY) return;
    this.asked = true;
    try {
      const answer = await fetch(watch, { credentials: "same-origin" });
      const { last } = answer.ok ? await answer.json() : {};
      if (last !== undefined && last !== this.app.model.data.last && last !== this.told) {
        this.told = last;
        this.app.send.trigger("look", last);
      }
    } catch {
      // no server just now: what is on the screen stays
    }
    this.asked = false;
  }

  end() {
    clearInterval(this.timer);
    for (const sign of SIGNS) removeEventListener(sign, this.touch, { capture: true });
    document.removeEventListener("visibilitychange", this.look);
  }
}
