import { expect } from 'chai';
import { RequestSigner, type RequestToSign } from '../../lib/source/signature.ts';

/** AWS' published test suite for Signature Version 4: these credentials, this service, region and time. */
const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const AT_MS = Date.parse('2015-08-30T12:36:00Z');
const HOST = 'example.amazonaws.com';

const VECTORS: ReadonlyMap<string, { request: RequestToSign; signedHeaders: string; signature: string }> =
  new Map([
    [
      'get-vanilla',
      {
        request: { method: 'GET', path: '/', headers: { host: HOST }, body: '' },
        signedHeaders: 'host;x-amz-date',
        signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
      },
    ],
    [
      'post-vanilla',
      {
        request: { method: 'POST', path: '/', headers: { host: HOST }, body: '' },
        signedHeaders: 'host;x-amz-date',
        signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
      },
    ],
    [
      'post-x-www-form-urlencoded',
      {
        request: {
          method: 'POST',
          path: '/',
          headers: { 'content-type': 'application/x-www-form-urlencoded', host: HOST },
          body: 'Param1=value1',
        },
        signedHeaders: 'content-type;host;x-amz-date',
        signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
      },
    ],
  ]);

describe('the signature of a request', () => {
  const signer = new RequestSigner('us-east-1', 'service');

  for (const [name, { request, signedHeaders, signature }] of VECTORS) {
    it(`is that of the published vector ${name}`, () => {
      expect(signer.sign(request, CREDENTIALS, AT_MS)).to.deep.equal({
        ...request.headers,
        'x-amz-date': '20150830T123600Z',
        authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${signedHeaders}, Signature=${signature}`,
      });
    });
  }

  it('covers the session token of temporary credentials', () => {
    const { request } = VECTORS.get('get-vanilla')!;
    const signed = signer.sign(request, { ...CREDENTIALS, sessionToken: 'token' }, AT_MS);
    expect(signed['x-amz-security-token']).to.equal('token');
    expect(signed.authorization).to.include('SignedHeaders=host;x-amz-date;x-amz-security-token,');
  });

  it('takes another key on another day, and for other credentials', () => {
    const { request } = VECTORS.get('get-vanilla')!;
    const first = signer.sign(request, CREDENTIALS, AT_MS).authorization;
    const nextDay = signer.sign(request, CREDENTIALS, AT_MS + 86_400_000).authorization;
    const rotated = signer.sign(request, { ...CREDENTIALS, secretAccessKey: 'another' }, AT_MS).authorization;
    expect(new Set([first, nextDay, rotated]).size).to.equal(3);
    expect(nextDay).to.include('/20150831/');
    // Not with the key that was made for the day before.
    const anotherSigner = new RequestSigner('us-east-1', 'service');
    expect(nextDay).to.equal(anotherSigner.sign(request, CREDENTIALS, AT_MS + 86_400_000).authorization);
    expect(signer.sign(request, CREDENTIALS, AT_MS).authorization).to.equal(first);
  });
});
