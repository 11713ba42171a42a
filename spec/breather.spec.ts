import { expect } from 'chai';
import { Breather } from '../lib/breather.ts';

describe('a breather', () => {
  it('does not interrupt work that is short', () => {
    const breather = new Breather(10);
    expect(Array.from({ length: 9 }, () => breather.spend())).to.deep.equal(Array(9).fill(undefined));
  });

  it('lets the event loop have a turn after so many units, again and again', async () => {
    const breather = new Breather(10);
    let turns = 0;
    for (let done = 0; done < 35; done += 1) {
      let hasTurned = false;
      setImmediate(() => {
        hasTurned = true;
      });
      const pause = breather.spend();
      if (!pause) continue;
      await pause;
      expect(hasTurned).to.equal(true);
      turns += 1;
    }
    expect(turns).to.equal(3);
  });

  it('takes a large piece for as many units as it costs', () => {
    expect(new Breather(10).spend(10)).to.be.a('promise');
  });
});
