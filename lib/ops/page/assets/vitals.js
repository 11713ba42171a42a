/** The numbers that are read from across the room: how much, how late, how far behind. */
import { byId, make, setText, showList } from './dom.js';
import { clockTime, date, duration, plural, rate } from './format.js';
import { Sparkline } from './sparkline.js';

/** @import { Stats } from './shapes.d.ts' */
/** @typedef {{ name: string, value: string, note: string, spark?: number | null, tone?: string }} Vital */

/** Long enough to be calm, short enough to show that something has changed. */
const RATE_OVER_MS = 10_000;

/** @type {Map<string, Sparkline>} */
const sparklines = new Map();
/** @type {{ timeMs: number, events: number, messages: number, since: string }[]} */
let received = [];
/** @type {Stats | undefined} */
let shown;

/** @param {Stats} stats */
export function showVitals(stats) {
  // Drawing again for a new line, or a choice of the reader's, is no new measurement.
  const isNew = stats !== shown;
  shown = stats;
  const vitals = vitalsOf(stats, receivedRate(stats, isNew));
  showList(byId('vitals'), vitals, {
    key: ({ name }) => name,
    create: ({ name, spark }) => {
      const vital = make('div', 'vital', make('dt', '', name), make('dd', 'value'), make('dd', 'fine'));
      if (spark !== undefined) {
        const sparkline = new Sparkline();
        sparklines.set(name, sparkline);
        vital.append(make('dd', 'spark', sparkline.element));
      }
      return vital;
    },
    update: (vital, { name, value, note, spark, tone = '' }) => {
      vital.dataset.tone = tone;
      const [, shownValue, shownNote] = vital.children;
      setText(shownValue, value);
      setText(shownNote, note);
      if (isNew && typeof spark === 'number') sparklines.get(name)?.add(spark);
    },
  });
}

/**
 * @param {Stats} stats
 * @param {{ events: number, messages: number }} perSecond
 * @returns {Vital[]}
 */
function vitalsOf(stats, perSecond) {
  const { queue, outbox, watermark, watermark_lag_seconds: lag } = stats;
  const watermarkMs = watermark ? Math.floor(Date.parse(watermark) / 1000) * 1000 : undefined;
  /** @param {number | null} depth */
  const depth = (depth) => (depth === null ? '–' : depth.toLocaleString('en'));
  const unknown = queue.reachable ? '' : 'no answer';
  return [
    {
      name: 'Received',
      value: `${rate(perSecond.events)}/s`,
      note: `events, ${rate(perSecond.messages)} messages`,
      spark: received.length > 1 ? perSecond.events : null,
    },
    {
      name: 'Watermark',
      value: watermarkMs === undefined ? '–' : clockTime(watermarkMs),
      note: watermarkMs === undefined ? 'no event yet' : `${date(watermarkMs)} UTC`,
    },
    {
      name: 'Lag',
      value: lag === null ? '–' : duration(lag),
      note: 'behind the clock',
      spark: lag,
    },
    {
      name: 'Waiting',
      value: depth(queue.waiting),
      note: unknown || (queue.quiet ? 'queue is quiet' : 'in the queue'),
      spark: queue.waiting,
      tone: queue.reachable ? '' : 'warn',
    },
    {
      name: 'In flight',
      value: depth(queue.in_flight),
      note: unknown || 'being counted',
      spark: queue.in_flight,
    },
    { name: 'Pollers', value: String(stats.pollers), note: 'receives at a time' },
    {
      name: 'Open windows',
      value: stats.open_windows.toLocaleString('en'),
      note: 'not yet printed',
      spark: stats.open_windows,
    },
    {
      name: 'Outbox',
      value: (outbox.lines + outbox.dead_letters).toLocaleString('en'),
      note: `${plural(outbox.lines, 'line')}, ${plural(outbox.dead_letters, 'dead letter')}`,
    },
  ];
}

/**
 * @param {Stats} stats
 * @param {boolean} isNew
 */
function receivedRate({ ledger, since }, isNew) {
  const timeMs = Date.now();
  if (isNew) {
    received = received.filter((sample) => sample.since === since && timeMs - sample.timeMs <= RATE_OVER_MS);
    received.push({ timeMs, since, ...ledger.received });
  }
  const [first, last] = [received[0], received[received.length - 1]];
  const seconds = first && last ? (last.timeMs - first.timeMs) / 1000 : 0;
  if (seconds <= 0) return { events: 0, messages: 0 };
  return {
    events: Math.max(0, last.events - first.events) / seconds,
    messages: Math.max(0, last.messages - first.messages) / seconds,
  };
}
