import type { Browser, BrowserContextOptions } from 'playwright-core';
import { Bench, type Queue } from '../integration/bench.ts';
import type { Program } from '../integration/program.ts';
import { openBrowser, Visitor } from './visitor.ts';

/** A browser, and the real program on an embedded SQS for it to look at. */
export class Site {
  readonly bench: Bench;
  readonly #browser: Browser;
  #visitors: Visitor[] = [];

  static async open(): Promise<Site> {
    // First the browser: without one, nothing else has to be started.
    const browser = await openBrowser();
    return new Site(browser, await Bench.open());
  }

  private constructor(browser: Browser, bench: Bench) {
    this.#browser = browser;
    this.bench = bench;
  }

  async start(queue: Queue, settings: Readonly<Record<string, string>> = {}): Promise<Program> {
    const program = this.bench.start(queue, { HTTP_PORT: '0', ...settings });
    await program.untilLogged(/HTTP server/);
    return program;
  }

  async visit(program: Program, options: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.at(this.#browser, addressOf(program), options);
    this.#visitors.push(visitor);
    return visitor;
  }

  /** @returns what no visitor since the last call should have met */
  async complaints(): Promise<string[]> {
    const visitors = this.#visitors;
    this.#visitors = [];
    for (const visitor of visitors) await visitor.leave();
    return visitors.flatMap(({ errors, requestsElsewhere }) => [...errors, ...requestsElsewhere]);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.bench.close();
  }
}

/** As the program logs it. */
export function addressOf(program: Program): string {
  const text = JSON.stringify(program.log.find(({ message }) => /HTTP server/.test(message)));
  return /http:\/\/127\.0\.0\.1:\d+/.exec(text)![0];
}

export interface PrintedLine {
  readonly type: string;
  readonly count: string;
  /** With all its digits, as it stands in the line. */
  readonly sum: string;
  readonly revision: string;
}

export function parseLine(line: string): PrintedLine {
  const { type, count, revision } = JSON.parse(line);
  const [, sum] = /"sum":(-?[\d.]+)/.exec(line.slice(line.indexOf('"count":')))!;
  return { type, count: String(count), sum: sum!, revision: String(revision) };
}
