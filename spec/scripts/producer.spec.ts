import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { WrongSettings } from '../../lib/errors.ts';
import { settingNames } from '../../scripts/producer/definitions.ts';
import { producerHelp, readProducerSettings } from '../../scripts/producer/settings.ts';

function problemsOf(env: Record<string, string>): string[] {
  try {
    readProducerSettings(env);
  } catch (error) {
    expect(error).to.be.instanceOf(WrongSettings);
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

function runProducer(args: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, ['scripts/producer.ts', ...args], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  });
}

describe("the producer's settings", () => {
  it('are one scenario into hands-on-interview by default; empty ones count as not given', () => {
    const { queue, createQueues, load, logLevel } = readProducerSettings({ RATE: '', LOG_LEVEL: '' });
    expect({ queue, createQueues, load, logLevel }).to.deep.equal({
      queue: { name: 'hands-on-interview' },
      createQueues: false,
      load: { kind: 'scenario', iterations: 1 },
      logLevel: 'info',
    });
  });

  it('choose the load', () => {
    const loadOf = (env: Record<string, string>) => readProducerSettings(env).load;
    expect(loadOf({ ITERATIONS: '3' })).to.deep.equal({ kind: 'scenario', iterations: 3 });
    expect(loadOf({ RATE: '50/s' })).to.deep.equal({ kind: 'steady', perSecond: 50, messages: Infinity });
    expect(loadOf({ RATE: '0.5/s', COUNT: '9' })).to.deep.equal({
      kind: 'steady',
      perSecond: 0.5,
      messages: 9,
    });
    expect(loadOf({ FILE: 'a.jsonl' })).to.deep.equal({ kind: 'file', path: 'a.jsonl', perSecond: Infinity });
    expect(loadOf({ FILE: 'a.json', RATE: '5/s' })).to.deep.equal({
      kind: 'file',
      path: 'a.json',
      perSecond: 5,
    });
  });

  it('take the seed that is given, or a new one each time', () => {
    expect(readProducerSettings({ SEED: '7' }).seed).to.equal(7);
    expect(readProducerSettings({}).seed).to.not.equal(readProducerSettings({}).seed);
  });

  it('are wrong with one message that lists every problem', () => {
    const problems = problemsOf({
      SQS_QUEUE_NAME: 'a b',
      SQS_QUEUE_URL: 'queue',
      SQS_CREATE_QUEUES: 'yes',
      ITERATION: '2',
      ITERATIONS: '0',
      RATE: '50',
      FILE: 'events.csv',
      SEED: '-1',
    });
    expect(problems).to.have.length(10);
    expect(problems).to.include(
      'RATE="50" must be messages per second, such as 50/s or 0.5/s, at most 2000/s',
    );
    expect(problems).to.include('ITERATION="2" is not a setting; did you mean ITERATIONS?');
    expect(problemsOf({ COUNT: '5' })).to.have.length(1);
    expect(problemsOf({ RATE: '0/s' })).to.have.length(1);
    expect(problemsOf({ RATE: '2001/s' })).to.have.length(1);
  });
});

describe('the producer as a program', () => {
  it('prints every setting with --help, and that alone goes to stdout', () => {
    const { stdout, stderr, status } = runProducer(['--help']);
    expect({ stdout, stderr, status }).to.deep.equal({ stdout: producerHelp(), stderr: '', status: 0 });
    for (const name of settingNames) expect(stdout).to.include(name);
  });

  it('exits with 2 and a message for a wrong setting or an unknown argument', () => {
    const wrongSetting = runProducer([], { RATE: 'fast' });
    expect(wrongSetting.status).to.equal(2);
    expect(wrongSetting.stderr).to.match(/^Wrong settings:\n {2}RATE="fast" must be .*\n$/);
    expect(runProducer(['--helpp'])).to.include({ status: 2, stdout: '' });
  });

  it('exits with 1 and one sentence when SQS is out of reach', () => {
    const { stdout, stderr, status } = runProducer([], {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
    });
    expect({ stdout, status }).to.deep.equal({ stdout: '', status: 1 });
    expect(stderr).to.match(/^SQS cannot be reached at the endpoint .*\n$/);
  });
});
