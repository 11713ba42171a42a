import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OtherServer, run } from './other-server.ts';

const VERSION = '1.7.1';

/** Names the server's library and leaves it to Maven to find what that needs. */
const POM = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>nps-kata</groupId><artifactId>servers</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.elasticmq</groupId><artifactId>elasticmq-server_2.13</artifactId><version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** https://github.com/softwaremill/elasticmq, in Scala, from Maven Central. */
export const elasticMq: OtherServer = {
  name: 'ElasticMQ',
  version: VERSION,
  async install(folder) {
    await run('java', '-version');
    const pom = join(folder, 'pom.xml');
    await writeFile(pom, POM);
    const goal = 'dependency:copy-dependencies';
    await run('mvn', '--batch-mode', '-f', pom, goal, `-DoutputDirectory=${join(folder, 'lib')}`);
  },
  command: (folder) => [
    'java',
    '-Drest-sqs.bind-hostname=127.0.0.1',
    '-Drest-sqs.bind-port=0',
    // A queue's URL names the host that the client has asked.
    '-Dnode-address.host=*',
    // Its own limit of a message is the 256 KiB that SQS had in former times.
    '-Drest-sqs.sqs-limits=relaxed',
    '-Drest-stats.enabled=false',
    '-cp',
    join(folder, 'lib', '*'),
    'org.elasticmq.server.Main',
  ],
  listening: /bind address (127\.0\.0\.1:\d+)/,
};
