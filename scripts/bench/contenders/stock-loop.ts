/** What people write today: sqs-consumer as it comes, parse, count in a Map, delete. Nothing is durable. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';

const POLLERS = 8;
const queueUrl = `${process.env.AWS_ENDPOINT_URL}/000000000000/hands-on-interview`;
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const counts = new Map<string, { count: number; sum: number }>();

for (let poller = 0; poller < POLLERS; poller += 1) {
  const consumer = Consumer.create({
    queueUrl,
    sqs,
    batchSize: 10,
    handleMessageBatch: async (messages) => {
      for (const { Body } of messages) {
        const { type, value } = JSON.parse(Body!);
        const total = counts.get(type);
        if (total) {
          total.count += 1;
          total.sum += value;
        } else counts.set(type, { count: 1, sum: value });
      }
      return messages;
    },
  });
  consumer.on('error', () => {});
  consumer.start();
}
