import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { formatTime } from '../producer/event.ts';
import type { Message } from '../producer/message.ts';
import { integer, pick, type Random } from '../producer/random.ts';

/** Of a hundred messages so many are late, sent twice, and malformed. */
const LATE = 10;
const DUPLICATE = 3;
const MALFORMED = 2;
/** How late: the window has been printed, and still accepts events. */
const LATE_S = { min: 7, max: 12 } as const;
const RECENT_MAX = 20;

/** An endless stream of single events of so many types, each made when it is asked for. */
export function* soakLoad(random: Random, clock: Clock, types: number): Generator<Message, never, undefined> {
  const run = randomUUID();
  const recent: Message[] = [];
  for (let made = 0; ; made += 1) {
    const id = `${run}-${made}`;
    const chance = integer(random, 0, 99);
    if (chance < DUPLICATE && recent.length > 0) {
      yield { ...pick(random, recent), id, kind: 'duplicate', contents: ['duplicate'] };
      continue;
    }
    const isMalformed = chance < DUPLICATE + MALFORMED;
    const isLate = !isMalformed && chance < DUPLICATE + MALFORMED + LATE;
    const kind = isMalformed ? 'missing_field' : isLate ? 'late' : 'good';
    const lateMs = isLate ? integer(random, LATE_S.min, LATE_S.max) * 1000 : 0;
    const event = {
      type: `type-${integer(random, 1, types)}`,
      ...(isMalformed ? {} : { value: integer(random, 1, 10_000) / 100 }),
      occurred_at: formatTime(clock.nowMs() - lateMs),
    };
    const message: Message = { id, dedupId: id, body: JSON.stringify(event), kind, contents: [kind] };
    recent.push(message);
    if (recent.length > RECENT_MAX) recent.shift();
    yield message;
  }
}
