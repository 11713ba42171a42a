import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { AWS_SETTINGS, definitions } from '../../lib/settings/definitions.ts';
import { parseDuration } from '../../lib/settings/duration.ts';
import { readSettings } from '../../lib/settings/settings.ts';
import { definitions as producerDefinitions } from '../../scripts/producer/definitions.ts';
import { readProducerSettings } from '../../scripts/producer/settings.ts';

const ROOT = join(import.meta.dirname, '../..');

// What @fastify/swagger writes its YAML with reads it, too.
const yaml = createRequire(createRequire(import.meta.url).resolve('@fastify/swagger'))('yaml') as {
  parse(text: string, options: { merge: boolean }): unknown;
};

interface Service {
  readonly environment: Readonly<Record<string, string | null>>;
  readonly restart: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
}

function servicesOf(file: string): Readonly<Record<string, Service>> {
  const { services } = yaml.parse(readFileSync(join(ROOT, file), 'utf8'), { merge: true }) as {
    services: Record<string, Service>;
  };
  return services;
}

/** As Compose puts it in: what has no value, or one of the shell's, stands for one that is given. */
function environmentOf({ environment }: Service): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => [
    name,
    value?.startsWith('${') ? 'given' : value,
  ]);
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? 'given']));
}

const { pipeline, producer, sqs } = servicesOf('docker-compose.yml');
const { pipeline: real } = servicesOf('compose.real.yml');

describe('the examples for Docker Compose', () => {
  for (const [name, service] of Object.entries({ pipeline, producer, real }))
    it(`give the service away as little as it needs: ${name}`, () => {
      expect(service!.read_only).to.equal(true);
      expect(service!.cap_drop).to.deep.equal(['ALL']);
      expect(service!.security_opt).to.deep.equal(['no-new-privileges:true']);
    });

  for (const [name, service] of Object.entries({ pipeline, real }))
    it(`set what there is, keep the state and leave time to stop: ${name}`, () => {
      const known = [...Object.keys(definitions), ...AWS_SETTINGS.keys()];
      expect(known).to.include.members(Object.keys(service!.environment));
      const { shutdownTimeoutMs } = readSettings(environmentOf(service!));
      expect(parseDuration(service!.stop_grace_period!)).to.be.above(shutdownTimeoutMs);
      expect(service!.volumes).to.deep.equal(['state:/data']);
      expect(service!.ports).to.deep.equal(['127.0.0.1:8000:8000']);
    });

  it('set what the producer knows', () => {
    const known = [...Object.keys(producerDefinitions), ...AWS_SETTINGS.keys()];
    expect(known).to.include.members(Object.keys(producer!.environment));
    expect(() => readProducerSettings(environmentOf(producer!))).to.not.throw();
  });

  it('start again what has failed, and on a real queue after a reboot, too', () => {
    expect([sqs, pipeline, producer].map((service) => service!.restart)).to.deep.equal(
      Array(3).fill('on-failure'),
    );
    expect(real!.restart).to.equal('unless-stopped');
  });
});
