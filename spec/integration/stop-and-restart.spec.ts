import { expect } from 'chai';
import { Bench, eventBody } from './bench.ts';
import { FaultyProxy } from './faulty-proxy.ts';

describe('stop and restart', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());

  const bodies = (count: number) =>
    Array.from({ length: count }, () => ({ body: eventBody('purchase', '0.1') }));

  it('goes on with open windows after a restart in the middle', async () => {
    // The emulator may hand messages to a long poll that was cut off; they come back soon.
    const queue = await bench.createQueue({ VisibilityTimeout: '2' });
    await queue.send(...bodies(10));
    const first = bench.start(queue, { IDLE_TIMEOUT: '1h' });
    await first.untilLogged(/Started/);
    await queue.untilEmpty();
    expect(await first.kill('SIGTERM')).to.equal(0);
    expect(first.lines).to.deep.equal([]);

    await queue.send(...bodies(10));
    const second = bench.start(queue);
    await second.until(() => second.lines.some((line) => JSON.parse(line).count === 20));
    await second.kill('SIGTERM');
    expect(JSON.parse(second.lines.at(-1)!)).to.include({ count: 20, sum: 2 });
  });

  it('finishes, deletes and exits 0 on SIGTERM with work in flight', async () => {
    const queue = await bench.createQueue();
    await queue.send(...bodies(300));
    // A long linger keeps batches waiting for their commit, so the signal is sure to find some.
    await using proxy = await FaultyProxy.open(bench.endpoint);
    const program = bench.start(queue, { ...proxy.env, COMMIT_LINGER: '300ms', POLLERS_MAX: '8' });
    // There is a second receive only once the first one's batch is in hand.
    await proxy.until(
      (requests) => requests.filter(({ operation }) => operation === 'ReceiveMessage').length > 1,
    );
    expect(await program.kill('SIGTERM')).to.equal(0);

    // In flight is what the emulator was about to hand to a receive when the stop cut that off.
    const { waiting, inFlight: cutOff } = await queue.depth();
    expect(waiting, 'the signal came in mid-work').to.be.greaterThan(0);
    const counted = (await bench.readLedger(queue)).get('counted')?.messages ?? 0;
    expect(counted, 'what was in hand is finished').to.be.greaterThan(0);
    expect(counted + waiting + cutOff, 'what is counted is deleted').to.equal(300);
  });

  it('ends with 1 when the reader of stdout goes away, and keeps the lines for the next start', async () => {
    const queue = await bench.createQueue();
    const program = bench.start(queue);
    await program.untilLogged(/Started/);
    // Before there is anything to print: what a pipe has taken counts as delivered.
    program.stdout.destroy();
    await queue.send(...bodies(5));
    expect(await program.ended).to.equal(1);
    expect(program.log.map(({ message }) => message).join('\n')).to.match(/Nobody reads stdout any more/);

    const next = bench.start(queue);
    await next.untilLines(1);
    await next.kill('SIGTERM');
    expect(next.lines.map((line) => JSON.parse(line))).to.deep.include({
      type: 'purchase',
      count: 5,
      sum: 0.5,
      window_start: '2020-10-06T10:02:00Z',
      window_end: '2020-10-06T10:03:00Z',
      revision: 0,
    });
  });

  it('gives the second process on one state file a clear error that names PostgreSQL', async () => {
    const queue = await bench.createQueue();
    const first = bench.start(queue);
    await first.untilLogged(/Started/);
    const second = bench.start(queue);
    expect(await second.ended).to.equal(1);
    expect(second.log.at(-1)!.message).to.match(/in use by another process.*postgres:\/\//);
    expect(first.hasEnded).to.equal(false);
    expect(await first.kill('SIGTERM')).to.equal(0);
  });

  describe('with a stdout that nobody reads', () => {
    /** More than pipes and streams hold, so that delivering it never comes to an end. */
    const types = Array.from({ length: 4_000 }, (_, index) => `${index}-${'x'.repeat(200)}`);

    async function startBlocked(settings: Record<string, string>) {
      const queue = await bench.createQueue();
      for (let at = 0; at < types.length; at += 1_000)
        await queue.send({ body: `[${types.slice(at, at + 1_000).map((type) => eventBody(type, 1))}]` });
      const program = bench.start(queue, { WINDOW: 'total', ...settings });
      program.stdout.pause();
      // Running totals are due at once: what is deleted has its lines in the outbox.
      await queue.untilEmpty();
      process.kill(program.pid, 'SIGTERM');
      await program.untilLogged(/Stopping on SIGTERM/);
      return { queue, program };
    }

    it('ends with 1 after SHUTDOWN_TIMEOUT, and the next start delivers every line', async () => {
      const { queue, program } = await startBlocked({ SHUTDOWN_TIMEOUT: '500ms' });
      expect(await program.exited).to.equal(1);
      program.stdout.resume();
      await program.ended;
      // A process that dies while it writes may leave a part of a line behind, which is no line.
      const complete = program.lines.filter((line) => line.endsWith('}'));
      const next = bench.start(queue, { WINDOW: 'total' });
      const seen = new Set(complete.map((line) => JSON.parse(line).type));
      await next.until(
        () => new Set([...seen, ...next.lines.map((line) => JSON.parse(line).type)]).size === 4_000,
      );
      expect(await next.kill('SIGTERM')).to.equal(0);
    });

    it('ends at once, with 1, on a second signal', async () => {
      const { program } = await startBlocked({ SHUTDOWN_TIMEOUT: '1h' });
      process.kill(program.pid, 'SIGTERM');
      expect(await program.exited).to.equal(1);
      program.stdout.resume();
    });
  });
});
