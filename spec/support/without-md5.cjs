/**
 * Loaded before the program, it leaves MD5 out, as an OpenSSL in FIPS mode does. (The real mode needs a provider that
 * the binaries of Node.js come without; there, not even SHA-256 works without it.)
 */
const crypto = require('node:crypto');

for (const name of ['hash', 'createHash']) {
  const original = crypto[name];
  crypto[name] = (algorithm, ...rest) => {
    if (/md5/i.test(algorithm))
      throw Object.assign(new Error('error:0308010C:digital envelope routines::unsupported'), {
        code: 'ERR_OSSL_EVP_UNSUPPORTED',
      });
    return original.call(crypto, algorithm, ...rest);
  };
}
require('node:module').syncBuiltinESMExports();
