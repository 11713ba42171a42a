/** How a chart looks and is read: its lines, axes and ground. */
import { axisNumber, clockTime, date } from './format.js';
import { LineColours } from './line-colours.js';
import uPlot from './uPlot.esm.js';
import { yRange } from './y-range.js';

/** @import { Column } from './shapes.d.ts' */

const FONT_SIZE = 11;

/**
 * @param {readonly Column[]} columns
 * @param {LineColours} colours
 * @param {{ size: { width: number, height: number }, openFrom: () => number | undefined,
 *   onCursor: (index: number | undefined) => void }} wiring
 * @returns {uPlot.Options}
 */
export function chartOptions(columns, colours, { size, openFrom, onCursor }) {
  const grid = { stroke: LineColours.resolve('grid'), width: 1 };
  const font = `${FONT_SIZE}px system-ui, sans-serif`;
  const axis = { stroke: LineColours.resolve('text'), font, grid, ticks: { show: false } };
  const shade = LineColours.resolve('open');
  const fill = columns.length === 1 ? { fill: LineColours.resolve('fill') } : {};
  return {
    ...size,
    padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    scales: { y: { range: yRange } },
    axes: [
      { ...axis, size: 26, space: 64, values: (_, seconds) => timeLabels(seconds) },
      { ...axis, size: 46, space: 32, values: (_, values) => values.map(axisNumber) },
    ],
    series: [
      {},
      ...columns.map(({ type }) => ({
        stroke: LineColours.resolve(colours.nameOf(type)),
        width: 1.5,
        points: { show: false },
        ...fill,
      })),
    ],
    hooks: {
      drawClear: [(plot) => shadeFrom(plot, openFrom(), shade)],
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? undefined)],
    },
  };
}

/** @param {HTMLElement} host */
export function sizeOf(host) {
  return { width: Math.max(120, host.clientWidth), height: Math.max(120, host.clientHeight) };
}

/**
 * @param {uPlot} plot
 * @param {number | undefined} time
 * @param {string} shade
 */
function shadeFrom(plot, time, shade) {
  if (time === undefined) return;
  const { left, top, width, height } = plot.bbox;
  const from = Math.max(left, plot.valToPos(time, 'x', true));
  plot.ctx.fillStyle = shade;
  plot.ctx.fillRect(from, top, Math.max(0, left + width - from), height);
}

/** The day stands where it changes. @param {number[]} seconds */
function timeLabels(seconds) {
  const isFine = seconds.some((each) => each % 60 !== 0);
  return seconds.map((each, at) => {
    const day = date(each * 1000).slice(5);
    if (each % 86_400 === 0) return day;
    const time = clockTime(each * 1000).slice(0, isFine ? 8 : 5);
    return at > 0 && day !== date(seconds[at - 1] * 1000).slice(5) ? `${day} ${time}` : time;
  });
}
