/** Says plainly what does not work, where it is and what becomes of the numbers. */
import { byId, make, setText, showList } from './dom.js';
import { clockTime } from './format.js';

/** @import { Stats } from './shapes.d.ts' */
/** @import { FeedState } from './feed.js' */
/** @typedef {{ key: string, tone: 'bad' | 'warn', text: string, button?: string }} Notice */

/** @type {Record<FeedState | 'unable', string>} */
const STATES = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Not connected',
  paused: 'Paused',
  unable: 'Browser too old',
};

/** @type {number | undefined} */
let lostSinceMs;

/**
 * @param {FeedState | 'unable'} state
 * @param {Stats | undefined} stats the last ones known
 * @param {() => void} retry
 */
export function showConnection(state, stats, retry) {
  if (state === 'lost') lostSinceMs ??= Date.now();
  else lostSinceMs = undefined;
  const isDegraded = state === 'live' && stats?.queue.reachable === false;
  byId('state').dataset.state = isDegraded ? 'degraded' : state;
  setText(byId('state-text'), isDegraded ? 'Queue does not answer' : STATES[state]);
  setText(byId('pause'), state === 'paused' ? 'Resume' : 'Pause');
  byId('main').dataset.stale = String(state === 'lost');
  if (stats) setText(byId('queue-name'), stats.queue.name);
  document.title = `${state === 'live' || state === 'connecting' ? '' : `(${STATES[state]}) `}${stats?.queue.name ?? ''} nps-kata`;

  const notices = noticesFor(state, stats);
  showList(byId('notices'), notices, {
    key: ({ key }) => key,
    create: ({ button }) => {
      const notice = make('p', 'notice', make('span'));
      if (button) {
        const element = make('button', '', button);
        element.addEventListener('click', retry);
        notice.append(element);
      }
      return notice;
    },
    update: (notice, { tone, text }) => {
      notice.dataset.tone = tone;
      setText(/** @type {Element} */ (notice.firstElementChild), text);
    },
  });
}

/**
 * @param {FeedState | 'unable'} state
 * @param {Stats | undefined} stats
 * @returns {Notice[]}
 */
function noticesFor(state, stats) {
  if (state === 'unable') {
    const text = 'This browser cannot read exact numbers from JSON, so no sums are shown. A current one can.';
    return [{ key: 'unable', tone: 'bad', text }];
  }
  if (state === 'lost') {
    const known = stats ? 'What you see is the last that was known. ' : '';
    const text = `No connection to the program since ${clockTime(floor(lostSinceMs ?? 0))} UTC. ${known}The page goes on by itself as soon as the program answers.`;
    return [{ key: 'lost', tone: 'bad', text, button: 'Try now' }];
  }
  if (stats && !stats.queue.reachable) {
    const text = `The queue ${stats.queue.name} does not answer. Nothing is lost: the program keeps trying, and counts what waits there as soon as it can.`;
    return [{ key: 'queue', tone: 'warn', text }];
  }
  return [];
}

/** @param {number} timeMs */
function floor(timeMs) {
  return Math.floor(timeMs / 1000) * 1000;
}
