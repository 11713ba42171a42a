/**
 * Every kind of fault, in the words of the table that `npm run simulate` prints, and how likely it is each time that
 * it could happen. Those without a chance are planned by the scenario, or follow from another one.
 */
export const FAULTS = {
  crash: { what: 'the process is killed' },
  stall: { what: 'the process stands still, for up to several retentions' },
  sleep: { what: 'the machine sleeps, and its monotonic clock with it' },
  downtime: { what: 'no process runs, for up to several retentions' },
  clockBack: { what: 'the wall clock is set back, by seconds up to 20 days' },
  clockForward: { what: 'the wall clock is set forward, by seconds up to 20 days' },

  duplicateDelivery: { what: 'SQS delivers a message that is in flight', chance: 0.06 },
  redeliveryAfterDelete: { what: 'SQS delivers a message that it has deleted', chance: 0.15 },
  outdatedReceipt: { what: 'SQS confirms a delete with an outdated receipt handle, and deletes nothing' },
  heldBack: { what: 'SQS keeps a message to itself for up to several retentions', chance: 0.04 },
  lostByRetention: { what: 'SQS drops a message at the end of the retention of the queue' },
  emptyReceive: { what: 'a receive comes back empty although messages wait', chance: 0.06 },
  slowDelete: { what: 'SQS takes up to 50 s to delete', chance: 0.06 },
  deleteFails: { what: 'SQS does not delete one message of a batch', chance: 0.05 },
  deleteRefused: { what: 'SQS refuses to delete one message of a batch', chance: 0.04 },
  deadLetterFails: { what: 'SQS does not take one dead letter of a batch', chance: 0.1 },

  connectionClosed: { what: 'the connection is closed before SQS has the request', chance: 0.02 },
  answerLost: { what: 'the connection is closed before the answer arrives', chance: 0.03 },
  slowRequest: { what: 'a request takes up to 40 s on its way', chance: 0.02 },
  throttled: { what: 'SQS throttles', chance: 0.02 },
  serverFails: { what: 'SQS answers 500 or 503, not in JSON', chance: 0.02 },
  credentialsExpire: { what: 'the credentials expire', chance: 0.003 },
  requestExpired: { what: 'SQS refuses the time of a request, or its signature for it' },

  storeFails: { what: 'a call of the store fails', chance: 0.03 },
  storeHangs: { what: 'a transaction takes 50 s to begin', chance: 0.01 },
  commitFails: { what: 'a COMMIT fails', chance: 0.03 },

  stdoutPart: { what: 'stdout takes a part of what is written', chance: 0.1 },
  stdoutFull: { what: 'stdout takes nothing for up to 2 minutes', chance: 0.03 },
  stdoutBlocked: { what: 'nobody reads stdout for up to 10 minutes', chance: 0.01 },
  stdoutNotSynced: { what: 'stdout cannot be synced', chance: 0.02 },
  stdoutLost: { what: 'the reader of stdout goes away', chance: 0.02 },
} as const satisfies Record<string, { readonly what: string; readonly chance?: number }>;

export type Fault = keyof typeof FAULTS;
/** A fault that comes by chance. */
export type RandomFault = { [F in Fault]: (typeof FAULTS)[F] extends { chance: number } ? F : never }[Fault];

/** How often a kind of fault happened, and how often messages, lines or dead letters were under way then. */
export interface FaultCount {
  happened: number;
  hitWork: number;
}
