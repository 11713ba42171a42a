import { expect } from 'chai';
import { createWindowAssigner } from '../../lib/window/window-assigner.ts';
import { Counting } from '../support/counting.ts';
import { OpsStage } from '../support/ops-stage.ts';
import { eventAt, rulesWith } from '../support/window-rules.ts';

interface Window {
  readonly type: string;
  readonly count: number;
  readonly window_start: string | null;
  readonly revision: number | null;
  readonly closed: boolean;
}

describe('GET /windows', () => {
  let stage: OpsStage;
  const open = async (counting?: Counting) => {
    stage = await OpsStage.open(counting && { counting });
  };
  afterEach(() => stage.close());

  const windows = async (query = ''): Promise<Window[]> =>
    (await stage.get(`/windows${query}`)).json().windows;
  const summary = async (query = '') =>
    (await windows(query)).map(
      ({ type, count, window_start, revision, closed }) =>
        `${window_start?.slice(11, 16) ?? 'total'} ${type}×${count} #${revision}${closed ? ' closed' : ''}`,
    );

  it('gives the newest first, by type within a window, with the revision that was printed last', async () => {
    await open();
    await stage.commit([eventAt(5, { type: 'b' }), eventAt(5, { type: 'a' }), eventAt(65), eventAt(80)]);
    expect(await summary()).to.deep.equal([
      '10:01 purchase×2 #null',
      '10:00 a×1 #0 closed',
      '10:00 b×1 #0 closed',
    ]);
    stage.counting.nowMs += 60_000;
    await stage.commit([eventAt(7, { type: 'a' })]);
    expect(await summary('?type=a')).to.deep.equal(['10:00 a×2 #1 closed']);
  });

  it('gives those that end after from and not after to, and at most limit', async () => {
    await open();
    await stage.commit([0, 1, 2, 3].map((minute) => eventAt(minute * 60)));
    const at = (minute: number) => `2020-10-06T10:0${minute}:00Z`;
    expect(await summary(`?from=${at(1)}&to=${at(3)}`)).to.deep.equal([
      '10:02 purchase×1 #null',
      '10:01 purchase×1 #0 closed',
    ]);
    expect(await summary('?limit=1')).to.deep.equal(['10:03 purchase×1 #null']);
    expect(await summary('?from=2020-10-06T12:03:30%2B02:00')).to.deep.equal(['10:03 purchase×1 #null']);
  });

  it('finds what is seldom behind very many windows, page by page', async () => {
    await open(
      new Counting(
        rulesWith({ assign: createWindowAssigner({ kind: 'hopping', sizeMs: 100, slideMs: 100 }) }),
      ),
    );
    await stage.commit([
      eventAt(0, { type: 'seldom' }),
      ...Array.from({ length: 3_000 }, (_, index) => eventAt(1 + index / 10)),
    ]);
    expect((await windows('?type=seldom')).map(({ count }) => count)).to.deep.equal([1]);
    const all = await windows('?limit=1000');
    expect(all).to.have.length(1_000);
    expect(new Set(all.map(({ window_start }) => window_start)).size).to.equal(1_000);
  });

  it('goes on with next until there is nothing more, and gives each row once', async () => {
    await open();
    const types = ['a', 'a\0', 'a\0b', 'b', 'ü', '\uffff', '🛒'];
    const events = [0, 1, 2, 3].flatMap((minute) => types.map((type) => eventAt(minute * 60, { type })));
    await stage.commit(events);
    const all = await windows();
    expect(all).to.have.length(events.length);
    for (const limit of [1, 2, 3, 7, 28]) {
      const found: Window[] = [];
      let cursor: string | null = '';
      for (let answers = 0; cursor !== null; answers += 1) {
        expect(answers).to.be.at.most(events.length);
        const query: string = cursor ? `&cursor=${cursor}` : '';
        const answer: { windows: Window[]; next: string | null } = (
          await stage.get(`/windows?limit=${limit}${query}`)
        ).json();
        expect(answer.windows).to.have.length.at.most(limit);
        found.push(...answer.windows);
        cursor = answer.next;
      }
      expect(found, `${limit} at a time`).to.deep.equal(all);
    }
  });

  it('goes on behind the type that was last, for one type too, though its window has gone', async () => {
    await open();
    await stage.commit([0, 60].flatMap((seconds) => [eventAt(seconds), eventAt(seconds, { type: 'a' })]));
    const { next } = (await stage.get('/windows?type=purchase&limit=1')).json();
    expect(await summary(`?type=purchase&cursor=${next}`)).to.deep.equal(['10:00 purchase×1 #null']);
    expect(await summary(`?type=purchase&cursor=${next}&to=2020-10-06T10:01:00Z`)).to.have.length(1);
    expect(await summary(`?type=purchase&cursor=${next}&from=2020-10-06T10:01:00Z`)).to.deep.equal([]);
    await stage.commit([eventAt(800)]);
    stage.counting.nowMs += 60_000;
    await stage.commit([]);
    expect(await summary(`?type=purchase&cursor=${next}`)).to.deep.equal([]);
  });

  it('gives up a search after so many windows, and says where to go on', async () => {
    const reads: unknown[] = [];
    await open();
    const bounds = (endMs: number) => ({ startMs: endMs - 1, endMs });
    stage.counting.store.reader.readWindows = async (query) => {
      reads.push(query.place);
      return { rows: [], next: { bounds: bounds(1_000_000 - reads.length), type: '' } };
    };
    const { windows: found, next } = (await stage.get('/windows?type=nothing')).json();
    expect(found).to.deep.equal([]);
    expect(reads).to.have.length(200);
    await stage.get(`/windows?type=nothing&cursor=${next}`);
    expect(reads[200]).to.deep.equal({ bounds: bounds(1_000_000 - 200), type: '' });
  });

  it('gives running totals without start and end, and never closed', async () => {
    await open(new Counting(rulesWith({ assign: createWindowAssigner({ kind: 'total' }) })));
    await stage.commit([eventAt(5)]);
    expect(await summary()).to.deep.equal(['total purchase×1 #0']);
  });

  for (const query of [
    'from=yesterday',
    'to=2020-13-01T00:00:00Z',
    'from=2016-12-31T23:59:60Z',
    'limit=0',
    'limit=1001',
    'limit=many',
    'limit=1&limit=2',
    'type=a&type=b',
    'typ=purchase',
    'cursor=',
    'cursor=nothing',
    `cursor=${Buffer.from('[1,2]').toString('base64url')}`,
    `cursor=${Buffer.from('null').toString('base64url')}`,
    `cursor=${Buffer.from('[1e300,0,""]').toString('base64url')}`,
  ])
    it(`refuses ?${query} and says why`, async () => {
      await open();
      const { statusCode, body } = await stage.get(`/windows?${query}`);
      expect(statusCode).to.equal(400);
      expect(JSON.parse(body).error).to.include({ status: 400, code: 'bad_request' });
      expect(JSON.parse(body).error.message).to.match(/^querystring/);
    });
});
