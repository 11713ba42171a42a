/** Every point where a process can die or stand still, in the order in which a message passes them. */
export const STEPS: readonly string[] = [
  ...around('ReceiveMessage'),
  'before BEGIN',
  ...[
    'readRetention',
    'confirmIdentities',
    'claimIdentities',
    'readProgress',
    'readWindow',
    'readAggregates',
    'writeWindow',
    'addToTotals',
  ].map(within),
  ...['readDueLines', 'markPrinted', 'addLines', 'writeProgress', 'addToLedger', 'addDeadLetters'].map(
    within,
  ),
  ...['forgetWindows', 'purgeIdentities', 'writeRetention', 'readOutlook'].map(within),
  'before COMMIT',
  'after COMMIT',
  ...around('ChangeMessageVisibilityBatch'),
  ...around('DeleteMessageBatch'),
  ...around('stdout'),
  ...around('removeLines'),
  ...around('readDeadLetters'),
  ...around('GetQueueUrl'),
  ...around('SendMessageBatch'),
  ...around('removeDeadLetters'),
];

function around(name: string): string[] {
  return [`before ${name}`, `after ${name}`];
}

/** The step before a call within a transaction. */
export function within(name: string): string {
  return `in the transaction: ${name}`;
}

/** How often a step was reached, and how often a crash or a stall hit it. */
export interface StepCount {
  reached: number;
  crashed: number;
  stalled: number;
}
