const POINTS = 60;
const WIDTH = 100;
const HEIGHT = 20;
const SVG = 'http://www.w3.org/2000/svg';

/** The last two minutes of one number, without axes: only whether it rises, falls or stays. */
export class Sparkline {
  element = document.createElementNS(SVG, 'svg');
  #line = document.createElementNS(SVG, 'polyline');
  /** @type {number[]} */
  #values = [];

  constructor() {
    this.element.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute('preserveAspectRatio', 'none');
    // The number stands beside it; the line says nothing that can be read out.
    this.element.setAttribute('aria-hidden', 'true');
    this.element.append(this.#line);
  }

  /** @param {number} value */
  add(value) {
    this.#values.push(value);
    if (this.#values.length > POINTS) this.#values.shift();
    const top = Math.max(...this.#values);
    const bottom = Math.min(0, ...this.#values);
    const height = top - bottom || 1;
    const offset = POINTS - this.#values.length;
    const points = this.#values.map((each, at) => {
      const x = ((offset + at) / (POINTS - 1)) * WIDTH;
      return `${x.toFixed(1)},${(HEIGHT - 1 - ((each - bottom) / height) * (HEIGHT - 2)).toFixed(1)}`;
    });
    this.#line.setAttribute('points', points.join(' '));
  }
}
