import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { expect } from 'chai';
import { loopbackCertificate } from '../support/loopback-certificate.ts';
import { Bench, eventBody, Queue } from './bench.ts';

describe('the way to the queues', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.open();
  });
  after(() => bench.close());

  it('is told with status and endpoint, in one line, when something else than SQS answers there', async () => {
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>'),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const portal = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const program = bench.start(new Queue(bench.sqs, 'events', undefined), {
      AWS_ENDPOINT_URL: portal,
      AWS_ENDPOINT_URL_SQS: portal,
    });
    expect(await program.ended).to.equal(1);
    expect(program.log.at(-1)!.message).to.equal(
      `sqs:GetQueueUrl on "events" failed: what answers with the status 200 at the endpoint ${portal} is not SQS. Check AWS_ENDPOINT_URL, AWS_REGION and any proxy in between.`,
    );
    server.close();
  });

  it('leads through the endpoint_url of an AWS profile, for every call', async () => {
    const queue = await bench.createQueue();
    await queue.send({ body: eventBody('purchase', 1) });
    const config = join(bench.folder, 'aws-config');
    writeFileSync(
      config,
      `[profile emulator]\nendpoint_url = ${bench.endpoint}\naws_access_key_id = a\naws_secret_access_key = b\n`,
    );
    const program = bench.start(queue, {
      AWS_ENDPOINT_URL: '',
      AWS_ENDPOINT_URL_SQS: '',
      AWS_CONFIG_FILE: config,
      AWS_PROFILE: 'emulator',
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    });
    await program.untilLines(1);
    expect(await program.kill('SIGTERM')).to.equal(0);
    expect(await queue.depth()).to.deep.equal({ waiting: 0, inFlight: 0 });
  });

  it('is trusted with the authorities in AWS_CA_BUNDLE, by every call', async () => {
    const { port } = new URL(bench.endpoint);
    const server = createTlsServer(loopbackCertificate, (socket) => {
      const upstream = connect(Number(port), '127.0.0.1');
      socket.on('error', () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_SQS: endpoint };
    const bundle = join(bench.folder, 'bundle.pem');
    writeFileSync(bundle, `the specs' own\n${loopbackCertificate.cert}\n`);
    const queue = await bench.createQueue();
    await queue.send({ body: eventBody('purchase', 1) });

    const program = bench.start(queue, { ...env, AWS_CA_BUNDLE: bundle });
    await program.untilLines(1);
    expect(await program.kill('SIGTERM')).to.equal(0);
    expect(await queue.depth()).to.deep.equal({ waiting: 0, inFlight: 0 });
    const without = bench.start(queue, env);
    expect(await without.ended).to.equal(1);
    expect(without.log.at(-1)!.message).to.match(
      /^The certificate shown at .* is not trusted .*AWS_CA_BUNDLE/,
    );
    server.close();
  });

  it('ends with 2 when AWS_CA_BUNDLE is no file of certificates', async () => {
    for (const path of [join(bench.folder, 'no-such.pem'), join(import.meta.dirname, 'program.ts')]) {
      const program = bench.start(new Queue(bench.sqs, 'events', undefined), { AWS_CA_BUNDLE: path });
      expect(await program.ended).to.equal(2);
      expect(program.log.at(-1)!.message).to.include(`AWS_CA_BUNDLE="${path}" must be a PEM file`);
    }
  });

  it('does not need MD5, which is not to be had in FIPS mode, and says so once', async () => {
    const queue = await bench.createQueue();
    await queue.send({ body: eventBody('purchase', 1) }, { body: 'garbage' });
    const preload = join(import.meta.dirname, '../support/without-md5.cjs');
    const program = bench.start(queue, { NODE_OPTIONS: `--require=${preload}` });
    await program.untilLines(1);
    await queue.untilEmpty();
    expect(await program.kill('SIGTERM')).to.equal(0);
    expect(program.log.filter(({ message }) => /MD5/.test(message))).to.have.length(1);
    expect(program.log.filter(({ level }) => level === 'error')).to.deep.equal([]);
    expect((await queue.deadLetters!.drain()).map(({ Body }) => Body)).to.deep.equal(['garbage']);
  });

  it('leads dead letters to SQS_DEAD_LETTER_QUEUE_URL', async () => {
    const queue = await bench.createQueue();
    const rejects = new Queue(bench.sqs, 'rejects', undefined);
    await rejects.create();
    await queue.send({ body: 'garbage' });
    const program = bench.start(queue, { SQS_DEAD_LETTER_QUEUE_URL: rejects.url });
    await queue.untilEmpty();
    expect(await program.kill('SIGTERM')).to.equal(0);
    expect((await rejects.drain()).map(({ Body }) => Body)).to.deep.equal(['garbage']);
    expect(await queue.deadLetters!.drain()).to.deep.equal([]);
  });

  it('ends with 2 where SQS_DEAD_LETTER_QUEUE_URL leads to the queue that is read, or to none', async () => {
    const queue = await bench.createQueue();
    const same = bench.start(queue, { SQS_DEAD_LETTER_QUEUE_URL: queue.url });
    expect(await same.ended).to.equal(2);
    expect(same.log.at(-1)!.message).to.match(/The dead-letter queue ".*" is the queue that is read/);
    const none = bench.start(queue, { SQS_DEAD_LETTER_QUEUE_URL: `${queue.url}-no` }, ['--check']);
    expect(await none.ended).to.equal(2);
    expect(none.log.at(-1)!.message).to.match(/The queue "http.*-no" does not exist/);
  });
});
