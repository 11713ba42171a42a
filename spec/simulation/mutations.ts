/** One protection of the protocol, switched off: `find` stands exactly once in `file` and becomes `replace`. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Every one of these has to be caught by the simulation; one that is not shows what it cannot see. */
export const mutations: readonly Mutation[] = [
  {
    name: 'a delivery is acknowledged before its commit',
    file: 'lib/window/window-transform.ts',
    find: '    let outcome: CommitOutcome;\n',
    replace:
      '    for (const delivery of deliveries) delivery.acknowledge();\n    let outcome: CommitOutcome;\n',
  },
  {
    name: 'identities are not looked at',
    file: 'lib/state/sqlite-identities.ts',
    find: 'const isFirst = insert.run(identity, expiresMs).changes === 1;',
    replace: 'const isFirst = insert.run(identity, expiresMs).changes <= 1;',
  },
  {
    name: 'an identity is forgotten as soon as its deletion is confirmed',
    file: 'lib/window/retention.ts',
    find: 'return stateMs + dedupRetentionMs;',
    replace: 'return stateMs - dedupRetentionMs;',
  },
  {
    name: 'an identity is forgotten before its deletion is confirmed',
    file: 'lib/window/retention.ts',
    find: 'return stateMs + queueRetentionMs + dedupRetentionMs;',
    replace: 'return stateMs - dedupRetentionMs;',
  },
  {
    name: 'a line leaves the outbox before it is written',
    file: 'lib/sink/stdout-sink.ts',
    find: '    if (this.#isLost || ',
    replace:
      '    await this.#options.store.removeLines(lines.at(-1)!.seq).catch(() => {});\n    if (this.#isLost || ',
  },
  {
    name: 'a dead letter leaves the outbox before it is sent',
    file: 'lib/sink/dead-letter-sink.ts',
    find: '    const refused = await this.#send(letters);\n',
    replace:
      '    await store.removeDeadLetters(letters.map(({ seq }) => seq));\n    const refused = await this.#send(letters);\n',
  },
  {
    name: 'lines are not kept in the outbox',
    file: 'lib/window/commit.ts',
    find: 'lines: await tx.addLines(due.map(resultLine))',
    replace: 'lines: due.map((line, seq) => ({ seq, line: resultLine(line) }))',
  },
  {
    name: 'dead letters are not kept in the outbox',
    file: 'lib/window/commit.ts',
    find: '  await tx.addDeadLetters(letters);\n',
    replace: '',
  },
  {
    name: 'lines that an earlier process left are not delivered',
    file: 'lib/window/window-transform.ts',
    find: '      for await (const lines of leftOverLines(this.#options.store)) await this.#deliver(lines);\n',
    replace: '',
  },
  {
    name: 'the watermark and the horizon are not durable',
    file: 'lib/window/commit.ts',
    find: '  await tx.writeProgress(progress);\n',
    replace: '',
  },
  {
    name: 'a printed line does not move the revision on',
    file: 'lib/state/sqlite-transaction.ts',
    find: 'cleanAggregate.run(revision + 1,',
    replace: 'cleanAggregate.run(revision,',
  },
  {
    name: 'a window is closed by the watermark alone, never by quiet',
    file: 'lib/window/watermark.ts',
    find: '  if (!quiet) return watermark;',
    replace: '  if (!quiet || nowMs > 0) return watermark;',
  },
  {
    name: 'a commit that failed is taken for done',
    file: 'lib/retry.ts',
    find: '      if (!(error instanceof RetryLater) || signal.aborted) throw error;\n',
    replace:
      '      if (error instanceof RetryLater) return { lines: [], outlook: {}, fenceMs: 0, deadLetters: 0 } as T;\n',
  },
  {
    name: 'a transaction that fails is committed as far as it came',
    file: 'lib/state/sqlite-store.ts',
    find: "this.#db.exec('ROLLBACK')",
    replace: "this.#db.exec('COMMIT')",
  },
  {
    name: 'identities expire although reading was interrupted',
    file: 'lib/window/retention.ts',
    find: 'const isUnbroken = stateMs - renewedMs >= rules.dedupRetentionMs;',
    replace: 'const isUnbroken = renewedMs >= 0;',
  },
  {
    name: 'an identity with open claims expires after DEDUP_RETENTION',
    file: 'lib/window/retention.ts',
    find: 'return stateMs + queueRetentionMs + dedupRetentionMs;',
    replace: 'return stateMs + dedupRetentionMs;',
  },
  {
    name: 'a clock that is set back is believed',
    file: 'lib/window/window-transform.ts',
    find: 'stateMs: stateClock.nowMs()',
    replace: 'stateMs: clock.nowMs()',
  },
  {
    name: 'a learned skew is kept for ever',
    file: 'lib/source/hot-client.ts',
    find: 'Number.isFinite(skewMs)) this.#clockSkewMs = skewMs;',
    replace: 'Number.isFinite(skewMs)) this.#clockSkewMs ||= skewMs;',
  },
  {
    name: 'credentials are never refreshed',
    file: 'lib/source/hot-client.ts',
    find: 'this.#credentialsExpired = true;',
    replace: 'this.#credentialsExpired = false;',
  },
  {
    name: 'what stdout has taken a part of is taken for written',
    file: 'lib/sink/stdout-sink.ts',
    find: 'taken += await this.#options.stdout.write(bytes.subarray(taken));',
    replace: 'taken += Math.max(await this.#options.stdout.write(bytes.subarray(taken)), bytes.length);',
  },
  {
    name: 'the sweep of identities stops at its first end',
    file: 'lib/state/sqlite-identities.ts',
    find: "sweptTo = end ?? '';",
    replace: 'sweptTo = end ?? sweptTo;',
  },
  {
    name: 'a delete that failed is taken for confirmed',
    file: 'lib/source/queue-client.ts',
    find: 'refused.push(...Failed.filter(({ SenderFault }) => SenderFault));',
    replace: 'successful.push(...Failed.filter(({ SenderFault }) => SenderFault).map(({ Id }) => ({ Id })));',
  },
  {
    name: 'a purge leaves no fence behind',
    file: 'lib/window/retention.ts',
    find: 'forgotten > 0\n',
    replace: 'forgotten < 0\n',
  },
  {
    name: 'a confirmation counts whatever its age',
    file: 'lib/source/queue-source.ts',
    find: "? 'certain' : 'doubtful'",
    replace: "? 'certain' : 'certain'",
  },
  {
    name: 'any confirmation closes all claims',
    file: 'lib/state/sqlite-identities.ts',
    find: 'SET open_deliveries = max(open_deliveries - 1, 0),\n       expires_ms = CASE WHEN open_deliveries <= 1 THEN ? ELSE expires_ms END',
    replace: 'SET open_deliveries = 0, expires_ms = ?',
  },
  {
    name: 'a leap of the wall clock takes time',
    file: 'lib/state/state-clock.ts',
    find: '(isLeap ? 0 : Math.max(0, gainMs))',
    replace: 'Math.max(0, gainMs)',
  },
];
