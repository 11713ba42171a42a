import { expect } from 'chai';
import { FaultLog } from '../../lib/source/fault-log.ts';
import { errorNamed } from '../support/fake-sqs.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryLog } from '../support/memory-log.ts';

const [RECEIVE, DELETE] = ['sqs:ReceiveMessage', 'sqs:DeleteMessage'];
const [A, B] = [{}, {}];
const denied = errorNamed('AccessDenied', 'User is not authorized');

describe('the log of faults', () => {
  let clock: ManualClock;
  let logged: MemoryLog;
  let faults: FaultLog;
  beforeEach(() => {
    clock = new ManualClock();
    logged = new MemoryLog();
    faults = new FaultLog('events', clock, logged.log);
  });

  const levels = () => logged.lines.map(({ level }) => level);

  it('says once a minute that deletes are denied, for an hour in which receives are answered, and when that ends', async () => {
    for (let second = 0; second < 3_600; second += 1) {
      faults.succeeded(RECEIVE, A);
      faults.failed(DELETE, A, denied);
      await clock.advance(1_000);
    }
    expect(levels()).to.deep.equal(Array(60).fill('error'));
    expect(logged.at('error')[59]).to.include('AWS refuses sqs:DeleteMessage on "events"');
    expect(faults.isFailing(DELETE)).to.equal(true);
    faults.succeeded(DELETE, A);
    expect(logged.lines.at(-1)).to.deep.include({ level: 'info', message: 'SQS answers again.' });
    expect(logged.lines).to.have.length(61);
    expect(faults.isFailing(DELETE)).to.equal(false);
  });

  it('says at most twice a minute what comes and goes', async () => {
    for (let second = 0; second < 120; second += 1) {
      faults.failed(DELETE, A, denied);
      faults.succeeded(DELETE, A);
      await clock.advance(1_000);
    }
    expect(levels()).to.deep.equal(['error', 'info', 'error', 'info']);
  });

  it('takes a network that fails for one fault, in whatever words, and whoever meets it', () => {
    for (const code of ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_SOCKET']) {
      faults.failed(RECEIVE, A, Object.assign(new Error(code), { code }));
      faults.failed(DELETE, B, errorNamed('TimeoutError'));
    }
    expect(levels()).to.deep.equal(['error']);
    faults.succeeded(RECEIVE, A);
    expect(levels()).to.deep.equal(['error']);
    faults.succeeded(DELETE, B);
    expect(levels()).to.deep.equal(['error', 'info']);
    expect(logged.lines[1]!.details).to.deep.equal({ failures: 8 });
  });

  it('does not take it for an end that the one that met the fault calls no more, but the next success of anybody', () => {
    faults.failed(RECEIVE, A, denied);
    faults.left(A);
    expect(levels()).to.deep.equal(['error']);
    faults.succeeded(DELETE, B);
    expect(levels()).to.deep.equal(['error']);
    faults.succeeded(RECEIVE, B);
    expect(levels()).to.deep.equal(['error', 'info']);
  });

  it('keeps no kind of fault for longer than a minute after its end', async () => {
    for (let kind = 0; kind < 3; kind += 1) {
      faults.failed(RECEIVE, A, errorNamed(`Fault${kind}`));
      faults.succeeded(RECEIVE, A);
    }
    await clock.advance(60_000);
    faults.failed(RECEIVE, A, errorNamed('Fault0'));
    expect(levels()).to.deep.equal(['error', 'info', 'error', 'info', 'error', 'info', 'error']);
    // What it counted of a forgotten kind is forgotten, too.
    expect(logged.lines.at(-1)!.details).to.deep.equal({ failures: 1 });
  });
});
