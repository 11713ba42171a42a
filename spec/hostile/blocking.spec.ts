import { expect } from 'chai';
import { BLOCKED_MS_MAX, measureBlocking } from './blocking/measure.ts';
import { WORST_MESSAGES } from './blocking/worst-messages.ts';

/** `npm run hostile` measures these, too; each takes some seconds. */
const SLOW = /ten types|a hundred types|in another minute/;

describe('the event loop', () => {
  for (const [name, make] of Object.entries(WORST_MESSAGES)) {
    if (SLOW.test(name)) continue;
    it(`is never blocked for more than ${BLOCKED_MS_MAX} ms by one message, such as ${name}`, async () => {
      const { blockedMs, counted, deadLettered } = await measureBlocking(name);
      const message = make();
      expect({ counted, deadLettered }).to.deep.equal({
        counted: message.counted,
        deadLettered: message.deadLettered,
      });
      expect(blockedMs).to.be.above(0).and.at.most(BLOCKED_MS_MAX);
    });
  }
});
