import { expect } from 'chai';
import { Bench, eventBody, type Queue } from '../integration/bench.ts';
import { type Connection, HttpProgram } from '../support/http-program.ts';

const CRLF = '\r\n';
const request = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join(CRLF);

describe('the HTTP server among hostile clients', function () {
  this.timeout(180_000);
  let bench: Bench;
  let queue: Queue;
  let http: HttpProgram;
  before(async () => {
    bench = await Bench.open();
    queue = await bench.createQueue();
    http = await HttpProgram.start(bench, queue);
  });
  after(() => bench.close());
  afterEach(async () => {
    expect(http.program.hasEnded).to.equal(false);
    expect((await http.get('/healthz')).status).to.equal(200);
  });

  const answerTo = async (text: string | Buffer) => (await http.connect()).exchange(text);
  const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]);
  const bodyOf = (answer: string) =>
    JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));

  const refusals: ReadonlyArray<readonly [what: string, text: string | Buffer, status: number]> = [
    ['a path out of the folder', request('/assets/../../../package.json'), 404],
    ['the same, escaped', request('/docs/static/%2e%2e%2f%2e%2e%2fpackage.json'), 404],
    ['a path with a null', request('/stats/%00'), 404],
    ['a path that is not escaped right', request('/stats/%E0%A4%A'), 400],
    ['a path of 8,000 characters', request(`/${'a'.repeat(8_000)}`), 404],
    ['a type of 8,000 characters', request(`/stats/${'a'.repeat(8_000)}`), 414],
    ['a prototype as a query', request('/windows?__proto__=1'), 400],
    ['a constructor as a query', request('/windows?constructor[prototype]=1'), 400],
    ['headers without end', request('/stats', `X: ${'a'.repeat(40_000)}`), 431],
    ['two lengths', request('/stats', 'Content-Length: 1', 'Content-Length: 2'), 400],
    ['a length and chunks', request('/stats', 'Content-Length: 5', 'Transfer-Encoding: chunked'), 400],
    ['a header that is split', request('/stats', 'X: a\nSet-Cookie: b\x00'), 400],
    ['another site’s host', request('/stats').replace('localhost', 'evil.example'), 421],
    ['its stream', request('/stats/stream').replace('localhost', 'evil.example:8000'), 421],
    ['an empty host', request('/stats').replace('localhost', ''), 421],
    ['HTTP/1.0 without a host', `GET /stats HTTP/1.0${CRLF}${CRLF}`, 421],
    ['no host', `GET /stats HTTP/1.1${CRLF}Connection: close${CRLF}${CRLF}`, 400],
    ['another protocol', `SSH-2.0-OpenSSH_9.9${CRLF}`, 400],
    ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]), 400],
    ['a method that does not exist', `BREW /pot HTTP/1.1${CRLF}Host: localhost${CRLF}${CRLF}`, 400],
    [
      'a body',
      `POST /stats HTTP/1.1${CRLF}Host: localhost${CRLF}Connection: close${CRLF}Content-Length: 2${CRLF}${CRLF}{}`,
      405,
    ],
  ];
  for (const [what, text, status] of refusals)
    it(`answers ${what} with ${status}`, async () => {
      const answer = await answerTo(text);
      expect(statusOf(answer)).to.equal(status);
      if (what === 'no host') return; // Node.js itself says this, without a body
      expect(bodyOf(answer).error).to.include({ status });
      expect(answer.toLowerCase()).to.include('content-security-policy: ').and.not.include('set-cookie');
    });

  it('reflects nothing that a browser would run', async () => {
    const answer = await answerTo(request('/<script>alert(1)</script>'));
    expect(answer).not.to.include('<script>');
  });

  it('gives a request that takes too long to arrive up', async () => {
    const slow = await http.connect();
    slow.socket.write('GET /stats HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    await slow.closed;
    expect(statusOf(slow.text)).to.equal(408);
  });

  it('stays reachable, and counts on, while thousands of connections idle', async () => {
    const idle: Connection[] = [];
    // As many as this process may open files, with some left for everything else.
    const wanted = Math.min(10_000, maxOpenFiles() - 500);
    for (let opened = 0; opened < wanted; opened += 250)
      idle.push(...(await Promise.all(Array.from({ length: 250 }, () => http.connect()))));
    expect(idle).to.have.length.above(400);
    expect((await http.get('/readyz')).status).to.equal(200);
    const before = http.program.lines.length;
    await queue.send({ body: eventBody('among idle ones', 5) });
    await http.program.untilLines(before + 1);
    const open = idle.filter(({ socket }) => !socket.destroyed).length;
    expect(open, 'connections that the server keeps').to.be.below(300);
    for (const { socket } of idle) socket.destroy();
  });

  it('drops a reader of the stream that does not read, and prints everything meanwhile', async () => {
    const slow = await http.connect('does not read');
    slow.socket.write('GET /stats/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const readers = async () =>
      Number(/nps_kata_stream_readers (\d+)/.exec(await (await http.get('/metrics')).text())?.[1]);
    while ((await readers()) !== 1);
    const types = (from: number) =>
      `[${Array.from({ length: 500 }, (_, index) => eventBody(`${'€'.repeat(250)}${from + index}`, 1)).join(',')}]`;
    // Kernel and server together hold less than that for one reader.
    for (let from = 0; from < 9_500; from += 500) await queue.send({ body: types(from) });
    while ((await readers()) !== 0);
    const before = http.program.lines.length;
    await queue.send({ body: eventBody('afterwards', 5, '2020-10-06 10:09:00') });
    await http.program.untilLines(before + 1);
    slow.socket.destroy();
  });

  it('answers many at the same time without keeping the events waiting', async () => {
    const before = http.program.lines.length;
    const answers = Array.from({ length: 200 }, (_, index) =>
      http.get(index % 2 ? '/stats' : '/windows?limit=1000'),
    );
    await queue.send({ body: eventBody('in between', 5, '2020-10-06 10:12:00') });
    const statuses = new Set((await Promise.all(answers)).map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).to.deep.equal([]);
    await http.program.untilLines(before + 1);
  });

  it('takes no more than 100 readers of the stream', async () => {
    const stream = request('/stats/stream');
    const readers = await Promise.all(Array.from({ length: 100 }, () => http.connect()));
    for (const reader of readers) reader.socket.write(stream);
    await Promise.all(readers.map((reader) => reader.until(/retry/)));
    expect(statusOf(await answerTo(stream))).to.equal(503);
    for (const { socket } of readers) socket.destroy();
  });

  it('says nothing worse than a warning about any of them', () => {
    expect(http.program.log.filter(({ level }) => level === 'error')).to.deep.equal([]);
  });
});

/** The soft limit of open files, as Linux tells it. */
function maxOpenFiles(): number {
  const { userLimits } = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { soft?: number | 'unlimited' } };
  };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : 1_024;
}
