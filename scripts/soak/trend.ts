export interface Point {
  readonly minutes: number;
  readonly value: number;
}

export interface Trend {
  readonly perMinute: number;
  /** Of the slope: how far it would lie from zero by chance. */
  readonly standardError: number;
  readonly verdict: 'zero within noise' | 'falling' | 'growing';
}

/** A slope that is so many standard errors from zero is one by chance in about 1 of 700 runs, in one direction. */
export const STANDARD_ERRORS = 3;
/** Samples that resemble each other more than this would hardly count as several. */
const AUTOCORRELATION_MAX = 0.95;

/**
 * Whether a quantity grows: the slope of the least-squares line, held against its standard error.
 *
 * The samples are not independent: memory falls at a garbage collection and climbs until the next one, and a file
 * grows in steps. The textbook's standard error would take ten samples of one climb for ten witnesses. So it is
 * widened by √((1 + r) / (1 − r)), where r is the correlation of each residual with the one before it, which is
 * what a first-order autoregressive noise asks for (the "effective sample size" of climatology; Santer et al. 2000,
 * J. Geophys. Res. 105, 7337–7356). Only growth is a fault: memory that the warm-up took may be given back.
 */
export function trendOf(points: readonly Point[]): Trend {
  const count = points.length;
  if (count < 4) throw new Error('A slope and its noise need four samples or more.');
  const meanX = mean(points.map(({ minutes }) => minutes));
  const meanY = mean(points.map(({ value }) => value));
  const spread = sum(points.map(({ minutes }) => (minutes - meanX) ** 2));
  const perMinute = sum(points.map(({ minutes, value }) => (minutes - meanX) * (value - meanY))) / spread;
  const residuals = points.map(({ minutes, value }) => value - meanY - perMinute * (minutes - meanX));
  const squares = sum(residuals.map((residual) => residual ** 2));
  const neighbours = sum(residuals.slice(1).map((residual, index) => residual * residuals[index]!));
  const r = squares === 0 ? 0 : Math.min(Math.max(neighbours / squares, 0), AUTOCORRELATION_MAX);
  const standardError = Math.sqrt((squares / (count - 2) / spread) * ((1 + r) / (1 - r)));
  const noise = STANDARD_ERRORS * standardError;
  const verdict = perMinute > noise ? 'growing' : perMinute < -noise ? 'falling' : 'zero within noise';
  return { perMinute, standardError, verdict };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
