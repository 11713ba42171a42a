import { type Ingredients, type Message, makeArray, makeDuplicate, makeMessage } from './message.ts';
import { integer, pick, repeated, shuffled } from './random.ts';
import { SCENARIO } from './scenario.ts';

/** A round of the stream is the scenario's 27 messages and these, in random order. */
export const STREAM_ROUND = { ...SCENARIO, broken_json: 1, duplicate: 2, array: 2 } as const;

/** A duplicate repeats one of this many messages before it, so the two are often in flight together. */
const RECENT_MAX = 20;

/**
 * An endless stream of everything that a queue can bring. Each message is made when it is asked for, because its
 * `occurred_at` is the time at which it is sent, however slow the stream is.
 */
export function* steadyStream(ingredients: Ingredients): Generator<Message, never, undefined> {
  const { random } = ingredients;
  const recent: Message[] = [];
  for (;;) {
    const plan = shuffled(random, repeated(STREAM_ROUND));
    for (const kind of plan) {
      if (kind !== 'duplicate') {
        const message = kind === 'array' ? randomArray(ingredients) : makeMessage(kind, ingredients);
        recent.push(message);
        if (recent.length > RECENT_MAX) recent.shift();
        yield message;
      } else if (recent.length > 0) {
        yield makeDuplicate(pick(random, recent), ingredients);
      } else {
        // Nothing to repeat yet: later in this round.
        plan.push(kind);
      }
    }
  }
}

/** Two to five events, good and bad ones mixed as in the scenario. */
function randomArray(ingredients: Ingredients): Message {
  const { random } = ingredients;
  const kinds = Array.from({ length: integer(random, 2, 5) }, () => pick(random, repeated(SCENARIO)));
  return makeArray(kinds, ingredients);
}
