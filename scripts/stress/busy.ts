/** Keeps one core busy for as long as its parent lives; forked by `stress.ts`. */
const TURN_MS = 50;

function work(): void {
  for (const endMs = performance.now() + TURN_MS; performance.now() < endMs; );
  // A turn of the event loop in between, to hear that the parent is gone.
  setImmediate(work);
}

process.on('disconnect', () => process.exit());
work();
