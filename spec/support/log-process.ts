/**
 * A process of its own that logs more than anybody reads. It is forked with a pipe as its stderr, and tells its
 * parent how much waits there, in bytes, at most and in the end.
 */
import { createLog } from '../../lib/log.ts';

const LINES = 20_000;

const log = createLog('debug', 'json');
let waitingMax = 0;
for (let written = 0; written < LINES; written += 1) {
  log.debug(`Line ${written}`, { filling: 'x'.repeat(1_000) });
  // Lets the pipe take what it can.
  if (written % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  waitingMax = Math.max(waitingMax, process.stderr.writableLength);
}
log.error('An error.');
process.send!({ waiting: process.stderr.writableLength, waitingMax });
process.once('message', () => process.disconnect?.());
