import { expect } from 'chai';
import { DeadLetterLog } from '../../lib/ops/dead-letter-log.ts';
import type { Rejection } from '../../lib/validate/body.ts';
import { Counting } from '../support/counting.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { eventAt, messageOf } from '../support/window-rules.ts';

const rejection = (reason: Rejection['reason'], detail: string): Rejection => ({
  reason,
  detail,
  index: undefined,
});

describe('the log of dead letters', () => {
  let clock: ManualClock;
  let logged: MemoryLog;
  let counting: Counting;
  let deadLetterLog: DeadLetterLog;
  beforeEach(() => {
    clock = new ManualClock();
    logged = new MemoryLog();
    counting = new Counting();
    deadLetterLog = new DeadLetterLog(clock, logged.log);
  });
  afterEach(async () => {
    deadLetterLog.ended();
    expect(clock.pending).to.equal(0);
    await counting.store.close();
  });

  const commit = async (...rejections: readonly Rejection[]) => {
    const messages = rejections.map((each) => messageOf([], { rejections: [each] }));
    const outcome = await counting.commit([...messages, eventAt(5)]);
    deadLetterLog.committed(messages.length, outcome);
  };

  it('says nothing while everything can be counted', async () => {
    await commit();
    await clock.advance(600_000);
    expect(logged.lines).to.deep.equal([]);
  });

  it('says at once what became dead letters, why, and an example', async () => {
    await commit(rejection('schema_violation', 'value must be number'));
    const [line] = logged.lines;
    expect(line).to.include({
      level: 'warn',
      message: 'Could not be counted and became dead letters: 1 schema_violation.',
    });
    expect(line!.details).to.include({ example: 'value must be number' });
    expect(line!.details)
      .to.have.property('source_message_id')
      .that.matches(/^message-/);
  });

  it('says once a minute how much of what, while it goes on, and then falls silent', async () => {
    await commit(rejection('invalid_json', 'the first'));
    for (let second = 0; second < 150; second += 1) {
      await clock.advance(1_000);
      if (second < 100)
        await commit(rejection('invalid_json', `at ${second}`), rejection('too_late', 'late'));
    }
    await clock.advance(600_000);
    expect(logged.at('warn')).to.deep.equal([
      'Could not be counted and became dead letters: 1 invalid_json.',
      'Could not be counted and became dead letters: 59 invalid_json, 59 too_late.',
      'Could not be counted and became dead letters: 41 invalid_json, 41 too_late.',
    ]);
    expect(logged.lines[1]!.details).to.include({ example: 'at 0' });
    await commit(rejection('invalid_json', 'again'));
    expect(logged.lines).to.have.length(4);
  });

  it('names what there is most of first, in events', async () => {
    const array = messageOf([eventAt(5)], {
      body: '[1,2,{}]',
      rejections: [0, 1].map((index) => ({
        reason: 'schema_violation' as const,
        detail: 'no object',
        index,
      })),
    });
    const bad = messageOf([], { rejections: [rejection('invalid_json', 'bad')] });
    deadLetterLog.committed(2, await counting.commit([bad, array]));
    expect(logged.at('warn')).to.deep.equal([
      'Could not be counted and became dead letters: 2 schema_violation, 1 invalid_json.',
    ]);
  });

  it('is as the clock that never goes back says, whatever becomes of the wall clock', async () => {
    await commit(rejection('invalid_json', 'a'));
    clock.step(-86_400_000);
    await commit(rejection('invalid_json', 'b'));
    await clock.advance(60_000);
    expect(logged.lines).to.have.length(2);
  });

  it('says what is left when the pipeline ends', async () => {
    await commit(rejection('invalid_json', 'a'));
    await commit(rejection('invalid_json', 'b'), rejection('invalid_json', 'c'));
    deadLetterLog.ended();
    expect(logged.at('warn').at(-1)).to.equal(
      'Could not be counted and became dead letters: 2 invalid_json.',
    );
  });

  it('holds no more of what was sent than the detail of one letter', async () => {
    await commit(rejection('invalid_json', 'x'.repeat(10_000)));
    const { example } = logged.lines[0]!.details as { example: string };
    expect(Array.from(example)).to.have.length.at.most(256);
    expect(JSON.stringify(logged.lines[0])).to.have.length.below(600);
  });
});
