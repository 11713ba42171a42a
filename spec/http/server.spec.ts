import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { Bench, eventBody, type Queue } from '../integration/bench.ts';
import { HttpProgram } from '../support/http-program.ts';
import { parsePrometheusText, sampleOf } from '../support/prometheus-text.ts';

describe('the HTTP server of the program', () => {
  let bench: Bench;
  let queue: Queue;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());
  beforeEach(async () => {
    queue = await bench.createQueue();
  });

  it('agrees with stdout, and goes on where it was after a restart', async () => {
    await queue.send(
      { body: eventBody('purchase', '0.1') },
      { body: eventBody('purchase', '0.2') },
      { body: 'no' },
    );
    const first = await HttpProgram.start(bench, queue);
    await first.program.untilLines(1);
    await queue.untilEmpty();
    const before = parsePrometheusText(await (await first.get('/metrics')).text());
    for (const operation of ['receive', 'delete'])
      expect(sampleOf(before, 'nps_kata_sqs_requests_total', { operation }), operation).to.be.least(1);
    expect(await first.program.kill('SIGTERM')).to.equal(0);

    const http = await HttpProgram.start(bench, queue);
    await http.program.untilLogged(/The ledger balances/);
    expect((await http.get('/readyz')).status).to.equal(200);
    const [line] = first.program.lines;
    const { windows } = (await (await http.get('/windows')).json()) as { windows: object[] };
    const { revision, ...printed } = JSON.parse(line!);
    expect(windows).to.deep.equal([{ ...printed, revision, closed: true }]);
    expect(await (await http.get('/stats/purchase')).text()).to.equal(
      '{"type":"purchase","count":2,"sum":0.3}',
    );
    const families = parsePrometheusText(await (await http.get('/metrics')).text());
    expect(sampleOf(families, 'nps_kata_received_messages_total')).to.equal(3);
    expect(sampleOf(families, 'nps_kata_dead_lettered_events_total', { reason: 'invalid_json' })).to.equal(1);
    expect(await http.program.kill('SIGTERM')).to.equal(0);
  });

  it('streams each line that stdout gets, and is closed at once when the program stops', async () => {
    const http = await HttpProgram.start(bench, queue);
    const stream = await http.connect();
    stream.socket.write('GET /stats/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await stream.until(/retry: /);
    await queue.send({ body: eventBody('purchase', 5) });
    await http.program.untilLines(1);
    await stream.until(/event: line/);
    expect(stream.text).to.include(`event: line\ndata: ${http.program.lines[0]}\n\n`);
    expect(await http.program.kill('SIGTERM')).to.equal(0);
    await stream.closed;
  });

  it('is not there with HTTP_PORT=off', async () => {
    const program = bench.start(queue, { HTTP_PORT: 'off' });
    await program.untilLogged(/Started/);
    await program.untilLogged(/The ledger balances/);
    expect(program.log.filter(({ message }) => /HTTP/.test(message))).to.deep.equal([]);
    expect(await program.kill('SIGTERM')).to.equal(0);
  });

  it('ends the start with 2 and names HTTP_PORT when the port is taken, and no message is received', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await queue.send({ body: eventBody('purchase', 5) });
    const program = bench.start(queue, { HTTP_PORT: String(port) });
    expect(await program.ended).to.equal(2);
    expect(program.log.at(-1)!.message).to.match(new RegExp(`HTTP_PORT="${port}" is taken`));
    expect(await queue.depth()).to.deep.equal({ waiting: 1, inFlight: 0 });
    taken.close();
  });

  it('ends the start with 2 and names HTTP_HOST when this machine has no such address', async () => {
    const program = bench.start(queue, { HTTP_PORT: '0', HTTP_HOST: '203.0.113.1' });
    expect(await program.ended).to.equal(2);
    expect(program.log.at(-1)!.message).to.include('HTTP_HOST="203.0.113.1"');
  });

  it('is reachable on loopback alone, unless it is told otherwise', async () => {
    const http = await HttpProgram.start(bench, queue);
    expect(http.address).to.equal(`http://127.0.0.1:${http.port}`);
    const everywhere = await HttpProgram.start(bench, await bench.createQueue(), { HTTP_HOST: 'localhost' });
    expect((await fetch(`http://localhost:${everywhere.port}/health`)).status).to.equal(200);
  });
});
