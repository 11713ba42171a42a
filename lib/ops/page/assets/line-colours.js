/** As many lines as can be told apart; one colour more is for the rest. */
const LINES_MAX = 6;

/**
 * Which types have a line of their own, and in which colour. A type keeps its colour for as long as it is among
 * the first, so that a change of ranks does not repaint everything.
 */
export class LineColours {
  /** @type {Map<string, number>} */
  #slots = new Map();

  /** In the order of their ranks. */
  get types() {
    return [...this.#slots.keys()];
  }

  /** @param {readonly string[]} ranked all types, the most frequent first */
  assign(ranked) {
    const first = ranked.slice(0, LINES_MAX);
    const kept = new Map(
      first.flatMap((type) => (this.#slots.has(type) ? [[type, this.#slots.get(type)]] : [])),
    );
    const taken = new Set(kept.values());
    const free = Array.from({ length: LINES_MAX }, (_, slot) => slot + 1).filter((slot) => !taken.has(slot));
    this.#slots = new Map(first.map((type) => [type, Number(kept.get(type) ?? free.shift())]));
  }

  /**
   * The name of the colour in the style sheet, `other` where the type has none of its own.
   * @param {string | undefined} type
   */
  nameOf(type) {
    const slot = type === undefined ? undefined : this.#slots.get(type);
    return slot === undefined ? 'other' : String(slot);
  }

  /**
   * The colour itself, for a canvas; it depends on light and dark.
   * @param {string} name
   */
  static resolve(name) {
    const probe = document.createElement('i');
    probe.dataset.line = name;
    probe.hidden = true;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }
}
