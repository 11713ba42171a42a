import { expect } from 'chai';
import { attributesOf, Bench, eventBody } from './bench.ts';

describe('the pipeline on SQS over HTTP', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());

  it('prints count and exact sum per type, in the exact bytes of the contract, once the queue is quiet', async () => {
    const queue = await bench.createQueue();
    await queue.send(
      { body: eventBody('purchase', '19.9') },
      { body: eventBody('purchase', '0.1') },
      {
        body: `[${eventBody('purchase', '630')}, ${eventBody('pageview', '1', '2020-10-06T12:02:59.5+02:00')}]`,
      },
    );
    const program = bench.start(queue);
    await program.untilLines(2);
    expect(await program.kill('SIGTERM')).to.equal(0);
    expect(program.lines).to.deep.equal([
      '{"type":"pageview","count":1,"sum":1.0,"window_start":"2020-10-06T10:02:00Z","window_end":"2020-10-06T10:03:00Z","revision":0}',
      '{"type":"purchase","count":3,"sum":650.0,"window_start":"2020-10-06T10:02:00Z","window_end":"2020-10-06T10:03:00Z","revision":0}',
    ]);
    expect(await queue.depth()).to.deep.equal({ waiting: 0, inFlight: 0 });
  });

  it('prints a window again with the next revision when a late event comes', async () => {
    const queue = await bench.createQueue();
    await queue.send(
      { body: eventBody('purchase', 1) },
      { body: eventBody('purchase', 5, '2020-10-06 10:05:00') },
    );
    const program = bench.start(queue);
    await program.untilLines(2);
    await queue.send({ body: eventBody('purchase', 2) });
    await program.untilLines(3);
    await program.kill('SIGTERM');
    expect(JSON.parse(program.lines[2]!)).to.include({
      count: 2,
      sum: 3,
      window_start: '2020-10-06T10:02:00Z',
      revision: 1,
    });
  });

  it('prints a window as soon as the watermark passes its end, while the queue is busy', async () => {
    const queue = await bench.createQueue();
    const program = bench.start(queue, { IDLE_TIMEOUT: '1h' });
    await queue.send(
      { body: eventBody('purchase', 1) },
      { body: eventBody('purchase', 1, '2020-10-06 10:03:01') },
    );
    await program.untilLines(1);
    await program.kill('SIGTERM');
    expect(program.lines).to.have.length(1);
    expect(program.lines[0]).to.include('"window_end":"2020-10-06T10:03:00Z"');
  });

  it('sends what cannot be counted to the dead-letter queue, with its reason', async () => {
    const queue = await bench.createQueue();
    const tooLate = eventBody('late', 1, '2020-10-01 10:00:00');
    const inTheFuture = eventBody('early', 1, '2999-01-01 00:00:00');
    const program = bench.start(queue, { MAX_TYPES_PER_WINDOW: '1', IDLE_TIMEOUT: '2s' });
    await queue.send({ body: eventBody('purchase', 1) });
    await program.untilLines(1);
    const missing = '{"type":"purchase","value":1}';
    const tooMany = eventBody('another', 1);
    const text = eventBody('purchase', '"1"');
    await queue.send(
      { body: 'garbage' },
      { body: missing },
      { body: tooLate },
      { body: inTheFuture },
      { body: tooMany },
      { body: `[ ${eventBody('purchase', 2)} ,${text}]` },
    );
    await program.untilLines(2);
    expect(await program.kill('SIGTERM')).to.equal(0);
    const said = program.log.filter(({ message }) => /became dead letters/.test(message));
    expect(said.map(({ level }) => level)).to.deep.equal(said.map(() => 'warn'));
    expect(said.map(({ message }) => message).join()).to.match(/\d invalid_json/);
    expect(said[0]).to.have.property('example').that.is.a('string');

    const letters = await queue.deadLetters!.drain();
    const reasons = new Map(letters.map((letter) => [letter.Body, attributesOf(letter)]));
    expect([...reasons].map(([body, { reason }]) => [body, reason])).to.have.deep.members([
      ['garbage', 'invalid_json'],
      [missing, 'schema_violation'],
      [tooLate, 'too_late'],
      [inTheFuture, 'in_the_future'],
      [tooMany, 'too_many_types'],
      [text, 'schema_violation'],
    ]);
    expect(reasons.get(text)).to.include({
      event_index: '1',
      source_queue: queue.name,
      detail: 'value must be number',
    });
    expect(reasons.get('garbage')).to.have.keys('reason', 'detail', 'source_message_id', 'source_queue');
  });

  it('counts copies that share a dedup_id once, and writes every event down in the ledger', async () => {
    const queue = await bench.createQueue();
    const body = eventBody('purchase', 2);
    await queue.send(
      { body, dedupId: 'order-1' },
      { body, dedupId: 'order-1' },
      { body, dedupId: 'order-2' },
      { body: '[]' },
    );
    const program = bench.start(queue);
    await program.untilLines(1);
    await program.kill('SIGTERM');
    expect(JSON.parse(program.lines.at(-1)!)).to.include({ count: 2, sum: 4 });
    expect(Object.fromEntries(await bench.readLedger(queue))).to.deep.equal({
      counted: { events: 2, messages: 2 },
      'dead_lettered:schema_violation': { events: 1, messages: 1 },
      duplicate: { events: 1, messages: 1 },
      received: { events: 4, messages: 4 },
    });
  });

  it('reads a FIFO queue, and writes to a FIFO dead-letter queue', async () => {
    const queue = await bench.createQueue({}, '.fifo');
    const bodies = Array.from({ length: 30 }, (_, index) => ({ body: eventBody('purchase', index) }));
    await queue.send(...bodies, { body: 'garbage' });
    const program = bench.start(queue);
    await program.until(() => program.lines.some((line) => JSON.parse(line).count === 30));
    expect(await program.kill('SIGTERM')).to.equal(0);
    expect(JSON.parse(program.lines.at(-1)!).sum).to.equal(435);
    expect((await queue.deadLetters!.drain()).map(({ Body }) => Body)).to.deep.equal(['garbage']);
  });

  it('keeps running totals with WINDOW=total, without window keys', async () => {
    const queue = await bench.createQueue();
    await queue.send({ body: eventBody('purchase', '0.1') });
    const program = bench.start(queue, { WINDOW: 'total' });
    await program.untilLines(1);
    await queue.send({ body: eventBody('purchase', '0.2') });
    await program.untilLines(2);
    await program.kill('SIGTERM');
    expect(program.lines).to.deep.equal([
      '{"type":"purchase","count":1,"sum":0.1,"revision":0}',
      '{"type":"purchase","count":2,"sum":0.3,"revision":1}',
    ]);
  });

  it('takes the time at which SQS received the message with EVENT_TIME=sent_at', async () => {
    const queue = await bench.createQueue();
    const before = Date.now();
    await queue.send({ body: eventBody('purchase', 1, '1999-01-01 00:00:00') });
    const after = Date.now();
    const program = bench.start(queue, { EVENT_TIME: 'sent_at', WINDOW: '1s' });
    await program.untilLines(1);
    await program.kill('SIGTERM');
    const start = Date.parse(JSON.parse(program.lines[0]!).window_start);
    expect(start).to.be.within(before - 1_000, after);
  });
});
