/** The limit: eight loops of bare HTTP that parse and count, sign nothing, check nothing and keep nothing. */
import { Pool } from 'undici';

const POLLERS = 8;
const endpoint = process.env.AWS_ENDPOINT_URL!;
const QueueUrl = `${endpoint}/000000000000/hands-on-interview`;
const pool = new Pool(endpoint, { connections: POLLERS });
const counts = new Map<string, { count: number; sum: number }>();

async function call(operation: string, body: string): Promise<string> {
  const { body: answer } = await pool.request({
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
    body,
  });
  return answer.text();
}

async function poll(): Promise<never> {
  const receive = JSON.stringify({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });
  for (;;) {
    const { Messages = [] } = JSON.parse(await call('ReceiveMessage', receive));
    if (Messages.length === 0) continue;
    for (const { Body } of Messages) {
      const { type, value } = JSON.parse(Body);
      const total = counts.get(type);
      if (total) {
        total.count += 1;
        total.sum += value;
      } else counts.set(type, { count: 1, sum: value });
    }
    const Entries = Messages.map(({ MessageId, ReceiptHandle }: Record<string, string>) => ({
      Id: MessageId,
      ReceiptHandle,
    }));
    await call('DeleteMessageBatch', JSON.stringify({ QueueUrl, Entries }));
  }
}

await Promise.all(Array.from({ length: POLLERS }, poll));
