import { readFileSync } from 'node:fs';
import { setDefaultCACertificates } from 'node:tls';
import { messageOf, WrongSettings } from '../errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Makes every TLS connection of this process trust the certificate authorities in the file that `AWS_CA_BUNDLE`
 * names, and no others, as the AWS CLI and other AWS SDKs do. The one for JavaScript does not read it. It is done for
 * the process, so that it holds for the hot client, the SDK and whatever the SDK asks for credentials.
 *
 * @throws {WrongSettings} when the file cannot be read or holds no certificates
 */
export function trustCaBundle({ AWS_CA_BUNDLE: path }: Readonly<Record<string, string | undefined>>): void {
  if (!path) return;
  try {
    const certificates = readFileSync(path, 'utf8').match(CERTIFICATE);
    if (!certificates) throw new Error('it holds no certificate in PEM format');
    setDefaultCACertificates(certificates);
  } catch (error) {
    throw new WrongSettings(
      `AWS_CA_BUNDLE="${path}" must be a PEM file of certificate authorities (${messageOf(error)})`,
      { cause: error },
    );
  }
}
