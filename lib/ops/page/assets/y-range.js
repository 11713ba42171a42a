/** @import uPlot from './uPlot.esm.js' */

/** A height this many times the usual one would press every other line into the axis. */
const ABSURD = 1_000;
const HEADROOM = 0.08;

/**
 * From zero, so that a height means something. One absurd value (a sum may have hundreds of digits) leaves through
 * the top of the chart and does not take the others with it; its digits are in the readout.
 * @param {uPlot} plot
 * @returns {[number, number]}
 */
export function yRange(plot) {
  const values = plot.data
    .slice(1)
    .flatMap((column) => [...column].filter((value) => typeof value === 'number'));
  const top = reach(values.filter((value) => value > 0));
  const bottom = reach(values.filter((value) => value < 0).map((value) => -value));
  const room = (top + bottom || 1) * HEADROOM;
  return [bottom > 0 ? -bottom - room : 0, top > 0 || bottom === 0 ? top + room : 0];
}

/** @param {number[]} sizes above zero */
function reach(sizes) {
  const ascending = sizes.sort((a, b) => a - b);
  const usual = ascending[Math.floor(ascending.length / 2)] ?? 0;
  return ascending.findLast((size) => size <= usual * ABSURD && Number.isFinite(size)) ?? 0;
}
