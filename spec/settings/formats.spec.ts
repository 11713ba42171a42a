import { expect } from 'chai';
import fc from 'fast-check';
import { parseDuration } from '../../lib/settings/duration.ts';
import { parseStateUrl, parseWindow } from '../../lib/settings/formats.ts';

describe('a duration', () => {
  const readable = new Map([
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['007s', 7_000],
    ['36525d', 36_525 * 86_400_000],
  ]);
  for (const [text, durationMs] of readable)
    it(`is ${durationMs} ms when it is ${text}`, () => {
      expect(parseDuration(text)).to.equal(durationMs);
    });

  for (const text of [
    '',
    '5',
    'm',
    '5 m',
    ' 5m',
    '5m\n',
    '-5m',
    '+5m',
    '1.5h',
    '1e3s',
    '5M',
    '5min',
    '5m5s',
    '36526d',
    '٥m',
  ])
    it(`is none when it is ${JSON.stringify(text)}`, () => {
      expect(parseDuration(text)).to.equal(undefined);
    });

  it('is never more than a hundred years, so that every window has a date', () => {
    const texts = fc
      .tuple(fc.nat(), fc.constantFrom('ms', 's', 'm', 'h', 'd'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(parseDuration(text) ?? 0).to.be.within(0, 36_525 * 86_400_000);
      }),
    );
  });
});

describe('a window', () => {
  it('is tumbling, hopping or total', () => {
    expect(parseWindow('30s')).to.deep.equal({ kind: 'hopping', sizeMs: 30_000, slideMs: 30_000 });
    expect(parseWindow('1h/15m')).to.deep.equal({ kind: 'hopping', sizeMs: 3_600_000, slideMs: 900_000 });
    expect(parseWindow('1m/60s')).to.deep.equal({ kind: 'hopping', sizeMs: 60_000, slideMs: 60_000 });
    expect(parseWindow('total')).to.deep.equal({ kind: 'total' });
  });

  it('has a slide that divides its size', () => {
    for (const text of ['1m/7s', '5m/2m', '1m/2m', '1m/90s']) expect(parseWindow(text)).to.equal(undefined);
  });

  it('is not empty, and neither is its slide', () => {
    for (const text of ['0s', '0ms/0ms', '1m/0s', '', '/', '1m/', '/1m'])
      expect(parseWindow(text)).to.equal(undefined);
  });

  it('puts an event into at most 1,440 windows', () => {
    expect(parseWindow('1d/1m')).to.deep.equal({ kind: 'hopping', sizeMs: 86_400_000, slideMs: 60_000 });
    expect(parseWindow('1441m/1m')).to.equal(undefined);
  });
});

describe('the URL of the state', () => {
  it('is sqlite: and a path', () => {
    expect(parseStateUrl('sqlite:data/state.db')).to.equal('data/state.db');
    expect(parseStateUrl('sqlite:/data/state.db')).to.equal('/data/state.db');
    expect(parseStateUrl('sqlite:../a b.db')).to.equal('../a b.db');
  });

  it('is nothing else, and nothing that is gone after a restart', () => {
    for (const url of [
      '',
      'sqlite:',
      'data/state.db',
      'SQLITE:x',
      'sqlite::memory:',
      'postgres://h/d',
      'sqlite:a\0b',
    ])
      expect(parseStateUrl(url)).to.equal(undefined);
  });
});
