import type { Metric, Registry } from 'prom-client';

/** What a histogram shows. */
export interface Tally {
  readonly events: number;
  readonly seconds: number;
  /** Not cumulative: how many are in the class below each bound, and at the end how many beyond the last. */
  readonly classes: readonly number[];
}

/**
 * Shows a histogram that is kept elsewhere: prom-client's own takes one value at a time, with a look-up by labels
 * for each, which is too much for what happens with every event.
 */
export function registerTally(
  registry: Registry,
  { name, help, bounds }: { name: string; help: string; bounds: readonly number[] },
  tally: Tally,
): void {
  const get = async () => {
    let sum = 0;
    const buckets = [...bounds, '+Inf'].map((le, at) => {
      sum += tally.classes[at]!;
      return { metricName: `${name}_bucket`, labels: { le }, value: sum };
    });
    const values = [
      ...buckets,
      { metricName: `${name}_sum`, labels: {}, value: tally.seconds },
      { metricName: `${name}_count`, labels: {}, value: tally.events },
    ];
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  };
  // All that a registry asks of a metric; its type knows prom-client's own classes only.
  registry.registerMetric({ name, get } as unknown as Metric);
}
