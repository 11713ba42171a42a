import { expect } from 'chai';
import { type PipelineParts, runPipeline } from '../lib/pipeline.ts';
import { readSettings } from '../lib/settings/settings.ts';
import { SqliteStore } from '../lib/state/sqlite-store.ts';
import { faultOf } from './state/contract/subject.ts';
import { FakeSqs, QUEUE_URL } from './support/fake-sqs.ts';
import { ManualClock, settle } from './support/manual-clock.ts';
import { ManualOutlet } from './support/manual-outlet.ts';
import { MemoryLog } from './support/memory-log.ts';

describe('the pipeline', () => {
  let store: SqliteStore;
  let clock: ManualClock;
  let logged: MemoryLog;
  let stopping: AbortController;
  beforeEach(() => {
    store = new SqliteStore(':memory:');
    clock = new ManualClock();
    logged = new MemoryLog();
    stopping = new AbortController();
  });
  afterEach(() => store.close());

  const partsWith = (changes: Partial<PipelineParts>, env: Record<string, string> = {}): PipelineParts => ({
    settings: readSettings(env),
    sqs: new FakeSqs().client,
    deadLetterSqs: new FakeSqs().client,
    queueUrl: QUEUE_URL,
    queueTraits: {
      arn: 'arn:aws:sqs:eu-west-1:1:events',
      visibilityTimeoutMs: 30_000,
      retentionMs: 345_600_000,
    },
    store,
    stdout: new ManualOutlet(),
    clock,
    log: logged.log,
    stop: stopping.signal,
    ...changes,
  });

  for (const call of ['readLines', 'transaction', 'countDeadLetters', 'readRetention'] as const)
    it(`ends with what went wrong in the store's ${call} at the very start, and with nothing else`, async () => {
      const fault = new Error('The state file is damaged.');
      store[call] = async () => {
        throw fault;
      };
      expect(await faultOf(runPipeline(partsWith({})))).to.equal(fault);
      await settle();
    });

  describe('keeps identities', () => {
    async function retentionOf(env: Record<string, string>): Promise<string[]> {
      const running = runPipeline(partsWith({}, env));
      await settle();
      stopping.abort();
      await clock.advance(1_000);
      await running;
      return logged.at('warn');
    }

    it('for three visibility timeouts at least, and says so when that is more than was set', async () => {
      const warnings = await retentionOf({ DEDUP_RETENTION: '89s' });
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('DEDUP_RETENTION is raised');
      expect(logged.lines.find(({ level }) => level === 'warn')!.details).to.deep.equal({
        given: '89s',
        raised: '90s',
      });
    });

    it('as long as was set where that is enough', async () => {
      expect(await retentionOf({ DEDUP_RETENTION: '90s' })).to.deep.equal([]);
    });
  });
});
