import { expect } from 'chai';
import { checkBodies, md5, usable } from '../../lib/source/body-check.ts';

describe('the check of bodies', () => {
  const messages = [{ MessageId: 'm', Body: 'ünï', MD5OfBody: 'af2fbb92ee5d1c6bf8d8af6a9ee9ba1a' }];

  it('compares each with its checksum', () => {
    const right = [{ ...messages[0], MD5OfBody: md5!('ünï') }];
    checkBodies(right, md5);
    expect(() => checkBodies([...right, { ...right[0], Body: 'another' }], md5))
      .to.throw('The body of message m does not match its MD5.')
      .with.property('name', 'BodyMismatch');
  });

  it('is left out where there is no MD5', () => {
    const inFipsMode = usable(() => {
      throw new Error('unsupported');
    });
    expect(inFipsMode).to.equal(undefined);
    checkBodies(messages, inFipsMode);
  });
});
