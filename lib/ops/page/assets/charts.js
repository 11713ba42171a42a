/** Count and sum over time, one cursor for both, and the exact numbers under it as text. */
import { chartOptions, sizeOf } from './chart-options.js';
import { byId, setText } from './dom.js';
import { clockTime } from './format.js';
import { showReadout } from './readout.js';
import uPlot from './uPlot.esm.js';

/** @import { ChartData } from './shapes.d.ts' */
/** @import { LineColours } from './line-colours.js' */

export class Charts {
  /** @type {LineColours} */
  #colours;
  /** @type {{ host: HTMLElement, values: 'counts' | 'heights', plot: uPlot | undefined }[]} */
  #panes = [
    { host: byId('chart-count'), values: 'counts', plot: undefined },
    { host: byId('chart-sum'), values: 'heights', plot: undefined },
  ];
  /** @type {ChartData} */
  #data = { times: [], columns: [], openFrom: undefined };
  #kind = 'windows';
  /** What has to be the same for a plot to be kept and only given new data. */
  #shape = '';
  /** @type {number | undefined} */
  #cursor;

  /** @param {LineColours} colours */
  constructor(colours) {
    this.#colours = colours;
    const resized = new ResizeObserver(() => this.#resize());
    for (const { host } of this.#panes) {
      resized.observe(host);
      host.addEventListener('keydown', (event) => this.#moveCursor(event));
      host.addEventListener('blur', () => this.#setCursor(undefined));
    }
  }

  /**
   * @param {ChartData} data
   * @param {'windows' | 'totals'} kind
   */
  show(data, kind) {
    this.#data = data;
    this.#kind = kind;
    byId('span').hidden = kind === 'totals';
    setText(byId('charts-title'), kind === 'totals' ? 'Growth since this page was opened' : 'Per window');
    const shape = JSON.stringify(data.columns.map(({ type }) => [type, this.#colours.nameOf(type)]));
    if (shape !== this.#shape) this.#rebuild(shape);
    const drawn = drawnPoints(data);
    for (const { plot, values } of this.#panes)
      plot?.setData([data.times, ...data.columns.map((column) => drawn(column[values]))]);
    this.#describe();
    this.#readOut();
  }

  /** After a change between light and dark. */
  recolour() {
    this.#shape = '';
  }

  /** @param {string} shape */
  #rebuild(shape) {
    this.#shape = shape;
    for (const pane of this.#panes) {
      pane.plot?.destroy();
      pane.plot = new uPlot(
        chartOptions(this.#data.columns, this.#colours, {
          size: sizeOf(pane.host),
          openFrom: () => this.#data.openFrom,
          onCursor: (index) => index !== this.#cursor && this.#setCursor(index),
        }),
        [[]],
        pane.host,
      );
    }
  }

  /** @param {KeyboardEvent} event */
  #moveCursor(event) {
    const last = this.#data.times.length - 1;
    const at = this.#cursor ?? last + 1;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.#setCursor(Math.min(last, Math.max(0, to)));
  }

  /** @param {number | undefined} index */
  #setCursor(index) {
    this.#cursor = index;
    for (const { plot } of this.#panes) {
      if (!plot || (plot.cursor.idx ?? undefined) === index) continue;
      const left = index === undefined ? -10 : plot.valToPos(this.#data.times[index], 'x');
      plot.setCursor({ left, top: index === undefined ? -10 : 0 }, false);
    }
    this.#readOut();
  }

  #readOut() {
    const { times, openFrom } = this.#data;
    const last = times.length - 1;
    // Without a cursor: the newest that is complete.
    const complete = openFrom === undefined ? last : times.findLastIndex((time) => time < openFrom);
    const index = Math.min(this.#cursor ?? (complete < 0 ? last : complete), last);
    showReadout(this.#data, index, this.#colours, { isTotal: this.#kind === 'totals' });
    this.#describeCursor(index);
  }

  /** To somebody who does not see it, a chart is a slider through time that says what is at each place. */
  #describe() {
    const { times, columns } = this.#data;
    const types = columns.map(({ type }) => type ?? 'other types').join(', ');
    for (const { host, values } of this.#panes) {
      const name = values === 'counts' ? 'Count' : 'Sum';
      host.setAttribute('aria-label', `${name} over time: ${types}`);
      host.setAttribute('aria-valuemax', String(Math.max(0, times.length - 1)));
    }
  }

  /** @param {number} index */
  #describeCursor(index) {
    const { times, columns } = this.#data;
    for (const { host, values } of this.#panes) {
      const at = times[index] === undefined ? 'no window yet' : `${clockTime(times[index] * 1000)} UTC`;
      const numbers = columns.map((column) => {
        const number = values === 'counts' ? column.counts[index] : column.sums[index];
        return `${column.type ?? 'other types'} ${number}`;
      });
      host.setAttribute('aria-valuenow', String(Math.max(0, index)));
      host.setAttribute('aria-valuetext', `${at}: ${numbers.join(', ')}`);
    }
  }

  #resize() {
    for (const { plot, host } of this.#panes) plot?.setSize(sizeOf(host));
  }
}

/**
 * A window that still takes events in would look like a fall in traffic at the end of each line. Its place is
 * shaded instead, and its numbers are in the readout.
 * @param {ChartData} data
 */
function drawnPoints({ times, openFrom }) {
  const complete = openFrom === undefined ? times.length : times.indexOf(openFrom);
  return (/** @type {number[]} */ values) =>
    complete < 2 ? values : values.map((value, at) => (at < complete ? value : null));
}
