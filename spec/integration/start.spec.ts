import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { VERSION } from '../../lib/version.ts';
import { Bench, eventBody, Queue } from './bench.ts';
import { Program } from './program.ts';

/** Breaks the start where nothing can go wrong. */
const BUG = "process.on = (signal) => { if (signal === 'SIGTERM') throw new Error('A bug.'); }";
const WITH_A_BUG = ['env', `NODE_OPTIONS=--import=data:text/javascript,${encodeURIComponent(BUG)}`];

describe('the start', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());

  const missing = () => new Queue(bench.sqs, 'missing', undefined);

  it('ends with 2 and one message that lists every wrong setting', async () => {
    const program = bench.start(missing(), { WINDOW: '7', WINDWO: '1m', POLLERS_MAX: '0' });
    expect(await program.ended).to.equal(2);
    expect(program.log).to.have.length(1);
    expect(program.log[0]!.message)
      .to.include('WINDOW="7"')
      .and.include('POLLERS_MAX="0"')
      .and.include('did you mean WINDOW?');
    expect(program.lines).to.deep.equal([]);
  });

  it('ends with 2 and names the queue that does not exist and the setting to change', async () => {
    const program = bench.start(missing());
    expect(await program.ended).to.equal(2);
    expect(program.log.at(-1)!.message).to.match(
      /The queue "missing" does not exist.*SQS_QUEUE_NAME.*SQS_CREATE_QUEUES/,
    );
  });

  it('ends with 2 and says so when there are no credentials', async () => {
    const env = {
      ...bench.env,
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const program = new Program({ ...env, STATE_URL: `sqlite:${bench.statePath('no-credentials')}` });
    expect(await program.ended).to.equal(2);
    expect(program.log.at(-1)!.message).to.match(/No AWS credentials were found\. .*AWS_ACCESS_KEY_ID/);
  });

  it('ends with 1 and names the endpoint when SQS cannot be reached', async () => {
    const nobody = 'http://127.0.0.1:9';
    const program = bench.start(missing(), { AWS_ENDPOINT_URL: nobody, AWS_ENDPOINT_URL_SQS: nobody });
    expect(await program.ended).to.equal(1);
    expect(program.log.at(-1)!.message).to.include(`SQS cannot be reached at the endpoint ${nobody}`);
    expect(program.log.at(-1)).not.to.have.property('stack');
  });

  it('logs the version and every setting with its effective value, before anything else', async () => {
    const program = bench.start(missing(), { WINDOW: '5m', AWS_SECRET_ACCESS_KEY: 'do-not-show' });
    expect(await program.ended).to.equal(2);
    const { message, version, settings } = program.log[0]!;
    expect({ message, version }).to.deep.equal({ message: 'Starting.', version: VERSION });
    expect(settings).to.include({ WINDOW: '5m', ALLOWED_LATENESS: '1d', SQS_QUEUE_NAME: 'missing' });
    expect(JSON.stringify(program.log)).not.to.include('do-not-show');
  });

  it('keeps the stack of what nobody foresaw, and of nothing else', async () => {
    const queue = await bench.createQueue();
    const running = bench.start(queue);
    await running.untilLogged(/Started/);
    const second = bench.start(queue);
    expect(await second.ended).to.equal(1);
    expect(second.log.at(-1)!.message).to.include('in use by another process');
    expect(second.log.at(-1)).not.to.have.property('stack');
    expect(await running.kill('SIGTERM')).to.equal(0);

    const program = bench.start(queue, {}, [], { through: WITH_A_BUG });
    expect(await program.ended).to.equal(1);
    expect(program.log.at(-1)!.message).to.equal('A bug.');
    expect(program.log.at(-1)!.stack).to.match(/^Error: A bug\.\n +at /);
  });

  it('shows user and password of no URL in its log', async () => {
    const nobody = 'http://me:hush@127.0.0.1:9';
    const settings = {
      AWS_ENDPOINT_URL: nobody,
      AWS_ENDPOINT_URL_SQS: nobody,
      SQS_QUEUE_NAME: '',
      SQS_QUEUE_URL: `${nobody}/0/events`,
      LOG_LEVEL: 'debug',
    };
    const program = bench.start(missing(), settings);
    expect(await program.ended).to.equal(1);
    expect(JSON.stringify(program.log)).to.include('http://…@127.0.0.1:9').and.not.to.include('hush');
  });

  it('creates both queues with SQS_CREATE_QUEUES, and reads a queue by its URL', async () => {
    const queue = new Queue(bench.sqs, 'created', undefined);
    const first = bench.start(queue, { SQS_CREATE_QUEUES: 'true' }, ['--check']);
    expect(await first.ended).to.equal(0);
    await queue.create();
    await queue.send({ body: eventBody('purchase', 1) });
    const program = bench.start(queue, { SQS_QUEUE_NAME: '', SQS_QUEUE_URL: queue.url });
    await program.untilLines(1);
    expect(await program.kill('SIGTERM')).to.equal(0);
  });

  it('checks settings, queues and state with --check, and exits', async () => {
    const queue = await bench.createQueue();
    expect(await bench.start(queue, {}, ['--check']).ended).to.equal(0);
    await bench.sqs.send(new DeleteQueueCommand({ QueueUrl: queue.deadLetters!.url }));
    const program = bench.start(queue, {}, ['--check']);
    expect(await program.ended).to.equal(2);
    expect(program.log.at(-1)!.message).to.include(queue.deadLetters!.name);
    expect(program.lines).to.deep.equal([]);
  });

  it('ends with 2, and changes nothing, when the state belongs to another queue', async () => {
    const [first, second] = [await bench.createQueue(), await bench.createQueue()];
    const state = { STATE_URL: `sqlite:${bench.statePath(first.name)}` };
    // A state that has seen no message is nobody's: a slip of the pen at the first start can be put right.
    const mistaken = bench.start(second, state);
    await mistaken.untilLogged(/Started/);
    expect(await mistaken.kill('SIGTERM')).to.equal(0);
    await first.send({ body: eventBody('purchase', 1) });
    const program = bench.start(first, state);
    await program.untilLines(1);
    expect(await program.kill('SIGTERM')).to.equal(0);
    await second.send({ body: eventBody('purchase', 1) });
    for (const args of [[], ['--check']]) {
      const other = bench.start(second, state, args);
      expect(await other.ended).to.equal(2);
      expect(other.log.at(-1)!.message)
        .to.match(/belongs to the queue arn:.*STATE_URL/)
        .and.include(`:${first.name}`)
        .and.include(`:${second.name}`);
    }
    // The emulator hands a message to the long poll that the first program gave up, so it may be in flight.
    const { waiting, inFlight } = await second.depth();
    expect(waiting + inFlight).to.equal(1);
    expect(await bench.start(first, state, ['--check']).ended).to.equal(0);
  });

  it('goes on with results while the dead-letter queue is missing, and sends the letters once it is there', async () => {
    const queue = await bench.createQueue();
    await bench.sqs.send(new DeleteQueueCommand({ QueueUrl: queue.deadLetters!.url }));
    await queue.send({ body: 'garbage' }, { body: eventBody('purchase', 1) });
    const program = bench.start(queue);
    await program.untilLines(1);
    await program.untilLogged(/Dead letters wait until it works/);
    await queue.deadLetters!.create();
    await program.untilLogged(/The dead-letter queue works again/);
    expect(await program.kill('SIGTERM')).to.equal(0);
    expect((await queue.deadLetters!.drain()).map(({ Body }) => Body)).to.deep.equal(['garbage']);
  });

  it('keeps a state file that is not its own, and says what to change', async () => {
    const queue = await bench.createQueue();
    const path = bench.statePath(queue.name);
    writeFileSync(path, 'this is somebody’s diary, not a database '.repeat(100));
    const before = readFileSync(path);
    const program = bench.start(queue);
    expect(await program.ended).to.equal(2);
    expect(program.log.at(-1)!.message).to.match(/STATE_URL names .* not an SQLite file/);
    expect(readFileSync(path).equals(before)).to.equal(true);
  });

  it('ends with 2 when its stdout is not open for writing', async () => {
    const queue = await bench.createQueue();
    const stdout = openSync(import.meta.filename, 'r');
    const program = bench.start(queue, {}, [], { stdout });
    closeSync(stdout);
    expect(await program.ended).to.equal(2);
    expect(program.log.at(-1)!.message).to.match(/^stdout is not open for writing\. .*>> lines\.jsonl/);
  });

  for (const [what, redirection] of [
    ['closed', '>&-'],
    ['/dev/null', '>/dev/null'],
  ])
    it(`warns when its stdout is ${what}`, async () => {
      const through = ['sh', '-c', `exec "$@" ${redirection}`, 'sh'];
      const program = bench.start(await bench.createQueue(), {}, [], { through });
      await program.untilLogged(/^Started/);
      expect(program.log.map(({ level, message }) => `${level} ${message}`)).to.include(
        'warn stdout is /dev/null, or was closed: result lines go nowhere, and count as delivered.',
      );
      expect(await program.kill('SIGTERM')).to.equal(0);
    });

  it('prints its help, and an unknown argument is a wrong setting', async () => {
    const help = bench.start(missing(), {}, ['--help']);
    expect(await help.ended).to.equal(0);
    expect(help.lines.join('\n')).to.include('MAX_OUT_OF_ORDERNESS');
    const unknown = bench.start(missing(), {}, ['--hlep']);
    expect(await unknown.ended).to.equal(2);
    expect(unknown.log[0]!.message).to.include('--hlep');
  });
});
